/** How the attempt to reach one phone can be over. */
export const finalStates = ['completed', 'busy', 'no-answer', 'failed', 'canceled'] as const
/** One of them. */
export type FinalState = (typeof finalStates)[number]
/** Where one phone stands. */
export type LineState = 'connecting' | 'ringing' | 'in-progress' | FinalState

/** Moments at which something happens to a phone by itself; in this order when two fall together. */
export const lineDues = ['fail', 'ring', 'busy', 'answer', 'giveUp', 'hangUp', 'limit'] as const
/** One of them. */
export type LineDue = (typeof lineDues)[number]

/** One phone that was dialled, or that dialled us: plain data, so that it can be stored and taken up again. */
export interface Line {
  readonly id: string
  /** Whose phone this is in what is going on. */
  readonly role: 'caller' | 'callee' | 'leg'
  /** The call or the leg it belongs to. */
  readonly owner: string
  readonly number: string
  readonly createdAtMs: number
  state: LineState
  readonly ringForMs: number
  ringingAtMs?: number | undefined
  answeredAtMs?: number | undefined
  endedAtMs?: number | undefined
  hangUpAfterMs?: number | undefined
  due: Partial<Record<LineDue, number>>
}

/** Whether the phone is still rung or talked on. */
export function isLive({ state }: Line): boolean {
  return state === 'connecting' || state === 'ringing' || state === 'in-progress'
}

const wholeSeconds = (ms: number): number => Math.floor(ms / 1000)

/** From one moment to another as both are shown, in whole seconds; 0 if the first never came. */
export function secondsBetween(fromMs: number | undefined, toMs: number): number {
  return fromMs === undefined ? 0 : Math.max(0, wholeSeconds(toMs) - wholeSeconds(fromMs))
}

/** How long the phone was off the hook. */
export function onCallSeconds(line: Line): number {
  return line.endedAtMs === undefined ? 0 : secondsBetween(line.answeredAtMs, line.endedAtMs)
}
