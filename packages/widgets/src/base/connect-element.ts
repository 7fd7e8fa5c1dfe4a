import { LitElement } from 'lit'
import { connectEvent, type ConnectEvents } from './events.ts'

/** What the elements share: they show the state of the session around them and ask for what they want by events. */
export abstract class ConnectElement extends LitElement {
  /** Answers whether nobody has prevented what the event asks for. */
  protected emit<Name extends keyof ConnectEvents>(name: Name, detail: ConnectEvents[Name]): boolean {
    return this.dispatchEvent(connectEvent(name, detail))
  }
}
