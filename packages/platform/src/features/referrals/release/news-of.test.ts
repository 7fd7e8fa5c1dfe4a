import { describe, expect, it } from 'vitest'
import type { Reason } from '../checks/facts.ts'
import { newsOf } from './news-of.ts'

const reason = (check: Reason['check'], effect: Reason['effect'], points = 10): Reason => ({ check, effect, points })

/** What `judge` makes of them does not matter here. */
const fresh = (...reasons: Reason[]) => ({ outcome: 'refuse' as const, score: 999, reasons })

describe('what has come out since', () => {
  it.each<[what: string, known: Reason[], now: Reason[], outcome: string]>([
    ['nothing', [], [], 'accept'],
    ['an account that is paid to two', [], [reason('payee', 'refuse')], 'refuse'],
    ['the same where the app wants to look', [], [reason('payee', 'review')], 'review'],
    ['a user who has been blocked', [], [reason('blocked', 'refuse')], 'review'],
    ['what only adds to the score', [], [reason('payee', 'score')], 'accept'],
    ['the worst of several', [], [reason('payee', 'review'), reason('identity', 'refuse')], 'refuse'],
    ['what a person has let pass', [reason('device', 'review')], [reason('device', 'review')], 'accept'],
    ['what a person has let pass, and the app judges milder now', [reason('device', 'refuse')], [reason('device', 'review')], 'accept'],
    ['what was only counted, and refuses now', [reason('device', 'score')], [reason('device', 'refuse')], 'refuse'],
    ['what was as it was when the code was entered', [], [reason('older_account', 'refuse'), reason('velocity', 'refuse')], 'accept'],
    ['a programme that has ended', [], [reason('programme_off', 'refuse'), reason('cap', 'refuse')], 'accept'],
  ])('%s', (_what, known, now, outcome) => {
    expect(newsOf({ status: 'pending', reasons: known }, fresh(...now)).outcome).toBe(outcome)
  })

  it.each<[check: Reason['check'], pending: string, rewarded: string]>([
    ['payee', 'refuse', 'refuse'],
    ['identity', 'refuse', 'refuse'],
    ['phone', 'refuse', 'review'],
    ['device', 'refuse', 'review'],
    ['blocked', 'review', 'review'],
  ])('%s: coins that were given are taken back only for what no two people share', (check, pending, rewarded) => {
    const outcomes = (['pending', 'rewarded'] as const).map(
      (status) => newsOf({ status, reasons: [] }, fresh(reason(check, 'refuse'))).outcome,
    )
    expect(outcomes).toEqual([pending, rewarded])
  })

  it('stands beside what was known before', () => {
    const known = [reason('relayEmail', 'review', 30), reason('payee', 'score', 5)]
    const { reasons, score } = newsOf(
      { status: 'rewarded', reasons: known },
      fresh(reason('payee', 'refuse', 100), reason('address', 'review', 20)),
    )
    expect(reasons).toEqual([reason('relayEmail', 'review', 30), reason('payee', 'refuse', 100)])
    expect(score).toBe(130)
  })
})
