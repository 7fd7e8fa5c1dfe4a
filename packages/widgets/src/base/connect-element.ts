import { LitElement } from 'lit'
import { connectEvent, type ConnectEvents } from './events.ts'

/** What the elements share: they show the state of the session around them and ask for what they want by events. */
export abstract class ConnectElement extends LitElement {
  protected emit<Name extends keyof ConnectEvents>(name: Name, detail: ConnectEvents[Name]): void {
    this.dispatchEvent(connectEvent(name, detail))
  }
}
