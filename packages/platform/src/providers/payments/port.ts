/** What the platform needs of somebody who takes money, in its own words. A provider's names stop at its adapter. */

export type PaymentProviderName = 'razorpay'

/** What shall be paid. */
export interface OrderWish {
  /** Our own id of it (`top_…`). The provider keeps it, and an order can be found by it. */
  readonly reference: string
  /** In the currency's smallest unit. */
  readonly amount: number
  readonly currency: string
}

/** What a payer's page pays: an order, an intent, a session. */
export interface Order {
  readonly id: string
  readonly amount: number
  readonly currency: string
}

/** What a page needs to show the provider's own checkout. Nothing in it is secret. */
export type Checkout = {
  readonly provider: 'razorpay'
  readonly keyId: string
  readonly orderId: string
  readonly scriptUrl: string
  readonly name: string
  readonly description: string
  readonly amount: number
  readonly currency: string
  readonly prefill: { readonly name: string }
}

export interface CheckoutWords {
  /** The app's name. */
  readonly name: string
  /** What is bought. */
  readonly description: string
  /** Who buys. */
  readonly payer: string
}

/** What the provider's checkout gave the payer's page. */
export interface Confirmation {
  readonly paymentId: string
  readonly signature: string
}

/**
 * failed: no money moved; the payer's bank may still change its mind. authorized: the money is promised and not taken. captured: it is
 * ours. returned: it went back without having been taken.
 */
export type PaymentStatus = 'failed' | 'authorized' | 'captured' | 'returned'

/** Why a payment failed, in our words. */
export type PaymentFailure = 'declined' | 'canceled_by_payer' | 'timed_out' | 'provider_error' | 'other'

export interface ProviderPayment {
  readonly id: string
  /** Null: it belongs to no order. */
  readonly orderId: string | null
  /** Null: it has only been begun. */
  readonly status: PaymentStatus | null
  readonly amount: number
  readonly currency: string
  /** How much of it has gone back. */
  readonly refundedAmount: number
  readonly failure: PaymentFailure | null
}

/** pending: the provider has it. processed: the money is on its way. failed: the money stays with us. */
export type RefundStatus = 'pending' | 'processed' | 'failed'

export interface ProviderRefund {
  readonly id: string
  readonly paymentId: string
  readonly amount: number
  readonly status: RefundStatus
  /** Our own id of it, where it was we who asked. */
  readonly reference: string | null
}

export interface RefundWish {
  readonly paymentId: string
  readonly amount: number
  /** Our own id of it: asked for twice under it, the money goes back once. */
  readonly reference: string
}

export interface ProviderDispute {
  readonly id: string
  readonly paymentId: string
  /** How much the payer's bank asks for. */
  readonly amount: number
  readonly status: 'open' | 'won' | 'lost'
}

/** What a provider tells by itself. Each part is there when the event speaks of it. */
export interface PaymentNews {
  /** The provider's own name of it: for the record. */
  readonly type: string
  readonly payment: ProviderPayment | null
  readonly refund: ProviderRefund | null
  readonly dispute: ProviderDispute | null
}

export interface VerifiedNews {
  /** The same for every repetition. It is the provider's word; only what the digest covers is signed. */
  readonly eventId: string
  readonly news: PaymentNews
  /** By which secret it is signed: one that has been replaced is taken for a day. */
  readonly signedBy: 'current' | 'previous'
}

/** A request that a provider sent us, as received. */
export interface Delivery {
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>
  readonly raw: Buffer
}

/** One of the ways in which money comes. */
export interface Payments {
  readonly name: PaymentProviderName
  /** Whether it is left alone for the moment. */
  isResting(): boolean
  /** Not repeatable by itself: after a lost answer, `findOrder` tells whether it was made. */
  createOrder(wish: OrderWish): Promise<Order>
  /** The order that was made for a reference; the oldest, should there be several. */
  findOrder(reference: string): Promise<Order | undefined>
  checkoutOf(order: Order, words: CheckoutWords): Checkout
  /** Whether the provider has signed that this payment is of the order. What became of it is another question. */
  confirms(orderId: string, confirmation: Confirmation): boolean
  /** Every payment that was made, or tried, of an order. */
  paymentsOf(orderId: string): Promise<readonly ProviderPayment[]>
  refund(wish: RefundWish): Promise<ProviderRefund>
  /** Every refund of a payment, whoever asked for it. */
  refundsOf(paymentId: string): Promise<readonly ProviderRefund[]>
  /** What a message says; undefined when it is not authentic. One that is, and cannot be read, tells nothing but its type. */
  verify(delivery: Delivery): VerifiedNews | undefined
  /** Which secret signs its messages now, without giving it away. */
  readonly secretDigest: Buffer
}

/**
 * refused: it answered no, and nothing was done. not_sent: it certainly did not happen and may be repeated. unknown: it may have happened
 * (timeout, 5xx): look before repeating.
 */
export type PaymentErrorKind = 'refused' | 'not_sent' | 'unknown'

export class PaymentError extends Error {
  readonly kind: PaymentErrorKind
  /** The provider's own code, for the log. */
  readonly providerCode: string | undefined
  constructor(kind: PaymentErrorKind, providerCode?: string) {
    super(`payment request ${kind}`)
    this.name = 'PaymentError'
    this.kind = kind
    this.providerCode = providerCode
  }
}
