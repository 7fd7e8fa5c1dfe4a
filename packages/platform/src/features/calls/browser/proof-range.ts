import { longestGapMs, type SideProofs, type Span } from './browser-talk.ts'

/** Pure: proofs as PostgreSQL keeps them, in a multirange. */

/** Each moment is kept with half of the longest gap around it: moments that belong together touch, and PostgreSQL joins what touches. */
const reach = longestGapMs / 2

/** `{[1,7),[20,31)}`, as PostgreSQL reads it. */
export const multirangeOf = (spans: readonly Span[]): string =>
  `{${spans.map(({ from, to }) => `[${from - reach},${to + reach})`).join(',')}}`

/** What PostgreSQL writes of it. */
export function spansIn(multirange: string): Span[] {
  return [...multirange.matchAll(/\[(-?[0-9]+),(-?[0-9]+)\)/g)].map(([, from, to]) => ({
    from: Number(from) + reach,
    to: Number(to) - reach,
  }))
}

/** As the store gives it; null where there is no such row. */
export interface StoredSide {
  readonly connected: string | null
  readonly heard_at: string | null
}

export const readSide = ({ connected, heard_at: heardAt }: StoredSide): SideProofs => ({
  connected: connected === null ? [] : spansIn(connected),
  heardAt: heardAt === null ? null : Number(heardAt),
})
