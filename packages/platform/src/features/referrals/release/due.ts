import { after } from '../../../base/clock.ts'
import type { Referral } from '../referral-row.ts'

/** Pure: when a referral is rewarded, and until when what has to happen may happen. */

type Terms = Pick<Referral, 'release' | 'holdDays' | 'createdAt'>

const dayMs = 24 * 3_600_000
const later = (from: Date, days: number): Date => after(from, days * dayMs)

/** Both sides have their coins as soon as the code is accepted. */
export const isAtOnce = ({ release, holdDays }: Pick<Terms, 'release' | 'holdDays'>): boolean =>
  release.after === 'signup' && holdDays === 0

/** Until when the top-up or call may happen; undefined: nothing has to. */
export function deadlineOf({ release, createdAt }: Pick<Terms, 'release' | 'createdAt'>): Date | undefined {
  return release.after === 'topup' || release.after === 'call' ? later(createdAt, release.withinDays) : undefined
}

/** When a new referral is decided at the latest: it is rewarded then, or it has expired. */
export function firstDueOf(terms: Terms): Date {
  const { release, holdDays, createdAt } = terms
  return deadlineOf(terms) ?? later(createdAt, (release.after === 'days' ? release.days : 0) + holdDays)
}

/** When a new referral is looked at first: what has to happen may have happened before the code was entered, or at the same moment. */
export const firstLookOf = (terms: Terms): Date => (deadlineOf(terms) === undefined ? firstDueOf(terms) : terms.createdAt)

/** When it is rewarded, what had to happen having happened then. */
export const rewardedFrom = ({ holdDays }: Pick<Terms, 'holdDays'>, metAt: Date): Date => later(metAt, holdDays)
