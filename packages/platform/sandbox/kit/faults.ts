import { type Json, isRecord } from './json.ts'
import type { Answer } from './listen.ts'

/** What may happen to a callback on its way. */
export const callbackFaultActions = ['drop', 'delay', 'repeat', 'reorder', 'hold', 'forge', 'tamper'] as const
/** What may happen to a request to the API. */
export const apiFaultActions = ['fail', 'hang', 'lose-answer', 'stall'] as const

/** How a callback is spoilt: made by a stranger, or changed on its way after it was signed. */
export type Spoilt = 'forged' | 'tampered'

/** A rule for callbacks; without `times` it stays until it is removed. */
export interface CallbackFault {
  readonly action: (typeof callbackFaultActions)[number]
  /** Each named property of the callback must have this value: `event`, `kind`, `leg`, `sid`, `to`. */
  readonly match?: Readonly<Record<string, string>>
  readonly times?: number
  /** From 0 to 1, drawn from a generator that starts from `seed`: the same run gives the same faults. */
  readonly probability?: number
  readonly seed?: number
  /** For `delay`. */
  readonly delayMs?: number
  /** For `repeat`: how often it is sent beyond the first time. */
  readonly copies?: number
}

/** A rule for requests to the API: by default for the next one only. */
export interface ApiFault {
  readonly action: (typeof apiFaultActions)[number]
  readonly method?: string
  /** Part of the path. */
  readonly path?: string
  readonly times?: number
  /** For `fail`. */
  readonly status?: number
}

/** What becomes of the answer to a request that was done: it comes, or it is lost, or it never comes. */
export function answerWith(fault: ApiFault | undefined, answer: Answer): Answer {
  if (fault?.action === 'lose-answer') return 'drop'
  return fault?.action === 'stall' ? 'hang' : answer
}

interface Live<Fault> {
  readonly id: string
  readonly fault: Fault
  readonly draw: () => number
  left: number
}

/** The rules in force. */
export interface FaultBook {
  addCallback(fault: CallbackFault): string
  addApi(fault: ApiFault): string
  list(): { id: string; on: 'callback' | 'api'; left: number | 'always'; fault: CallbackFault | ApiFault }[]
  remove(id: string): boolean
  clear(): void
  /** Takes one use of the first rule that applies. */
  forCallback(about: Readonly<Record<string, string>>): CallbackFault | undefined
  forApi(method: string, path: string): ApiFault | undefined
}

const MAX_RULES = 200

/** The Mulberry32 generator: small, and the same for the same seed on every machine. */
function seeded(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

/** An empty book of faults. */
export function createFaultBook(): FaultBook {
  const callbacks: Live<CallbackFault>[] = []
  const api: Live<ApiFault>[] = []
  let count = 0

  const add = <Fault>(rules: Live<Fault>[], fault: Fault, left: number, seed: number): string => {
    if (rules.length >= MAX_RULES) rules.shift()
    const id = `fault_${(count += 1)}`
    rules.push({ id, fault, left, draw: seeded(seed) })
    return id
  }
  const take = <Fault>(rules: Live<Fault>[], applies: (rule: Live<Fault>) => boolean): Fault | undefined => {
    const rule = rules.find(applies)
    if (!rule) return undefined
    if ((rule.left -= 1) <= 0) rules.splice(rules.indexOf(rule), 1)
    return rule.fault
  }
  const left = (rule: Live<unknown>): number | 'always' => (rule.left === Infinity ? 'always' : rule.left)
  return {
    addCallback: (fault) => add(callbacks, fault, fault.times ?? Infinity, fault.seed ?? 1),
    addApi: (fault) => add(api, fault, fault.times ?? 1, 1),
    list: () => [
      ...callbacks.map((rule) => ({ id: rule.id, on: 'callback' as const, left: left(rule), fault: rule.fault })),
      ...api.map((rule) => ({ id: rule.id, on: 'api' as const, left: left(rule), fault: rule.fault })),
    ],
    remove(id) {
      for (const rules of [callbacks, api]) {
        const at = rules.findIndex((rule) => rule.id === id)
        if (at >= 0) return rules.splice(at, 1).length === 1
      }
      return false
    },
    clear() {
      callbacks.length = 0
      api.length = 0
    },
    forCallback: (about) =>
      take(callbacks, ({ fault, draw }) => {
        const named = Object.entries(fault.match ?? {}).every(([name, value]) => about[name] === value)
        return named && (fault.probability === undefined || draw() < fault.probability)
      }),
    forApi: (method, path) =>
      take(
        api,
        ({ fault }) => (fault.method === undefined || fault.method === method) && (fault.path === undefined || path.includes(fault.path)),
      ),
  }
}

const number = (value: Json | undefined, low: number, high: number): number | undefined =>
  typeof value === 'number' && value >= low && value <= high ? value : undefined

/** Reads a callback rule from JSON; undefined if it is none. */
export function readCallbackFault(json: Json | undefined): CallbackFault | undefined {
  if (!isRecord(json)) return undefined
  const action = callbackFaultActions.find((known) => known === json['action'])
  const match: Record<string, string> = {}
  for (const [name, value] of Object.entries(isRecord(json['match']) ? json['match'] : {})) {
    if (typeof value === 'string') match[name] = value
  }
  const numbers = {
    times: number(json['times'], 1, 1e6),
    probability: number(json['probability'], 0, 1),
    seed: number(json['seed'], 0, 2 ** 32 - 1),
    delayMs: number(json['delayMs'], 0, 86_400_000),
    copies: number(json['copies'], 1, 20),
  }
  return action && { action, match, ...given(numbers) }
}

/** Reads an API rule from JSON; undefined if it is none. */
export function readApiFault(json: Json | undefined): ApiFault | undefined {
  if (!isRecord(json)) return undefined
  const action = apiFaultActions.find((known) => known === json['action'])
  const { method, path } = json
  const texts = {
    method: typeof method === 'string' ? method.toUpperCase() : undefined,
    path: typeof path === 'string' ? path : undefined,
  }
  const numbers = { times: number(json['times'], 1, 1e6), status: number(json['status'], 400, 599) }
  return action && { action, ...given(texts), ...given(numbers) }
}

type Given<T> = { [Key in keyof T]?: Exclude<T[Key], undefined> }

/** Leaves out what is undefined: an absent property and an undefined one are not the same to our types. */
function given<T extends Record<string, string | number | undefined>>(values: T): Given<T> {
  const kept: Given<T> = {}
  for (const key in values) {
    const value = values[key]
    if (value !== undefined) Object.assign(kept, { [key]: value })
  }
  return kept
}
