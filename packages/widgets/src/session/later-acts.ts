import { connectEvent, type ConnectEvents, type LaterRequest } from '../base/events.ts'
import { disputeCall, openReceipt, rateCall } from './aftermath.ts'
import type { ConnectStore } from './connect-store.ts'
import { moreCalls, refreshHistory, seeMissed } from './history-feed.ts'

type Acts = { readonly [Name in LaterRequest]: (store: ConnectStore, detail: ConnectEvents[Name]) => Promise<void> }

const acts: Acts = {
  'ihc-history-refresh-request': refreshHistory,
  'ihc-history-more-request': moreCalls,
  'ihc-history-seen-request': seeMissed,
  'ihc-receipt-request': openReceipt,
  'ihc-call-rate-request': rateCall,
  'ihc-call-dispute-request': disputeCall,
}

/** Asks for something of a call that is over. */
export type Ask = <Name extends LaterRequest>(name: Name, detail: ConnectEvents[Name]) => void

/**
 * Tells the page what an element asks for, and does it with the session's store unless a listener prevents it. The code comes with the
 * elements that ask, so that the session, which every page loads, need not know of it.
 */
export const askThrough =
  (host: HTMLElement, store: () => ConnectStore | undefined): Ask =>
  (name, detail) => {
    const session = store()
    if (host.dispatchEvent(connectEvent(name, detail)) && session) void acts[name](session, detail)
  }
