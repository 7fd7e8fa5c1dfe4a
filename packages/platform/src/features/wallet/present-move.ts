import type { AnswerOf, allSchemas } from '@impacthub/sdk/contract'

export type MoveAnswer = AnswerOf<(typeof allSchemas)['wallets']['credit']>

export interface AskedMove {
  readonly type: 'credit' | 'debit'
  readonly hostUserId: string
  readonly coins: number
  readonly reason: string
}

/**
 * The answer to a move, from what was asked and the eight numbers that are kept of it (`idempotency_keys.moved`): bonus, purchased, earned
 * and held coins, what is owed, and what bonus, purchased and earned changed by. The same for the first request and for each repetition.
 * Events tell the same by `wallet_moved_body`.
 */
export function presentMove(asked: AskedMove, first: { readonly id: string; readonly at: Date }, moved: readonly number[]): MoveAnswer {
  const [bonus = 0, purchased = 0, earned = 0, held = 0, owed = 0, ofBonus = 0, ofPurchased = 0, ofEarned = 0] = moved
  return {
    transaction: {
      id: first.id,
      type: asked.type,
      coins: asked.type === 'credit' ? asked.coins : -asked.coins,
      buckets: {
        ...(ofBonus === 0 ? {} : { bonus: ofBonus }),
        ...(ofPurchased === 0 ? {} : { purchased: ofPurchased }),
        ...(ofEarned === 0 ? {} : { earned: ofEarned }),
      },
      reference: null,
      description: asked.reason,
      createdAt: first.at.toISOString(),
    },
    wallet: {
      userId: asked.hostUserId,
      balance: bonus + purchased + earned,
      buckets: { bonus, purchased, earned, held },
      withdrawable: owed < 0 ? 0 : earned,
    },
  }
}
