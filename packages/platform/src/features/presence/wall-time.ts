import { LRUCache } from 'lru-cache'

/** What the clocks of a time zone show, by the rules that this process has (`Intl`). */

export interface WallTime {
  /** 0 is Sunday. */
  readonly weekday: number
  /** Since midnight, as shown. */
  readonly minutes: number
}

const weekdays = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat']

// A zone's letters may be large or small: users can write it in thousands of ways, and what is kept for each weighs.
const mostZones = 700
const formats = new LRUCache<string, Intl.DateTimeFormat>({ max: mostZones })

function formatOf(timeZone: string): Intl.DateTimeFormat {
  let format = formats.get(timeZone)
  if (format === undefined) {
    format = newFormat(timeZone)
    formats.set(timeZone, format)
  }
  return format
}

function newFormat(timeZone: string): Intl.DateTimeFormat {
  const parts = {
    calendar: 'gregory',
    hourCycle: 'h23',
    weekday: 'short',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  } as const
  try {
    return new Intl.DateTimeFormat('en-US', { ...parts, timeZone })
  } catch {
    // Another process knew the zone when it was set, and this one has older rules.
    return new Intl.DateTimeFormat('en-US', { ...parts, timeZone: 'UTC' })
  }
}

interface Shown extends WallTime {
  readonly year: number
  readonly month: number
  readonly day: number
  readonly seconds: number
}

function shownIn(timeZone: string, at: Date): Shown {
  const parts = new Map(
    formatOf(timeZone)
      .formatToParts(at)
      .map(({ type, value }) => [type, value]),
  )
  const number = (type: Intl.DateTimeFormatPartTypes) => Number(parts.get(type))
  return {
    weekday: weekdays.indexOf(parts.get('weekday') ?? ''),
    minutes: number('hour') * 60 + number('minute'),
    year: number('year'),
    month: number('month'),
    day: number('day'),
    seconds: number('second'),
  }
}

const minuteMs = 60_000
const known = new LRUCache<string, { readonly minute: number; readonly time: WallTime }>({ max: mostZones })

/** The same for all of a minute: it is worked out once for all who live in a zone. */
export function wallTime(timeZone: string, at: Date): WallTime {
  const minute = Math.floor(at.getTime() / minuteMs)
  const last = known.get(timeZone)
  if (last?.minute === minute) return last.time
  const { weekday, minutes } = shownIn(timeZone, at)
  const time = { weekday, minutes }
  known.set(timeZone, { minute, time })
  return time
}

/** The day that a moment belongs to there. */
export interface LocalDay {
  readonly start: Date
  readonly end: Date
}

export function dayOf(timeZone: string, at: Date): LocalDay {
  const { year, month, day } = shownIn(timeZone, at)
  return { start: firstMomentOf(timeZone, year, month, day), end: firstMomentOf(timeZone, year, month, day + 1) }
}

const offsetMs = (timeZone: string, at: number): number => {
  const { year, month, day, minutes, seconds } = shownIn(timeZone, new Date(at))
  return Date.UTC(year, month - 1, day, 0, minutes, seconds) - Math.floor(at / 1_000) * 1_000
}

/** Midnight; where clocks skip it, the first moment after. */
function firstMomentOf(timeZone: string, year: number, month: number, day: number): Date {
  const wanted = Date.UTC(year, month - 1, day)
  // The offset of midnight is the one before or the one after a change of clocks that is near; the earlier moment that shows the day counts.
  const guesses = [-1, 1].map((days) => wanted - offsetMs(timeZone, wanted + days * 86_400_000)).sort((a, b) => a - b)
  const isReached = (at: number) => {
    const shown = shownIn(timeZone, new Date(at))
    return Date.UTC(shown.year, shown.month - 1, shown.day) >= wanted
  }
  return new Date(guesses.find(isReached) ?? wanted)
}
