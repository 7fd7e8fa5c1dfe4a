/** Pure: how long two browsers talked, from what each of them has proved. Times are whole milliseconds since 1970. */

/** A stretch of time over which one side has proved that sound came in: from its first proof to its last one. */
export interface Span {
  readonly from: number
  readonly to: number
}

/** What one side has proved: each stretch, in order. */
export interface SideProofs {
  readonly connected: readonly Span[]
  /** When anything at all was heard of it last. */
  readonly heardAt: number | null
}

export interface BrowserProofs {
  readonly caller: SideProofs
  readonly callee: SideProofs
}

export interface Talk {
  /** The first moment at which both had proved to be connected. */
  readonly from: number
  /** The last one. */
  readonly to: number
  /** What may be charged of it: no gap is in it, on either side. */
  readonly provedMs: number
}

/** A longer silence between two proofs of a side was no talk. */
export const longestGapMs = 6_000

/** The stretches that single proofs make; their order and number do not matter. */
export function spansOf(moments: readonly number[]): Span[] {
  const spans: Span[] = []
  for (const at of [...moments].sort((a, b) => a - b)) {
    const last = spans.at(-1)
    if (last === undefined || at - last.to > longestGapMs) spans.push({ from: at, to: at })
    else spans[spans.length - 1] = { from: last.from, to: at }
  }
  return spans
}

/** The talk of two sides, or undefined as long as they were never connected both. */
export function talkOf({ caller, callee }: BrowserProofs): Talk | undefined {
  let talk: Talk | undefined
  for (const [a, b] of neighbours(caller.connected, callee.connected)) {
    const from = Math.max(a.from, b.from)
    const to = Math.min(a.to, b.to)
    // The second to prove it begins the talk when the first one's proof still stands.
    if (from - to > longestGapMs) continue
    talk = { from: talk?.from ?? from, to: Math.max(talk?.to ?? from, to), provedMs: (talk?.provedMs ?? 0) + Math.max(0, to - from) }
  }
  return talk
}

/** All pairs of stretches that overlap or follow upon each other, in the order of time. */
function* neighbours(ones: readonly Span[], others: readonly Span[]): Generator<readonly [Span, Span]> {
  let [i, j] = [0, 0]
  for (;;) {
    const [one, other] = [ones[i], others[j]]
    if (one === undefined || other === undefined) return
    yield [one, other]
    if (one.to < other.to) i++
    else j++
  }
}

/** For how long one side proved, since the talk began, what the other one did not: milliseconds that cannot be charged. */
export const provedAloneMs = ({ connected }: SideProofs, talk: Talk): number =>
  connected.reduce((sum, { from, to }) => sum + Math.max(0, to - Math.max(from, talk.from)), 0) - talk.provedMs

/** What both proved from a moment on. */
export function provedSince({ caller, callee }: BrowserProofs, moment: number): BrowserProofs {
  const of = (side: SideProofs): SideProofs => ({
    ...side,
    connected: side.connected.flatMap(({ from, to }) => (to < moment ? [] : [{ from: Math.max(from, moment), to }])),
  })
  return { caller: of(caller), callee: of(callee) }
}

/** How much of a talk was gaps, which cannot be charged. */
export const gapsMs = ({ from, to, provedMs }: Talk): number => to - from - provedMs

/** When a side proved last that it was connected. */
export const lastProof = ({ connected }: SideProofs): number | undefined => connected.at(-1)?.to

/** Whole seconds that are charged: what is proved, never beyond the limit. */
export const provedSeconds = (talk: Talk | undefined, limitSeconds: number): number =>
  Math.min(limitSeconds, Math.floor((talk?.provedMs ?? 0) / 1_000))

/** Proofs come every 2 s and are written every second: so much of the present may still be on its way. */
const inFlightMs = 4_000

/** How long the talk lasts by now, if the proofs on their way come in: for warnings and the cut-off, never for a charge. */
export const likelyMs = (talk: Talk, now: number): number => talk.provedMs + Math.min(inFlightMs, Math.max(0, now - talk.to))
