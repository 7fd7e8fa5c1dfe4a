/** Pure: whose turn it is in a queue. */

/** How long a turn lasts. */
export const turnMs = 30_000

export interface Standing {
  readonly id: string
  readonly turnUntil: Date | null
  readonly busy: boolean
}

export interface Turns {
  /** Their turn has passed: they leave the queue. */
  readonly passed: readonly string[]
  /** The callee is not free any more: these keep their place and get another turn. */
  readonly paused: readonly string[]
  /** Whose turn begins. */
  readonly next: string | undefined
}

/** `queue` in its order. One has the turn at a time; who is in a call themself is passed over, and keeps the place. */
export function turnsOf(queue: readonly Standing[], free: boolean, now: Date): Turns {
  const told = queue.filter(({ turnUntil }) => turnUntil !== null)
  if (!free) return { passed: [], paused: told.map(({ id }) => id), next: undefined }
  const passed = told.filter(({ turnUntil }) => turnUntil !== null && turnUntil <= now).map(({ id }) => id)
  if (told.length > passed.length) return { passed, paused: [], next: undefined }
  return { passed, paused: [], next: queue.find(({ turnUntil, busy }) => turnUntil === null && !busy)?.id }
}
