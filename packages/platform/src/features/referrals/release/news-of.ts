import type { CheckName, Reason, Verdict } from '../checks/facts.ts'
import type { Referral, ReferralStatus } from '../referral-row.ts'

/**
 * Pure: what has come out since a referral was judged. What was known then has been decided, by the rules or by a person, and is not held
 * against anybody twice.
 */

/** What may come out later. The others look at the moment in which the code was entered, and stay as they were found then. */
const later: ReadonlySet<CheckName> = new Set<CheckName>(['email', 'device', 'phone', 'payee', 'identity', 'cycle', 'blocked', 'score'])

/** What two people do not have: a phone’s number is another’s some day, and a device is handed on. */
const certain: ReadonlySet<CheckName> = new Set<CheckName>(['payee', 'identity'])

/** A block may be lifted again, and coins that were taken do not come back: where it is not certain a person decides. */
function asHeld(one: Reason, status: ReferralStatus): Reason {
  const isSure = certain.has(one.check) || (status !== 'rewarded' && one.check !== 'blocked')
  return isSure || one.effect !== 'refuse' ? one : { ...one, effect: 'review' }
}

const weight: Readonly<Record<Reason['effect'], number>> = { score: 0, review: 1, refuse: 2 }

export interface News {
  readonly outcome: Verdict['outcome']
  /** All that speaks against it now, what was known before included. */
  readonly reasons: readonly Reason[]
  readonly score: number
}

/** accept: nothing that decides anything is new. */
export function newsOf({ status, reasons: known }: Pick<Referral, 'status' | 'reasons'>, fresh: Verdict): News {
  const isKnown = ({ check, effect }: Reason): boolean => known.some((one) => one.check === check && weight[one.effect] >= weight[effect])
  const news = fresh.reasons.map((one) => asHeld(one, status)).filter((one) => later.has(one.check) && !isKnown(one))
  const replaced = new Set(news.map(({ check }) => check))
  const reasons = [...known.filter(({ check }) => !replaced.has(check)), ...news]
  const has = (effect: Reason['effect']): boolean => news.some((one) => one.effect === effect)
  return {
    outcome: has('refuse') ? 'refuse' : has('review') ? 'review' : 'accept',
    reasons,
    score: reasons.reduce((sum, { points }) => sum + points, 0),
  }
}
