import type { Clock, Timer } from './clock.ts'
import type { CallbackFault, FaultBook, Spoilt } from './faults.ts'
import type { Json } from './json.ts'

/** Shut while a request is being answered: what the request sets off waits until the answer has left. */
export interface Gate {
  /** Shuts the gate; the result opens it again (once, however often it is called). */
  shut(): () => void
  opened(): Promise<void>
}

/** A gate that stands open. */
export function createGate(): Gate {
  let shut = 0
  let waiting: (() => void)[] = []
  return {
    shut() {
      let mine = true
      shut += 1
      return () => {
        if (!mine) return
        mine = false
        shut -= 1
        if (shut > 0) return
        for (const resume of waiting) resume()
        waiting = []
      }
    },
    // Always asynchronous, open or not: nothing is sent within the call that caused it.
    opened: () => new Promise((resolve) => (shut === 0 ? setImmediate(resolve) : waiting.push(resolve))),
  }
}

/** A message to the customer that is on its way: plain data, so that it outlives a restart. */
export interface Delivery {
  readonly id: string
  /** Deliveries with the same key leave one after the other. */
  readonly key: string
  /** What faults may match on. */
  readonly about: Readonly<Record<string, string>>
  readonly url: string
  readonly method: 'GET' | 'POST'
  readonly params: Readonly<Record<string, string>>
  /** What to say instead of `params`, for providers that do not write forms. */
  readonly json?: Json
  /** A repeated attempt: which one it is (from 2), and before when it must not leave. */
  readonly again?: { readonly attempt: number; readonly notBeforeMs: number }
}

/** How an attempt ended. */
export interface Outcome {
  readonly status?: number | undefined
  readonly error?: string | undefined
}

/** A line of the log of sent messages. */
export interface DeliveryRecord extends Delivery, Outcome {
  readonly atMs: number
  readonly outcome: 'sent' | 'failed' | 'dropped' | 'held' | 'delayed' | 'reordered'
}

/** Messages that leave later, in order unless a fault says otherwise. */
export interface Deliveries {
  add(delivery: Delivery): void
  /** What a `hold` fault keeps back, oldest first. */
  held(): Delivery[]
  /** Sends what is held, one after the other in the order given; without ids all of it. Resolves when they are through. */
  release(ids?: readonly string[]): Promise<void>
  log(): readonly DeliveryRecord[]
  clear(): void
}

interface Parts {
  readonly clock: Clock
  readonly gate: Gate
  readonly faults: FaultBook
  /** Sends it; never rejects. */
  perform(delivery: Delivery, spoilt: Spoilt | undefined): Promise<Outcome>
  /** Told when a message joins and when nothing more will be tried. */
  changed(delivery: Delivery, pending: boolean): void
}

const KEPT_RECORDS = 5_000
// A reordered message with no successor would never leave; the real network does not keep them for ever either.
const REORDER_AT_MOST_MS = 5_000

interface Log {
  readonly records: DeliveryRecord[]
  note(delivery: Delivery, outcome: DeliveryRecord['outcome'], result?: Outcome): void
}

function createLog(clock: Clock): Log {
  const records: DeliveryRecord[] = []
  return {
    records,
    note(delivery, outcome, result = {}) {
      if (records.length >= KEPT_RECORDS) records.splice(0, 500)
      records.push({ ...delivery, ...result, outcome, atMs: clock.now() })
    },
  }
}

/** Sends what is handed in, in turn for each key; each result resolves when its own message is through. */
function createChains({ clock, gate, perform, changed }: Parts, log: Log): (delivery: Delivery, spoilt?: Spoilt) => Promise<void> {
  const chains = new Map<string, Promise<void>>()
  const send = async (delivery: Delivery, spoilt: Spoilt | undefined): Promise<void> => {
    await gate.opened()
    const result = await perform(delivery, spoilt)
    log.note(delivery, result.error === undefined ? 'sent' : 'failed', result)
    changed(delivery, false)
  }
  return (delivery, spoilt) => {
    const turn = (chains.get(delivery.key) ?? Promise.resolve()).then(() => send(delivery, spoilt))
    chains.set(delivery.key, turn)
    clock.track(turn)
    return turn.finally(() => {
      if (chains.get(delivery.key) === turn) chains.delete(delivery.key)
    })
  }
}

/** Tasks for later that can be called off together. */
function createLater(clock: Clock): { at(timeMs: number, task: () => void): void; clear(): void } {
  const waiting = new Set<Timer>()
  return {
    at(timeMs, task) {
      const timer = clock.at(timeMs, () => {
        waiting.delete(timer)
        task()
      })
      waiting.add(timer)
    },
    clear() {
      for (const timer of waiting) timer.cancel()
      waiting.clear()
    },
  }
}

/** The sender of callbacks. */
export function createDeliveries(parts: Parts): Deliveries {
  const { clock, faults } = parts
  const log = createLog(clock)
  const enqueue = createChains(parts, log)
  const held = new Map<string, Delivery>()
  const overtaken = new Map<string, Delivery>()
  const later = createLater(clock)

  const letGo = (late: readonly Delivery[]): void => {
    for (const one of late) {
      if (overtaken.delete(one.id)) void enqueue(one)
    }
  }
  const meet: Readonly<Record<CallbackFault['action'], (delivery: Delivery, fault: CallbackFault) => void>> = {
    drop(delivery) {
      log.note(delivery, 'dropped')
      parts.changed(delivery, false)
    },
    hold(delivery) {
      const [oldest] = held.keys()
      if (held.size >= KEPT_RECORDS && oldest !== undefined) held.delete(oldest)
      held.set(delivery.id, delivery)
      log.note(delivery, 'held')
    },
    delay(delivery, { delayMs = 1_000 }) {
      log.note(delivery, 'delayed')
      clock.at(clock.now() + delayMs, () => void enqueue(delivery))
    },
    repeat(delivery, { copies = 1 }) {
      for (let copy = 0; copy <= copies; copy += 1) void enqueue(delivery)
    },
    reorder(delivery) {
      log.note(delivery, 'reordered')
      overtaken.set(delivery.id, delivery)
      clock.at(clock.now() + REORDER_AT_MOST_MS, () => letGo([delivery]))
    },
    forge: (delivery) => void enqueue(delivery, 'forged'),
    tamper: (delivery) => void enqueue(delivery, 'tampered'),
  }
  const leave = (delivery: Delivery): void => {
    const late = [...overtaken.values()].filter((one) => one.key === delivery.key)
    const fault = faults.forCallback(delivery.about)
    if (fault) meet[fault.action](delivery, fault)
    else void enqueue(delivery)
    if (fault?.action !== 'reorder') letGo(late) // it has been overtaken now
  }
  return {
    add(delivery) {
      parts.changed(delivery, true)
      const notBeforeMs = delivery.again?.notBeforeMs ?? 0
      if (notBeforeMs <= clock.now()) leave(delivery)
      else later.at(notBeforeMs, () => leave(delivery))
    },
    held: () => [...held.values()],
    async release(ids = [...held.keys()]) {
      for (const id of ids) {
        const delivery = held.get(id)
        if (!delivery) continue
        held.delete(id)
        await enqueue(delivery)
      }
    },
    log: () => log.records,
    clear() {
      held.clear()
      overtaken.clear()
      later.clear()
      log.records.length = 0
    },
  }
}
