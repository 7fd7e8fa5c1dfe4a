import * as z from 'zod'

/** What was acknowledged, and what must therefore stand in the books. */

const coins = z.partialRecord(z.enum(['bonus', 'purchased', 'earned', 'held']), z.int())
const wallet = z.object({ userId: z.string(), balance: z.int().nonnegative(), buckets: z.record(z.string(), z.int().nonnegative()) })
export const movedAnswer = z.object({
  transaction: z.object({ id: z.string(), type: z.enum(['credit', 'debit']), coins: z.int(), buckets: coins }),
  wallet,
})
export const bulkAnswer = z.object({
  data: z.array(
    z.union([
      movedAnswer.extend({ key: z.string(), status: z.literal('credited') }),
      z.object({ key: z.string(), status: z.literal('refused'), code: z.string() }),
    ]),
  ),
  credited: z.int(),
  refused: z.int(),
})
export const reversedAnswer = z.object({
  id: z.string(),
  reverses: z.string(),
  userId: z.string(),
  coins: z.int().positive(),
  takenCoins: z.int().nonnegative(),
  owedCoins: z.int().nonnegative(),
  wallet,
})

export interface Booked {
  readonly id: string
  readonly userId: string
  /** What it does to all that the user has or owes. */
  readonly coins: number
  /** What it does to each bucket, where the answer tells. */
  readonly buckets: Readonly<Record<string, number>> | undefined
  readonly reverses: string | null
}

export interface Acknowledged {
  moved(answer: z.output<typeof movedAnswer>, asked: { readonly type: string; readonly userId: string; readonly coins: number }): Booked
  reversed(text: string, original: Booked): Booked
  /** By transaction. */
  readonly all: ReadonlyMap<string, Booked>
}

export function keepRecord(): Acknowledged {
  const all = new Map<string, Booked>()
  const add = (booked: Booked): Booked => {
    if (all.has(booked.id)) throw new Error(`two requests were answered with the transaction ${booked.id}`)
    all.set(booked.id, booked)
    return booked
  }
  return {
    all,
    moved({ transaction, wallet: after }, asked) {
      const signed = asked.type === 'credit' ? asked.coins : -asked.coins
      const sum = Object.values(transaction.buckets).reduce((total, part) => total + part, 0)
      if (transaction.type !== asked.type || transaction.coins !== signed || sum !== signed || after.userId !== asked.userId)
        throw new Error(`asked for ${JSON.stringify(asked)}, answered ${JSON.stringify(transaction)}`)
      return add({ id: transaction.id, userId: asked.userId, coins: signed, buckets: transaction.buckets, reverses: null })
    },
    reversed(text, original) {
      const answer = reversedAnswer.parse(JSON.parse(text))
      if (answer.reverses !== original.id || answer.userId !== original.userId || answer.coins > Math.abs(original.coins))
        throw new Error(`${original.id} was to be reversed, answered ${text}`)
      const signed = original.coins > 0 ? -answer.coins : answer.coins
      return add({ id: answer.id, userId: original.userId, coins: signed, buckets: undefined, reverses: original.id })
    },
  }
}
