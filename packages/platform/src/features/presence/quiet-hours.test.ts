import fc from 'fast-check'
import { expect, it, vi } from 'vitest'
import { isQuiet, isQuietAt, type QuietHours } from './quiet-hours.ts'
import { dayOf, wallTime } from './wall-time.ts'

const every = { timeZone: 'UTC', from: '22:00', to: '07:00' }

it.each([
  ['in the evening', '2026-03-04T22:00:00Z', true],
  ['just before', '2026-03-04T21:59:59.999Z', false],
  ['over midnight', '2026-03-05T00:00:00Z', true],
  ['in the last minute', '2026-03-05T06:59:59Z', true],
  ['at the end', '2026-03-05T07:00:00Z', false],
])('is quiet %s', (_, at, quiet) => {
  expect(isQuiet(every, new Date(at))).toBe(quiet)
})

it('counts a night to the day on which it began', () => {
  // The night from Friday (5) to Saturday only; 2026-03-06 is a Friday.
  const friday = { ...every, days: [5] }
  expect(isQuiet(friday, new Date('2026-03-06T03:00:00Z'))).toBe(false)
  expect(isQuiet(friday, new Date('2026-03-06T23:00:00Z'))).toBe(true)
  expect(isQuiet(friday, new Date('2026-03-07T03:00:00Z'))).toBe(true)
  expect(isQuiet(friday, new Date('2026-03-07T23:00:00Z'))).toBe(false)
  const saturday = { ...every, days: [6] }
  expect(isQuiet(saturday, new Date('2026-03-08T06:00:00Z'))).toBe(true)
})

it('keeps nothing for good of the ways in which a zone can be written', () => {
  const spelled = (n: number) =>
    `america/${'argentina'.replace(/[a-z]/g, (c, i: number) => ((n >> i) & 1 ? c.toUpperCase() : c))}/${n < 512 ? 'b' : 'B'}uenos_aires`
  const made = vi.spyOn(Intl, 'DateTimeFormat')
  const at = (minute: number) => new Date(minute * 60_000)
  for (let n = 0; n < 1_000; n++) wallTime(spelled(n), at(1))
  expect(made).toHaveBeenCalledTimes(1_000)
  wallTime(spelled(999), at(2))
  expect(made).toHaveBeenCalledTimes(1_000)
  wallTime(spelled(0), at(2))
  expect(made).toHaveBeenCalledTimes(1_001)
  made.mockRestore()
})

it('goes by the clock on the wall when it is put forward and back', () => {
  const berlin = (from: string, to: string): QuietHours => ({ timeZone: 'Europe/Berlin', from, to })
  // 2026-03-29: after 01:59 comes 03:00. The hour that does not exist is never quiet.
  expect(isQuiet(berlin('02:00', '03:00'), new Date('2026-03-29T00:59:00Z'))).toBe(false)
  expect(isQuiet(berlin('02:00', '03:00'), new Date('2026-03-29T01:00:00Z'))).toBe(false)
  expect(isQuiet(berlin('02:00', '03:30'), new Date('2026-03-29T01:29:00Z'))).toBe(true)
  expect(isQuiet(berlin('02:00', '03:30'), new Date('2026-03-29T01:30:00Z'))).toBe(false)
  // 2026-10-25: 02:00 to 02:59 comes twice, and is quiet twice.
  for (const at of ['2026-10-25T00:15:00Z', '2026-10-25T01:15:00Z']) expect(isQuiet(berlin('02:00', '02:30'), new Date(at))).toBe(true)
  for (const at of ['2026-10-25T00:45:00Z', '2026-10-25T01:45:00Z']) expect(isQuiet(berlin('02:00', '02:30'), new Date(at))).toBe(false)
})

const zone = fc.constantFrom(
  'Asia/Kolkata',
  'Asia/Kathmandu',
  'Europe/Berlin',
  'America/New_York',
  'America/Santiago',
  'Australia/Lord_Howe',
  'Africa/Cairo',
  'Pacific/Chatham',
  'UTC',
)
const moment = fc.date({ min: new Date('2024-01-01T00:00:00Z'), max: new Date('2030-01-01T00:00:00Z'), noInvalidDate: true })
const timeOfDay = fc
  .integer({ min: 0, max: 1_439 })
  .map((minutes) => `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`)

it('is quiet from one time to the other or from the other to the one, never in both and never in neither', () => {
  fc.assert(
    fc.property(zone, moment, timeOfDay, timeOfDay, (timeZone, at, from, to) => {
      fc.pre(from !== to)
      expect(isQuiet({ timeZone, from, to }, at)).not.toBe(isQuiet({ timeZone, from: to, to: from }, at))
    }),
  )
})

it('is quiet on some day exactly when it is quiet on every day', () => {
  const days = [0, 1, 2, 3, 4, 5, 6]
  const minutes = fc.integer({ min: 0, max: 1_439 })
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 6 }), minutes, timeOfDay, timeOfDay, (weekday, at, from, to) => {
      const quiet = (some?: number[]) => isQuietAt({ timeZone: 'UTC', from, to, days: some }, { weekday, minutes: at })
      expect(days.filter((day) => quiet([day])).length).toBe(quiet() ? 1 : 0)
    }),
  )
})

it('reads the clock on the wall as Intl writes it', () => {
  fc.assert(
    fc.property(zone, moment, (timeZone, at) => {
      const written = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'short' }).format(at)
      const [date = '', time = ''] = written.split(' ')
      const [hours, minutes] = time.split(':').map(Number)
      expect(wallTime(timeZone, at)).toEqual({
        weekday: new Date(`${date}T00:00:00Z`).getUTCDay(),
        minutes: (hours ?? 0) * 60 + (minutes ?? 0),
      })
    }),
  )
})

it('knows the day of a moment: it holds it, and its neighbours begin where it ends', () => {
  fc.assert(
    fc.property(zone, moment, (timeZone, at) => {
      const { start, end } = dayOf(timeZone, at)
      expect(start <= at && at < end).toBe(true)
      expect(dayOf(timeZone, end).start).toEqual(end)
      expect(dayOf(timeZone, new Date(start.getTime() - 1)).end).toEqual(start)
      const hours = (end.getTime() - start.getTime()) / 3_600_000
      expect([23, 23.5, 24, 24.5, 25]).toContain(hours)
    }),
  )
})

it('takes UTC where the zone is not known here', () => {
  expect(wallTime('Mars/Olympus', new Date('2026-03-06T12:34:56Z'))).toEqual({ weekday: 5, minutes: 754 })
})
