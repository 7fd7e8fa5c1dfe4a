import type { CheckName, Reason, Verdict } from '../checks/facts.ts'

/**
 * Pure: what has come out since a referral was judged. What was known then has been decided, by the rules or by a person, and is not held
 * against anybody twice.
 */

/** What may come out later. The others look at the moment in which the code was entered, and stay as they were found then. */
const later: ReadonlySet<CheckName> = new Set<CheckName>(['email', 'device', 'phone', 'payee', 'identity', 'cycle', 'blocked', 'score'])

/** A block may be lifted again, and coins that were taken do not come back: a person decides. */
const asHeld = (one: Reason): Reason => (one.check === 'blocked' ? { ...one, effect: 'review' } : one)

const weight: Readonly<Record<Reason['effect'], number>> = { score: 0, review: 1, refuse: 2 }

export interface News {
  readonly outcome: Verdict['outcome']
  /** All that speaks against it now, what was known before included. */
  readonly reasons: readonly Reason[]
  readonly score: number
}

/** accept: nothing that decides anything is new. */
export function newsOf(known: readonly Reason[], fresh: Verdict): News {
  const isKnown = ({ check, effect }: Reason): boolean => known.some((one) => one.check === check && weight[one.effect] >= weight[effect])
  const news = fresh.reasons.map(asHeld).filter((one) => later.has(one.check) && !isKnown(one))
  const replaced = new Set(news.map(({ check }) => check))
  const reasons = [...known.filter(({ check }) => !replaced.has(check)), ...news]
  const has = (effect: Reason['effect']): boolean => news.some((one) => one.effect === effect)
  return {
    outcome: has('refuse') ? 'refuse' : has('review') ? 'review' : 'accept',
    reasons,
    score: reasons.reduce((sum, { points }) => sum + points, 0),
  }
}
