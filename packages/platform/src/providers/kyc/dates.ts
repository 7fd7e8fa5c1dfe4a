import type { Clock } from '../../base/clock.ts'

const iso = /^(\d{4})-(\d{2})-(\d{2})(?:T.*)?$/
const indian = /^(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})$/

/** A date as providers write it, as `YYYY-MM-DD`; undefined for what is none, and for the year alone. */
export function readDate(text: string | null | undefined): string | undefined {
  const given = text?.trim() ?? ''
  const [, year, month, day] = iso.exec(given) ?? []
  const [, dayFirst, monthNext, yearLast] = indian.exec(given) ?? []
  const date = `${year ?? yearLast}-${(month ?? monthNext)?.padStart(2, '0')}-${(day ?? dayFirst)?.padStart(2, '0')}`
  const time = Date.parse(`${date}T00:00:00Z`)
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(date) ? date : undefined
}

/** A date as Indian registries want it: day, month, year. */
export const dayFirst = (date: string, separator: '/' | '-'): string => date.split('-').reverse().join(separator)

const adultAt = 18

/** Today where the registries are. */
export const todayInIndia = (clock: Pick<Clock, 'now'>): string =>
  new Date(clock.now().getTime() + 5.5 * 3_600_000).toISOString().slice(0, 10)

/** Whether somebody born then is a child in the eyes of the law. */
export function isMinor(dateOfBirth: string, today: string): boolean {
  const birthday = `${Number(dateOfBirth.slice(0, 4)) + adultAt}${dateOfBirth.slice(4)}`
  return today < birthday
}
