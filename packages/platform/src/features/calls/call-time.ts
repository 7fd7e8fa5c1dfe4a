import { likelyMs, provedSeconds, talkOf } from './browser/browser-talk.ts'
import type { CallRow } from './call-row.ts'
import { elapsedSeconds } from './call-tariff.ts'

/** Pure: how far a talk has come. */

type Timed = Pick<CallRow, 'channel' | 'answeredAt' | 'limit' | 'proofs'>

/** Whole seconds of talk so far: by the clock since the answer; of a browser call, what both sides have proved. */
export function talkedSeconds({ channel, answeredAt, limit, proofs }: Timed, now: Date): number {
  return channel === 'browser' ? provedSeconds(talkOf(proofs), limit.seconds) : elapsedSeconds(answeredAt, limit.seconds, now)
}

/** Whole seconds that are left of the limit, if the talk goes on. */
export function secondsLeft(call: Timed, now: Date): number {
  const { channel, limit, proofs } = call
  if (channel === 'phone') return limit.seconds - talkedSeconds(call, now)
  const talk = talkOf(proofs)
  return talk === undefined ? limit.seconds : Math.max(0, limit.seconds - Math.floor(likelyMs(talk, now.getTime()) / 1_000))
}
