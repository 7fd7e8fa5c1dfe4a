import type { Call, CallChannel, CallDispute, CallRating, KycStanding, Redemption, Topup, Withdrawal } from '@impacthub/sdk'
import type { ConnectFault, ConnectStore } from '../session/connect-store.ts'
import type { WalletFilter } from '../session/wallet-filters.ts'

/** Asked by an element of the nearest session around it, through every shadow root. */
export interface SessionRequest {
  /** Called with the session's store at once or when there is one, and again when it is replaced. */
  readonly take: (store: ConnectStore | undefined) => void
  /** Set by the session that answers: ends the arrangement. */
  release?: () => void
}

/** A pack, and how the page wants its checkout. */
export interface TopupWish {
  readonly packId: string
  /** What the checkout fills in for the user. */
  readonly prefill?: { readonly name?: string; readonly email?: string; readonly contact?: string } | undefined
  /** Colour of the checkout's buttons: `#0b6b57` or `rgb(11, 107, 87)`. */
  readonly color?: string | undefined
  /** The page is inside an app's WebView. */
  readonly webView?: boolean | undefined
}

/** Every event of the elements, by name, with its detail. All bubble and cross shadow roots. */
export interface ConnectEvents {
  /** Somebody pressed Call. The session asks the platform unless a listener prevents it. */
  'ihc-call-request': { readonly calleeId: string; readonly channel?: CallChannel | undefined }
  /** Somebody ends a call. */
  'ihc-call-end-request': { readonly callId: string }
  /** This tab is to carry the sound of a browser call: somebody answers it, takes it over, or tries the microphone again. */
  'ihc-call-accept-request': { readonly callId: string }
  /** Somebody does not want to take a browser call. */
  'ihc-call-decline-request': { readonly callId: string }
  /** Somebody turns their microphone off, or on again. */
  'ihc-call-mute-request': { readonly muted: boolean }
  /** Plays what the browser would not play without a press. */
  'ihc-call-hear-request': undefined
  /** Somebody has read the summary of the last call, or why there was none. */
  'ihc-call-dismiss-request': undefined
  /** Somebody wants the balance and the history read anew. */
  'ihc-wallet-refresh-request': undefined
  /** Somebody wants to see older transactions. */
  'ihc-wallet-more-request': undefined
  /** Somebody wants to see other transactions. */
  'ihc-wallet-filter-request': { readonly filter: WalletFilter }
  /** Somebody opens the receipt of a transaction, or closes the open one. */
  'ihc-wallet-receipt-request': { readonly transactionId?: string | undefined }
  /** Somebody wants the calls read anew. */
  'ihc-history-refresh-request': undefined
  /** Somebody wants to see older calls. */
  'ihc-history-more-request': undefined
  /** The missed calls are on the screen. */
  'ihc-history-seen-request': undefined
  /** Somebody wants to see what a call came to. */
  'ihc-receipt-request': { readonly callId: string }
  /** Somebody rates a call. */
  'ihc-call-rate-request': {
    readonly callId: string
    readonly score: number
    readonly reasons: readonly CallRating['reasons'][number][]
    readonly comment?: string | undefined
  }
  /** Somebody reports a problem with a call. */
  'ihc-call-dispute-request': { readonly callId: string; readonly reason: CallDispute['reason']; readonly comment?: string | undefined }
  /** Somebody wants to be told when a callee is free. */
  'ihc-wait-request': { readonly calleeId: string }
  /** Somebody does not want to wait any longer. */
  'ihc-wait-end-request': { readonly calleeId: string }
  /** The callee for whom this user waits is free, and it is their turn to call. */
  'ihc-callee-free': { readonly calleeId: string; readonly expiresAt: string }
  /** Somebody wants to pay for a pack. */
  'ihc-topup-request': TopupWish
  /** Somebody has read what came of a payment, or wants another pack. */
  'ihc-topup-dismiss-request': undefined
  /** Somebody wants to know what came of a payment, or the packs read anew. */
  'ihc-topup-refresh-request': undefined
  /** This page is inside an app that may not open UPI apps, and somebody wants to go on in their browser. */
  'ihc-topup-browser-request': { readonly url: string }
  /** A top-up that this tab had begun, and that can still be paid, was found after a reload. */
  'ihc-topup-found': { readonly topup: Topup }
  /** Coins were paid for and are in the wallet. */
  'ihc-topup-paid': { readonly topup: Topup }
  /** A payment is on its way; the bank has not said yes yet. */
  'ihc-topup-pending': { readonly topup: Topup }
  /** Somebody closed the payment page. Whether they had paid by then is not known yet: `ihc-topup-paid` tells. */
  'ihc-topup-dismissed': { readonly topup: Topup }
  /** No payment came about: refused by the bank, or the payment page could not be opened. */
  'ihc-topup-failed': { readonly topup?: Topup | undefined; readonly reason: string; readonly message: string }
  /** Somebody agrees to the notice about identity checks. */
  'ihc-kyc-consent-request': { readonly version: string }
  /** Somebody hands in a document. What it says stays between the element and the platform. */
  'ihc-kyc-submit-request': { readonly type: KycStanding['documents'][number]['type'] }
  /** How the user stands has changed. */
  'ihc-kyc-changed': { readonly standing: KycStanding }
  /** Somebody wants earned coins paid out. Where to stays between the element and the platform. */
  'ihc-withdraw-request': { readonly coins: number }
  /** The platform holds the coins and will pay them out. */
  'ihc-withdraw-requested': { readonly withdrawal: Withdrawal }
  /** Somebody wants to invite a friend; a page inside an app may do it by its own means. `url`: absent where there is only the code. */
  'ihc-referral-share-request': { readonly text: string; readonly url?: string | undefined }
  /** Somebody enters a friend's code. */
  'ihc-referral-redeem-request': { readonly code: string }
  /** A friend's code was accepted: the coins are there, or on their way. */
  'ihc-referral-redeemed': { readonly redemption: Redemption }
  /** A call of this user began, or was found running after a reload. */
  'ihc-call-started': { readonly call: Call }
  /** The call is over; its charge may still be an estimate. */
  'ihc-call-ended': { readonly call: Call }
  /** Duration and coins of the call are final. */
  'ihc-call-settled': { readonly call: Call }
  /** A request was refused, or could not be sent. */
  'ihc-error': ConnectFault
  'ihc-session-request': SessionRequest
}

/** Makes one of the events above; `dispatchEvent` answers false when a listener prevented it. */
export const connectEvent = <Name extends keyof ConnectEvents>(name: Name, detail: ConnectEvents[Name]): CustomEvent<ConnectEvents[Name]> =>
  new CustomEvent(name, { detail, bubbles: true, composed: true, cancelable: true })

/** Requests whose answer comes with the code of the element that asks: it acts unless a listener prevents it. */
export type LaterRequest = Extract<
  keyof ConnectEvents,
  | `ihc-history-${string}`
  | `ihc-wait-${string}`
  | `ihc-topup-${string}request`
  | `ihc-kyc-${string}request`
  | `ihc-referral-${string}request`
  | 'ihc-withdraw-request'
  | 'ihc-wallet-filter-request'
  | 'ihc-wallet-receipt-request'
  | 'ihc-receipt-request'
  | 'ihc-call-rate-request'
  | 'ihc-call-dispute-request'
>

/** The events by which elements ask the session to act. */
export type RequestName = Exclude<Extract<keyof ConnectEvents, `${string}-request`>, LaterRequest | 'ihc-session-request'>

/** The same events as `addEventListener` knows them. */
export type ConnectEventMap = { [Name in keyof ConnectEvents]: CustomEvent<ConnectEvents[Name]> }

declare global {
  // eslint-disable-next-line @typescript-eslint/no-empty-object-type -- the way to add events to the DOM's own map
  interface HTMLElementEventMap extends ConnectEventMap {}
}
