import type { clientSchemas, serverSchemas } from './contract/schemas.ts'
import type { Call, Presence } from './contract/events.ts'
import type { AnswerOf, RequestOf } from './contract/kit.ts'

type Areas = typeof clientSchemas
type ServerAreas = typeof serverSchemas

export type App = AnswerOf<Areas['app']['get']>
export type User = AnswerOf<Areas['me']['get']>
/** The coins of a user with the latest transactions. */
export type Wallet = AnswerOf<Areas['wallet']['get']>
export type WalletTransaction = Wallet['transactions'][number]
/** One transaction with all that can be said of it. */
export type WalletReceipt = AnswerOf<Areas['wallet']['getTransaction']>
/** Coins that are held, and for what. */
export type WalletHold = AnswerOf<Areas['wallet']['listHolds']>['data'][number]
export type CallStatus = Call['status']
export type CallEndReason = NonNullable<Call['endReason']>
export type CallChannel = Call['channel']
export type PresenceStatus = Presence['status']
/** When a user can be called, as set with `presence.set`. */
export type PresenceSetting = AnswerOf<Areas['presence']['set']>
/** What a call lasted and cost, as the one who asks may see it. */
export type CallReceipt = AnswerOf<Areas['calls']['receipt']>
export type CallRating = AnswerOf<Areas['calls']['ratings']>['data'][number]
export type CallDispute = AnswerOf<Areas['calls']['dispute']>
/** Coins being bought; with what the checkout needs, for the user who buys them. */
export type Topup = AnswerOf<Areas['topups']['create']>
export type TopupCheckout = NonNullable<Topup['checkout']>
/** Coins at a price. */
export type Pack = App['packs'][number]
/** How a user's identity stands, and what they can do. */
export type KycStanding = AnswerOf<Areas['kyc']['get']>
/** What a user agrees to before anything is uploaded. */
export type KycNotice = AnswerOf<Areas['kyc']['getNotice']>
/** A submission as the reviewers’ queue shows it. */
export type KycSubmission = AnswerOf<ServerAreas['kyc']['review']>
/** One case with all its evidence. */
export type KycCase = AnswerOf<ServerAreas['kyc']['getSubmission']>
/** A document that is uploaded and not handed in yet. */
export type KycDocument = AnswerOf<Areas['kycUploads']['finish']>
/** What a user can withdraw now, and to whom. */
export type WithdrawalTerms = AnswerOf<Areas['withdrawals']['terms']>
export type WithdrawalWish = RequestOf<Areas['withdrawals']['create']>
/** Earned coins turned into money. */
export type Withdrawal = AnswerOf<Areas['withdrawals']['get']>
/** The user's own code, what it has brought, and the one that they came by. */
export type ReferralStanding = AnswerOf<Areas['referral']['get']>
/** A friend's code that was accepted. */
export type Redemption = AnswerOf<Areas['referral']['redeem']>
/** The place of a user who waits until a callee is free. */
export type Waiting = AnswerOf<Areas['waiting']['join']>
