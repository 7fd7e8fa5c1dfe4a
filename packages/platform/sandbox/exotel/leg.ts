/** Moments at which something happens to a leg by itself. */
export const legDues = ['heard'] as const
/** One of them. */
export type LegDue = (typeof legDues)[number]

/** An action that takes its time on a leg: speech, or a sound. */
export interface LegAction {
  readonly sid: string
  readonly kind: 'say' | 'play'
  readonly customParam: string
}

/** One phone under the customer's own control, as the Legs API knows it: its phone is a line of the exchange. */
export interface Leg {
  readonly sid: string
  readonly line: string
  /** As the customer wrote them. */
  readonly contactUri: string
  readonly exophone: string
  readonly endpoint: string
  readonly customParam: string
  readonly timeLimitMs: number
  readonly createdAtMs: number
  updatedAtMs: number
  bridge?: string | undefined
  action?: LegAction | undefined
  readonly heard: string[]
  due: Partial<Record<LegDue, number>>
}

/** Legs that hear each other. */
export interface Bridge {
  readonly sid: string
  readonly legs: readonly string[]
  /** Those that are still in it. */
  active: readonly string[]
  readonly endpoint: string
  readonly createdAtMs: number
  updatedAtMs: number
  endedAtMs?: number | undefined
}
