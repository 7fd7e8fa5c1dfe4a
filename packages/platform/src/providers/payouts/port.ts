/** What the platform needs of somebody who pays people out, in its own words. A provider's names stop at its adapter. */

export { PaymentError as PayoutError, type Delivery } from '../payments/port.ts'

export type PayoutProviderName = 'razorpayx'

/** Where money shall go. */
export type PayeeWish = {
  /** Our own id of it (`pay_…`). */
  readonly reference: string
  /** The verified name of the person. */
  readonly name: string
} & (
  | { readonly type: 'upi'; readonly vpa: string }
  | { readonly type: 'bank'; readonly ifsc: string; readonly accountNumber: string; readonly holder: string }
)

/** What the bank says of an account. asked: it has not answered yet. known: it takes payments, and this is whose it is. unclear: it told nothing of use. */
export type AccountCheck =
  | { readonly id: string; readonly state: 'asked' | 'invalid' | 'unclear' }
  | { readonly id: string; readonly state: 'known'; readonly registeredName: string }

export interface PayoutWish {
  /** Our own id of it (`wdr_…`), for ever the same for one withdrawal: sent twice under it, the money goes once. */
  readonly reference: string
  readonly accountId: string
  readonly type: 'upi' | 'bank'
  /** In the currency's smallest unit. */
  readonly amount: number
  readonly currency: string
  /** What the payee's bank shows: at most 30 letters, digits and spaces. */
  readonly narration: string
}

/**
 * waiting: the provider has it and has not begun (its own approval, or too little money); it can be called back. processing: the bank has
 * it, and whether the money has arrived can be open for days. paid: it has. failed: it never will. returned: it came back.
 */
export type PayoutState = 'waiting' | 'processing' | 'paid' | 'failed' | 'returned'

/** Why a payout failed, in our words. */
export type PayoutFailure = 'payee_invalid' | 'payee_blocked' | 'bank_limit' | 'bank_unavailable' | 'other'

export interface Payout {
  readonly id: string
  /** Our own id of it; null: it is not one of ours. */
  readonly reference: string | null
  /** Null: a word that we do not know, of which nothing is concluded. */
  readonly state: PayoutState | null
  readonly amount: number
  readonly currency: string
  /** The bank's own number of the payment. */
  readonly bankReference: string | null
  readonly failure: PayoutFailure | null
}

/** What a provider tells by itself: only that it is worth asking. */
export interface PayoutNews {
  /** The provider's own name of it: for the record. */
  readonly type: string
  readonly payoutId: string | null
  readonly reference: string | null
  readonly checkId: string | null
}

/** One of the ways in which money goes out. What it throws is a `PayoutError`. */
export interface Payouts {
  readonly name: PayoutProviderName
  /** Whether it is left alone for the moment. */
  isResting(): boolean
  /** Makes the payee known there; repeated, it answers the same. The provider's own id of the account. */
  register(payee: PayeeWish): Promise<string>
  /** Asks the bank whose account it is. It may cost money each time: ask once. */
  check(payee: PayeeWish): Promise<AccountCheck>
  readCheck(checkId: string): Promise<AccountCheck>
  /** May be repeated with the very same wish, and with no other. */
  send(wish: PayoutWish): Promise<Payout>
  read(payoutId: string): Promise<Payout>
  /** What was made of our reference; undefined: nothing. */
  find(reference: string): Promise<Payout | undefined>
  /** Calls back what it has not begun; refused when it is too late. */
  recall(payoutId: string): Promise<Payout>
  /** Whether this message, authentic or not, claims to be about payouts. */
  isAbout(delivery: { readonly raw: Buffer }): boolean
  /** What a message says; undefined when it is not authentic. */
  verify(delivery: { readonly headers: Readonly<Record<string, string | undefined>>; readonly raw: Buffer }): PayoutNews | undefined
}
