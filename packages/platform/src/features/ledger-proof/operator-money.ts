import { mostCoins } from '../../base/coins.ts'
import { fail, Problem } from '../../base/problem.ts'
import { audit } from '../../db/audit.ts'
import { app, bucket, entry, move, post, recordMove, reversalByKey, reverse, type FreezeDeps } from '../wallet/index.ts'
import { orderedBooks, signed, type OperatorOrder } from './release-books.ts'
import { takeTurnUnder, userIdOf } from './operator-store.ts'

type CreditBucket = 'bonus' | 'purchased' | 'earned'

export interface CreditOrder extends OperatorOrder {
  /** The host's id of the user. */
  readonly hostUserId: string
  readonly bucket: CreditBucket
  readonly coins: number
  /** The ticket or mail that asks for it: one credit a reference. */
  readonly reference: string
}

const referenceShape = /^[\w.:-]{1,100}$/

function checkReference(reference: string): void {
  if (!referenceShape.test(reference))
    fail('invalid_request', { detail: 'Give a reference (--ref) of 1 to 100 letters, digits, dots, colons or dashes: a ticket’s number.' })
}

const usedBefore = (reference: string): never =>
  fail('conflict', {
    detail: `The reference ${reference} was used for another order: nothing is done. Give this one a reference of its own.`,
  })

/**
 * Coins given by an operator, once for each reference: bonus ones from the app's promotions, others newly issued. Posting and audit row
 * commit together; killed before, nothing has happened, and after it the same order is refused, naming the transaction.
 */
export async function creditByOperator(deps: FreezeDeps, order: CreditOrder): Promise<{ readonly transactionId: string }> {
  const { by, reason } = signed(order)
  const { reference, coins, hostUserId } = order
  checkReference(reference)
  if (!Number.isSafeInteger(coins) || coins < 1) fail('invalid_request', { detail: `Coins are a whole number from 1 to ${mostCoins}.` })
  const tenant = await orderedBooks(deps, order)
  return deps.db.transact(tenant.id, async (tx) => {
    const now = deps.clock.now()
    const userId =
      (await userIdOf(tx, tenant.id, hostUserId)) ?? fail('not_found', { detail: `There is no user ${hostUserId} in this app.` })
    const head = {
      key: `operator-credit:${reference}`,
      type: 'credit',
      reference: { type: 'operator', id: reference },
      description: 'Credit',
      metadata: { operator: by, reason },
    }
    const source = app(order.bucket === 'bonus' ? 'promotions' : 'issuance')
    const credit = entry(head, [move(source, bucket(userId, order.bucket), coins)])
    const { transactionId, replayed } = await post(tx, tenant.id, credit, now).catch((error: unknown) => {
      if (error instanceof Problem && error.code === 'idempotency_key_reused') return usedBefore(reference)
      throw error
    })
    if (replayed) fail('conflict', { detail: `This was credited already, as ${transactionId}.` })
    const details = { operator: by, userId, bucket: order.bucket, coins, reference }
    await recordMove(tx, tenant.id, { type: 'wallet.credited', userId, transactionId }, now)
    await audit(tx, tenant.id, 'operator', { action: 'ledger.credited', subject: transactionId, reason, details }, now)
    return { transactionId }
  })
}

export interface ReverseOrder extends OperatorOrder {
  readonly transactionId: string
  /** Absent: all that is left of it. */
  readonly coins?: number
  readonly reference: string
}

/**
 * Takes a transaction back as an operator orders it, once for each reference. What the user no longer has they owe. Reversal and audit row
 * commit together; killed before, nothing has happened, and after it the same order is refused.
 */
export async function reverseByOperator(deps: FreezeDeps, order: ReverseOrder): Promise<Awaited<ReturnType<typeof reverse>>> {
  const { by, reason } = signed(order)
  const { transactionId, coins, reference } = order
  checkReference(reference)
  if (coins !== undefined && (!Number.isSafeInteger(coins) || coins < 1))
    fail('invalid_request', { detail: `Coins are a whole number from 1 to ${mostCoins}.` })
  const tenant = await orderedBooks(deps, order)
  return deps.db.transact(tenant.id, async (tx) => {
    const now = deps.clock.now()
    const key = `operator-reversal:${reference}`
    await takeTurnUnder(tx, tenant.id, key)
    const known = await reversalByKey(tx, tenant.id, key)
    if (known !== undefined) {
      if (known.reverses !== transactionId || (coins ?? known.coins) !== known.coins) usedBefore(reference)
      fail('conflict', { detail: `This was taken back already, by ${known.id}.` })
    }
    const wish = { transactionId, key, reason, told: 'Correction', by: `operator ${by}`, coins }
    const done = await reverse(tx, tenant.id, wish, now).catch((error: unknown) => {
      if (error instanceof Problem && error.code === 'not_found')
        fail('not_found', { detail: `There is no transaction ${transactionId} in this app.` })
      throw error
    })
    const details = { operator: by, transactionId: done.transactionId, coins: done.coins, owedCoins: done.owedCoins, reference }
    await audit(tx, tenant.id, 'operator', { action: 'ledger.reversed', subject: transactionId, reason, details }, now)
    return done
  })
}
