import type { Clock, Timer } from './clock.ts'

/** What alarms need of their sandbox. */
export interface AlarmParts {
  readonly timers: Map<string, Timer>
  readonly clock: Clock
  readonly log: (line: string) => void
}

/** Something to which things happen by themselves at certain moments. */
export interface Timed<Kind extends string> {
  due: Partial<Record<Kind, number>>
}

function nextDue<Kind extends string>({ due }: Timed<Kind>, kinds: readonly Kind[]): { kind: Kind; atMs: number } | undefined {
  let first: { kind: Kind; atMs: number } | undefined
  for (const kind of kinds) {
    const atMs = due[kind]
    if (atMs !== undefined && (!first || atMs < first.atMs)) first = { kind, atMs }
  }
  return first
}

/**
 * Sets the alarm for the first thing that is due. One thing at a time, and at the moment it was due even when the process was
 * away then: another one's may come between.
 */
export function setAlarm<Kind extends string>(
  parts: AlarmParts,
  key: string,
  timed: Timed<Kind>,
  kinds: readonly Kind[],
  fire: (kind: Kind, atMs: number) => void,
): void {
  parts.timers.get(key)?.cancel()
  parts.timers.delete(key)
  const first = nextDue(timed, kinds)
  if (!first) return
  const ring = (): void => {
    const due = nextDue(timed, kinds)
    if (due && due.atMs <= parts.clock.now()) {
      delete timed.due[due.kind]
      try {
        fire(due.kind, due.atMs)
      } catch (error) {
        // One thing that went wrong must not take the others with it.
        parts.log(`sandbox: ${key} ${due.kind}: ${error instanceof Error ? error.stack : String(error)}`)
      }
    }
    setAlarm(parts, key, timed, kinds, fire)
  }
  parts.timers.set(key, parts.clock.at(first.atMs, ring))
}
