import { controlError, type ControlRoute, ok } from './control.ts'
import { fateOf } from './magic-identities.ts'
import type { Json } from './json.ts'

/** Somebody of whom a test has told the registry. */
export interface Person {
  /** As the holder writes it: upper case, without spaces and hyphens. */
  readonly number: string
  readonly name: string
  /** `YYYY-MM-DD`. */
  readonly dateOfBirth: string
}

/** What a registry has of a number. */
export interface Entry extends Person {
  /** Whether the name is one of its own; a name that is made up is whatever name one asks for. */
  readonly knowsName: boolean
  /** The same of the birth date. */
  readonly knowsBirth: boolean
}

/**
 * The people whom a registry knows: those it was told of, and for every other number somebody made up. In memory only, since it holds whole
 * Aadhaar numbers.
 */
export interface Registry {
  /** `caseId`: under which the customer asks about them, and names their pictures. */
  enter(person: Person, caseId?: string): void
  entryOf(number: string, nowMs: number): Entry
  /** Whose card a picture of this name shows: `{case id}-front.jpg`, or the digits at the end of the name. */
  shownBy(fileName: string, nowMs: number): Entry
  count(): number
  clear(): void
}

const MOST_PEOPLE = 5_000
const MINOR_YEARS = 16

export const normalized = (number: string): string => number.toUpperCase().replace(/[^A-Z0-9]/g, '')

const madeUp = (number: string): Entry => ({ number, name: 'ASHA VERMA', dateOfBirth: '1990-01-31', knowsName: false, knowsBirth: false })

/** What is wrong with somebody is wrong wherever one asks about them. */
function bent(entry: Entry, nowMs: number): Entry {
  const fate = fateOf(entry.number)
  if (fate === 'mismatch') return { ...entry, name: 'XERXES QUILLFEATHER', knowsName: true }
  if (fate !== 'minor') return entry
  const now = new Date(nowMs)
  const born = new Date(Date.UTC(now.getUTCFullYear() - MINOR_YEARS, now.getUTCMonth(), 1)).toISOString().slice(0, 10)
  return { ...entry, dateOfBirth: born, knowsBirth: true }
}

export function createRegistry(): Registry {
  const people = new Map<string, Person>()
  const cases = new Map<string, string>()
  const keep = <Value>(map: Map<string, Value>, key: string, value: Value): void => {
    map.delete(key)
    map.set(key, value)
    for (const oldest of map.keys()) {
      if (map.size <= MOST_PEOPLE) return
      map.delete(oldest)
    }
  }
  const entryOf = (number: string, nowMs: number): Entry => {
    const key = normalized(number)
    const person = people.get(key)
    return bent(person ? { ...person, knowsName: true, knowsBirth: true } : madeUp(key), nowMs)
  }
  return {
    entryOf,
    enter(person, caseId) {
      const number = normalized(person.number)
      keep(people, number, { ...person, number })
      if (caseId !== undefined) keep(cases, caseId, number)
    },
    shownBy(fileName, nowMs) {
      const name = fileName.replace(/\.\w+$/, '')
      const number = cases.get(name.replace(/-(?:front|back)$/, ''))
      if (number !== undefined) return entryOf(number, nowMs)
      const digits = /(\d{4})$/.exec(name)?.[1] ?? '0124'
      return entryOf(`23456789${digits}`, nowMs)
    },
    count: () => people.size,
    clear() {
      people.clear()
      cases.clear()
    },
  }
}

const text = (value: Json | undefined, pattern: RegExp): string | undefined =>
  typeof value === 'string' && pattern.test(value) ? value : undefined

/** Where a test tells of people: a registry that knows somebody answers with their own name, for calls that cannot ask with it. */
export const peopleControls = (sandbox: string, registry: Registry): ControlRoute[] => [
  { method: 'GET', path: /^\/people$/, run: () => ok({ sandbox, count: registry.count() }) },
  {
    method: 'POST',
    path: /^\/people$/,
    run({ body }) {
      const number = text(body['number'], /^[A-Za-z0-9 /-]{8,24}$/)
      const name = text(body['name'], /^.{1,200}$/u)
      const dateOfBirth = text(body['dateOfBirth'], /^\d{4}-\d{2}-\d{2}$/)
      const caseId = text(body['caseId'], /^[\w-]{1,100}$/)
      if (number === undefined || name === undefined || dateOfBirth === undefined)
        return controlError(400, 'expected { number, name, dateOfBirth, caseId? }')
      registry.enter({ number, name, dateOfBirth }, caseId)
      return { status: 204 }
    },
  },
  {
    method: 'DELETE',
    path: /^\/people$/,
    run() {
      registry.clear()
      return { status: 204 }
    },
  },
]

/** `31/01/1990` or `31-01-1990`. */
export const dayFirst = (date: string, separator = '/'): string => date.split('-').reverse().join(separator)

/** The same date, whatever way it is written. */
export function isDate(given: string, date: string): boolean {
  const [first = '', middle = '', last = ''] = given.split(/[/.-]/)
  return (first.length === 4 ? [first, middle, last] : [last, middle, first]).join('-') === date
}

/** First eight digits hidden. */
export const masked = (number: string): string => `XXXXXXXX${number.slice(-4)}`
