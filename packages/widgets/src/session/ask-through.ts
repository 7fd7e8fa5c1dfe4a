import { connectEvent, type ConnectEvents, type LaterRequest } from '../base/events.ts'
import type { ConnectStore } from './connect-store.ts'

type Acts<Names extends LaterRequest> = {
  readonly [Name in Names]: (store: ConnectStore, detail: ConnectEvents[Name]) => Promise<void>
}

/** Asks for what the code that came with an element can do. */
export type Ask<Names extends LaterRequest> = <Name extends Names>(name: Name, detail: ConnectEvents[Name]) => void

/**
 * Tells the page what an element asks for, and does it with the session's store unless a listener prevents it. The code comes with the
 * elements that ask, so that the session, which every page loads, need not know of it.
 */
export const askThrough =
  <Names extends LaterRequest>(host: HTMLElement, store: () => ConnectStore | undefined, acts: Acts<Names>): Ask<Names> =>
  (name, detail) => {
    const session = store()
    if (host.dispatchEvent(connectEvent(name, detail)) && session) void acts[name](session, detail)
  }
