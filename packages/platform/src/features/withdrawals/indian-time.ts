/** Pure: days, months and financial years as they are in India, whose clock is half past five ahead all year. */

const aheadMs = 5.5 * 3_600_000

const shifted = (now: Date): Date => new Date(now.getTime() + aheadMs)
const midnight = (year: number, month: number, day: number): Date => new Date(Date.UTC(year, month, day) - aheadMs)

export function dayStart(now: Date): Date {
  const there = shifted(now)
  return midnight(there.getUTCFullYear(), there.getUTCMonth(), there.getUTCDate())
}

export function monthStart(now: Date): Date {
  const there = shifted(now)
  return midnight(there.getUTCFullYear(), there.getUTCMonth(), 1)
}

/** The year in whose April the financial year of this moment began. */
export function financialYear(now: Date): number {
  const there = shifted(now)
  return there.getUTCMonth() >= 3 ? there.getUTCFullYear() : there.getUTCFullYear() - 1
}

/** From 1 April to 31 March, the end excluded. */
export const yearBounds = (year: number): { readonly from: Date; readonly to: Date } => ({
  from: midnight(year, 3, 1),
  to: midnight(year + 1, 3, 1),
})

/** `2026-27` */
export const yearLabel = (year: number): string => `${year}-${String((year + 1) % 100).padStart(2, '0')}`

/** The date there, as `2026-04-01`: dates of that form compare as text. */
export const dateThere = (now: Date): string => shifted(now).toISOString().slice(0, 10)
