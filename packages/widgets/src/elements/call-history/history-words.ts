import type { Call, CallReceipt } from '@impacthub/sdk'
import type { CallHistoryTexts } from '../../locales/en/call-history.ts'
import { durationText } from '../../locales/duration.ts'
import { fill } from '../../locales/format.ts'
import { isolated } from '../../locales/isolated.ts'
import { listText } from '../../locales/list.ts'
import { isLive } from '../../session/call-progress.ts'

/** What the words about a call are made of. */
export interface HistoryWords {
  readonly texts: CallHistoryTexts
  readonly language: string
  readonly me: string
}

/** The other one of a call, and whether this user placed it and pays for it. */
export const otherOf = ({ callerId, calleeId, callerName, calleeName }: Call, me: string) =>
  callerId === me ? { mine: true, userId: calleeId, name: calleeName } : { mine: false, userId: callerId, name: callerName }

type Outcome = keyof CallHistoryTexts

const outcomes: Partial<Record<Call['status'], Outcome>> = {
  no_answer: 'no_answer',
  declined: 'declined',
  canceled: 'canceled',
  busy: 'busy',
  failed: 'failedCall',
  ringing: 'ringing',
  initiated: 'ringing',
  in_progress: 'now',
}

/** What became of a call, in a word or two; a call that was talked says who called and how long. */
export function outcomeOf(call: Call, { texts, language, me }: HistoryWords): readonly string[] {
  const { mine } = otherOf(call, me)
  const way = texts[mine ? 'outgoing' : 'incoming']
  const live: boolean = isLive(call)
  if (live) return [way, texts[outcomes[call.status] ?? 'now']]
  if (call.missed && !mine) return [texts.missed]
  if (call.answeredAt) return [way, durationText(call.durationSeconds, language)]
  if (call.status === 'declined' && !mine) return [texts.declinedByYou]
  return [way, texts[outcomes[call.status] ?? 'failedCall']]
}

/** Signed coins of a call for this user; undefined while they are not final, and where none moved. */
export function coinsOf(call: Call, me: string): number | undefined {
  if (!call.settled || !call.answeredAt) return undefined
  return (otherOf(call, me).mine ? -call.chargedCoins : call.earnedCoins) || 0
}

const enders: Readonly<Record<string, Outcome>> = {
  balance_exhausted: 'outOfCoins',
  max_duration: 'tooLong',
  no_answer: 'noAnswer',
  busy: 'lineBusy',
  provider_error: 'providerError',
  platform: 'platform',
}

const byPerson: Readonly<Record<string, readonly [you: Outcome, they: Outcome]>> = {
  canceled: ['canceledByYou', 'canceledByThem'],
  declined: ['declinedByYou', 'declinedByThem'],
}

/** Who ended a call and why. */
export function endText({ endReason, endedBy }: CallReceipt, call: Call, { texts, me }: HistoryWords): string {
  const { mine, name } = otherOf(call, me)
  const known = endReason && Object.hasOwn(enders, endReason) ? enders[endReason] : undefined
  if (known) return texts[known]
  if (endedBy !== 'caller' && endedBy !== 'callee') return texts.over
  const [you, they] = (endReason && byPerson[endReason]) || (['byYou', 'byThem'] as const)
  return fill(texts[(endedBy === 'caller') === mine ? you : they], { name: isolated(name || texts.someone) })
}

/** From which coins something was paid: `30 bonus, 100 bought`. */
export function bucketsText(buckets: NonNullable<CallReceipt['caller']>['buckets'], { texts, language }: HistoryWords): string {
  const kinds = (['bonus', 'purchased', 'earned'] as const).filter((kind) => buckets[kind] > 0)
  const told = kinds.map((kind) => fill(texts[kind], { n: buckets[kind] }, language))
  return listText(told, language)
}
