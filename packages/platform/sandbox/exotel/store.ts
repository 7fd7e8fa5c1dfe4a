import { type Collection, openCollection } from '../kit/collection.ts'
import type { Delivery } from '../kit/deliver-later.ts'
import { openStateFile, type StateFile } from '../kit/state-file.ts'
import { type Call, isOver } from './call.ts'
import type { ExoPhone } from './exophone.ts'
import type { VoiceFlow } from './voice-flow.ts'
import type { Bridge, Leg } from './leg.ts'
import { isLive, type Line } from './line.ts'

/** All that the sandbox remembers. */
export interface Store {
  readonly calls: Collection<Call>
  readonly lines: Collection<Line>
  readonly legs: Collection<Leg>
  readonly bridges: Collection<Bridge>
  readonly numbers: Collection<ExoPhone>
  readonly flows: Collection<VoiceFlow>
  /** Callbacks that were not through when the last process ended. */
  readonly unsent: readonly Delivery[]
  saveDelivery(delivery: Delivery, pending: boolean): void
  clear(): void
  close(): void
}

/** Finished calls kept; the oldest go first. */
export const KEPT_CALLS = 10_000

const noFile: StateFile = { found: new Map(), changed: () => undefined, flush: () => undefined, close: () => undefined }

/** Opens the memory of the sandbox, on a file or on nothing. */
export function openStore(path: string | undefined, onError: (error: unknown) => void = () => undefined): Store {
  const file = path === undefined ? noFile : openStateFile(path, onError)
  const calls = openCollection<Call>(file, 'call', { isOver, most: KEPT_CALLS })
  // A call has two phones; those of a kept call must not be forgotten before it is.
  const lines = openCollection<Line>(file, 'line', { isOver: (line) => !isLive(line), most: KEPT_CALLS * 4 })
  const isLegOver = (leg: Leg): boolean => lines.all.get(leg.line)?.endedAtMs !== undefined
  const legs = openCollection<Leg>(file, 'leg', { isOver: isLegOver, most: KEPT_CALLS })
  const bridges = openCollection<Bridge>(file, 'bridge', { isOver: (bridge) => bridge.endedAtMs !== undefined, most: KEPT_CALLS })
  const numbers = openCollection<ExoPhone>(file, 'number')
  const flows = openCollection<VoiceFlow>(file, 'flow')
  const unsent = [...openCollection<Delivery>(file, 'callback').all.values()]
  return {
    calls,
    lines,
    legs,
    bridges,
    numbers,
    flows,
    unsent,
    saveDelivery: (delivery, pending) => file.changed(`callback:${delivery.id}`, () => (pending ? delivery : undefined)),
    clear() {
      for (const records of [calls, lines, legs, bridges, numbers, flows]) records.clear()
    },
    close: () => file.close(),
  }
}
