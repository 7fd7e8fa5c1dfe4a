import type { clientSchemas } from './contract/schemas.ts'
import type { Call, Presence } from './contract/events.ts'
import type { AnswerOf } from './contract/kit.ts'

type Areas = typeof clientSchemas

export type App = AnswerOf<Areas['app']['get']>
export type User = AnswerOf<Areas['me']['get']>
/** The coins of a user with the latest transactions. */
export type Wallet = AnswerOf<Areas['wallet']['get']>
export type WalletTransaction = Wallet['transactions'][number]
export type CallStatus = Call['status']
export type CallEndReason = NonNullable<Call['endReason']>
export type CallChannel = Call['channel']
export type PresenceStatus = Presence['status']
/** When a user can be called, as set with `presence.set`. */
export type PresenceSetting = AnswerOf<Areas['presence']['set']>
