import { isRecord, type Json } from '../kit/json.ts'
import { openStateFile, type StateFile } from '../kit/state-file.ts'
import type { Delivery } from '../kit/deliver-later.ts'
import type { Conference } from './conference-room.ts'
import { isLive, type Leg } from './leg.ts'
import type { OwnedNumber } from './owned-number.ts'

/** All that the sandbox remembers, in the order of creation. */
export interface Store {
  readonly legs: ReadonlyMap<string, Leg>
  readonly numbers: ReadonlyMap<string, OwnedNumber>
  readonly conferences: ReadonlyMap<string, Conference>
  /** Callbacks that were not through when the last process ended. */
  readonly unsent: readonly Delivery[]
  /** Calls that are not over. */
  liveCalls(): number
  saveLeg(leg: Leg): void
  saveNumber(number: OwnedNumber): void
  removeNumber(sid: string): void
  saveConference(conference: Conference): void
  saveDelivery(delivery: Delivery, pending: boolean): void
  clear(): void
  close(): void
}

/** Finished calls kept; the oldest go first. */
export const KEPT_CALLS = 10_000
const KEPT_CONFERENCES = 1_000

const noFile: StateFile = { found: new Map(), changed: () => undefined, flush: () => undefined, close: () => undefined }

/** Opens the memory of the sandbox, on a file or on nothing. */
export function openStore(path: string | undefined, onError: (error: unknown) => void = () => undefined): Store {
  const file = path === undefined ? noFile : openStateFile(path, onError)
  const legs = new Map(loaded<Leg>(file.found, 'call:').map((leg) => [leg.sid, leg]))
  const numbers = new Map(loaded<OwnedNumber>(file.found, 'number:').map((number) => [number.sid, number]))
  const conferences = new Map(loaded<Conference>(file.found, 'conference:').map((conference) => [conference.sid, conference]))
  const unsent = loaded<Delivery>(file.found, 'callback:')
  const finished = new Set([...legs.values()].filter((leg) => !isLive(leg)).map((leg) => leg.sid))

  const forget = (kind: string, sid: string): void => file.changed(`${kind}:${sid}`, () => undefined)
  const trim = (): void => {
    for (const sid of finished) {
      if (finished.size <= KEPT_CALLS) break
      finished.delete(sid)
      legs.delete(sid)
      forget('call', sid)
    }
  }
  trim()
  return {
    legs,
    numbers,
    conferences,
    unsent,
    liveCalls: () => legs.size - finished.size,
    saveLeg(leg) {
      legs.set(leg.sid, leg)
      if (!isLive(leg)) finished.add(leg.sid)
      trim()
      if (legs.has(leg.sid)) file.changed(`call:${leg.sid}`, () => leg)
    },
    saveNumber(number) {
      numbers.set(number.sid, number)
      file.changed(`number:${number.sid}`, () => number)
    },
    removeNumber(sid) {
      numbers.delete(sid)
      forget('number', sid)
    },
    saveConference(conference) {
      conferences.set(conference.sid, conference)
      file.changed(`conference:${conference.sid}`, () => conference)
      for (const [sid, { status }] of conferences) {
        if (conferences.size <= KEPT_CONFERENCES) break
        if (status !== 'completed') continue
        conferences.delete(sid)
        forget('conference', sid)
      }
    },
    saveDelivery: (delivery, pending) => file.changed(`callback:${delivery.id}`, () => (pending ? delivery : undefined)),
    clear() {
      for (const sid of legs.keys()) forget('call', sid)
      for (const sid of numbers.keys()) forget('number', sid)
      for (const sid of conferences.keys()) forget('conference', sid)
      legs.clear()
      numbers.clear()
      conferences.clear()
      finished.clear()
    },
    close: () => file.close(),
  }
}

/** The records of one kind. The file is written by this module alone, so a record that has an id is taken for what it was. */
function loaded<Kept>(found: ReadonlyMap<string, Json>, prefix: string): Kept[] {
  const kept: Kept[] = []
  for (const [key, json] of found) {
    if (key.startsWith(prefix) && isRecord(json)) kept.push(structuredClone(json) as Kept)
  }
  return kept
}
