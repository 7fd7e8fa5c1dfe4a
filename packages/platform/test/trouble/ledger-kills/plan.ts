/** What the clients of a run do, drawn from a seed: the same seed asks for the same, though kills fall where they fall. */

export type Bucket = 'bonus' | 'purchased' | 'earned'

export interface Move {
  readonly type: 'credit' | 'debit'
  readonly userId: string
  /** null: a debit from all that can be spent. */
  readonly bucket: Bucket | null
  readonly coins: number
}

export type Step =
  | { readonly kind: 'move'; readonly move: Move }
  /** The same request twice at the same time. */
  | { readonly kind: 'twins'; readonly move: Move }
  /** One of this client's earlier requests again; `pick` is below one. */
  | { readonly kind: 'replay'; readonly pick: number }
  /** The key of an earlier request with other content. */
  | { readonly kind: 'altered'; readonly pick: number }
  | { readonly kind: 'reverse'; readonly pick: number; readonly share: number }
  /** Many credits in one request; a userId that nobody has refuses one of them, or all. */
  | { readonly kind: 'bulk'; readonly mode: 'all' | 'each'; readonly credits: readonly Move[] }

export interface Random {
  /** From 0 to below 1. */
  unit(): number
  /** From 0 to below `count`. */
  below(count: number): number
  oneOf<T>(list: readonly T[]): T
}

/** mulberry32: small, and good enough to draw operations. */
export function randomFrom(seed: number): Random {
  let state = seed >>> 0
  const unit = (): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  const below = (count: number): number => Math.floor(unit() * count)
  return {
    unit,
    below,
    oneOf(list) {
      const chosen = list[below(list.length)]
      if (chosen === undefined) throw new Error('there is nothing to choose from')
      return chosen
    },
  }
}

const buckets: readonly Bucket[] = ['bonus', 'purchased', 'earned']
/** Few users are asked for much more often than the others: their rows are fought for. */
const busyUsers = 3

function drawMove(random: Random, userIds: readonly string[]): Move {
  const userId = random.unit() < 0.2 ? random.oneOf(userIds.slice(0, busyUsers)) : random.oneOf(userIds)
  if (random.unit() < 0.55) return { type: 'credit', userId, bucket: random.oneOf(buckets), coins: 1 + random.below(40) }
  return { type: 'debit', userId, bucket: random.unit() < 0.6 ? null : random.oneOf(buckets), coins: 1 + random.below(60) }
}

export const nobody = 'kill-nobody'

function drawBulk(random: Random, userIds: readonly string[]): Step {
  const credits = Array.from({ length: 1 + random.below(30) }, (): Move => {
    const userId = random.unit() < 0.01 ? nobody : random.oneOf(userIds)
    return { type: 'credit', userId, bucket: random.oneOf(buckets), coins: 1 + random.below(10) }
  })
  return { kind: 'bulk', mode: random.unit() < 0.5 ? 'all' : 'each', credits }
}

export function drawStep(random: Random, userIds: readonly string[]): Step {
  const kind = random.unit()
  if (kind < 0.12) return { kind: 'replay', pick: random.unit() }
  if (kind < 0.14) return { kind: 'altered', pick: random.unit() }
  if (kind < 0.2) return { kind: 'reverse', pick: random.unit(), share: random.unit() }
  if (kind < 0.23) return drawBulk(random, userIds)
  return { kind: kind < 0.27 ? 'twins' : 'move', move: drawMove(random, userIds) }
}
