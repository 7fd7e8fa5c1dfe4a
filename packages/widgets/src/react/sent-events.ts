import type { ConnectEventMap } from '../base/events.ts'

/** Every event that a page may hear; by the one that is left out elements find their session. */
export type SentEvent = Exclude<keyof ConnectEventMap, 'ihc-session-request'>

const button = 'ihc-call-button'
const history = 'ihc-call-history'
const panel = 'ihc-call-panel'
const kyc = 'ihc-kyc-uploader'
const referral = 'ihc-referral'
const session = 'ihc-session'
const topup = 'ihc-topup'
const wallet = 'ihc-wallet'
const withdraw = 'ihc-withdraw'

/** Which elements send an event: the one place that says so. An event that is not here does not compile. */
export const sentBy = {
  'ihc-call-request': [button, panel, history],
  'ihc-call-end-request': [button, panel],
  'ihc-call-accept-request': [panel],
  'ihc-call-decline-request': [panel],
  'ihc-call-mute-request': [panel],
  'ihc-call-hear-request': [panel],
  'ihc-call-dismiss-request': [panel],
  'ihc-wallet-refresh-request': [wallet],
  'ihc-wallet-more-request': [wallet],
  'ihc-wallet-filter-request': [wallet],
  'ihc-wallet-receipt-request': [wallet],
  'ihc-history-refresh-request': [history],
  'ihc-history-more-request': [history],
  'ihc-history-seen-request': [history],
  'ihc-receipt-request': [history, panel],
  'ihc-call-rate-request': [history, panel],
  'ihc-call-dispute-request': [history],
  'ihc-wait-request': [button],
  'ihc-wait-end-request': [button],
  'ihc-callee-free': [session],
  'ihc-topup-request': [topup],
  'ihc-topup-dismiss-request': [topup],
  'ihc-topup-refresh-request': [topup],
  'ihc-topup-browser-request': [topup],
  'ihc-topup-found': [topup],
  'ihc-topup-paid': [topup],
  'ihc-topup-pending': [topup],
  'ihc-topup-dismissed': [topup],
  'ihc-topup-failed': [topup],
  'ihc-kyc-consent-request': [kyc],
  'ihc-kyc-submit-request': [kyc],
  'ihc-kyc-changed': [kyc],
  'ihc-withdraw-request': [withdraw],
  'ihc-withdraw-requested': [withdraw],
  'ihc-referral-share-request': [referral],
  'ihc-referral-redeem-request': [referral],
  'ihc-referral-redeemed': [referral],
  'ihc-call-started': [session],
  'ihc-call-ended': [session],
  'ihc-call-settled': [session],
  'ihc-error': [session],
} as const satisfies Record<SentEvent, readonly `ihc-${string}`[]>

/** The events that can be heard at an element: its own, and at a session those of all elements inside it. */
export type EventAt<Tag extends string> = Tag extends typeof session
  ? SentEvent
  : { [Name in SentEvent]: Tag extends (typeof sentBy)[Name][number] ? Name : never }[SentEvent]

/** Names of the events that can be heard at an element. */
export function eventsAt(tag: string): string[] {
  const heard = Object.entries<readonly string[]>(sentBy).filter(([, senders]) => tag === session || senders.includes(tag))
  return heard.map(([name]) => name)
}
