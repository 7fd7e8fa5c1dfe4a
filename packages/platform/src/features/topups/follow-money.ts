import { Problem } from '../../base/problem.ts'
import { app, bucket, entry, move, owedCoins, post, reverse, type Reversal, type ReverseWish } from '../wallet/index.ts'
import { creditsOf, insertCredit, takeFromCredit } from './payment-store.ts'
import { putDispute, putRefund, type TopupCase } from './topup-case.ts'
import { keptOf, returnedOf } from './topup-lifecycle.ts'
import { nothingTaken, type Taking, type TopupDispute, type TopupRefund } from './topup-row.ts'

/**
 * Coins follow the money: as great a part of them is taken back as goes back of the price, and given again where a refund fails. What the
 * user no longer has, they owe. Part of the transaction that notes what became of the money: both stand or neither does.
 */
export async function followMoney(open: TopupCase): Promise<void> {
  const ofCredit = (one: { readonly paymentId: string }): boolean => one.paymentId === open.topup.paymentId
  for (const refund of open.refunds.filter(ofCredit)) {
    if (refund.status !== 'failed' && refund.followed === 'no') {
      const taking = await takeBack(open, refund)
      await putRefund(open, { ...refund, followed: 'taken', taking })
    } else if (refund.status === 'failed' && refund.followed === 'taken') {
      await giveBack(open, refund)
      await putRefund(open, { ...refund, followed: 'given_back', taking: nothingTaken })
    }
  }
  for (const dispute of open.disputes.filter(ofCredit)) {
    if (dispute.status !== 'lost' || dispute.followed === 'taken') continue
    const taking = await takeBack(open, dispute)
    await putDispute(open, { ...dispute, followed: 'taken', taking })
  }
}

type Cause = TopupRefund | TopupDispute

const reasonOf = (cause: Cause): string => ('reason' in cause ? cause.reason : 'The payer’s bank took the money back')
/** The buyer reads this: why it went back is the app's affair. */
const toldOf = (cause: Cause): string => ('reason' in cause ? 'Refund of a top-up' : 'Top-up taken back by the payer’s bank')
const byOf = (open: TopupCase, cause: Cause): string => ('askedBy' in cause ? cause.askedBy : open.topup.provider)

async function takeBack(open: TopupCase, cause: Cause): Promise<Taking> {
  const { tx, tenantId, topup } = open
  // What has been followed already, and this one: two that come together are not counted twice.
  const counted = <Item extends Cause>(all: readonly Item[]) => all.filter((one) => one.followed === 'taken' || one.id === cause.id)
  const returned = returnedOf({ topup, refunds: counted(open.refunds), disputes: counted(open.disputes) })
  const credits = await creditsOf(tx, tenantId, topup.id)
  let taking = nothingTaken
  for (const [name, total] of [['purchased', topup.coins] as const, ['bonus', topup.bonusCoins] as const]) {
    const own = credits.filter((one) => one.bucket === name)
    const there = own.reduce((sum, { coins, takenBack }) => sum + coins - takenBack, 0)
    let due = Math.max(0, there - keptOf(total, topup.amount, returned))
    for (const { transactionId, coins, takenBack } of own) {
      const part = Math.min(due, coins - takenBack)
      if (part === 0) continue
      due -= part
      const key = `topup-back:${cause.id}:${transactionId}`
      const why = { reason: reasonOf(cause), told: toldOf(cause), by: byOf(open, cause) }
      const done = await reverseAtMost(open, { transactionId, key, ...why, coins: part })
      await takeFromCredit(tx, tenantId, transactionId, part)
      if (done === undefined) continue
      taking = {
        reversals: [...taking.reversals, { id: done.transactionId, bucket: name, coins: done.coins, owed: done.owedCoins }],
        takenCoins: taking.takenCoins + done.takenCoins,
        owedCoins: taking.owedCoins + done.owedCoins,
      }
    }
  }
  return taking
}

/** Somebody may have taken coins of this very transaction back by hand: then what is left of it is all that can be. */
async function reverseAtMost({ tx, tenantId, now }: TopupCase, wish: ReverseWish): Promise<Reversal | undefined> {
  // What is refused has written nothing yet.
  const attempt = (coins: number | undefined) =>
    reverse(tx, tenantId, { ...wish, coins }, now).catch((error: unknown) => {
      if (error instanceof Problem && (error.code === 'conflict' || error.code === 'already_reversed')) return error.code
      throw error
    })
  const first = await attempt(wish.coins)
  const done = first === 'conflict' && wish.coins !== undefined ? await attempt(undefined) : first
  return typeof done === 'string' ? undefined : done
}

/** The money stays here after all: the coins come back, and what had become a debt of it is forgiven as far as it still is one. */
async function giveBack(open: TopupCase, refund: TopupRefund): Promise<void> {
  const { tx, tenantId, topup, now } = open
  const { userId } = topup
  for (const { id, bucket: name, coins, owed } of refund.taking.reversals) {
    const forgiven = Math.min(owed, await owedCoins(tx, tenantId, userId))
    const source = app(name === 'bonus' ? 'promotions' : 'issuance')
    const head = {
      key: `topup-again:${id}`,
      type: 'topup_restored',
      reference: { type: 'topup', id: topup.id },
      description: 'Coins of a refund that failed',
      metadata: { reversal: id },
    }
    const moves = [move(source, { userId, name: 'owed' as const }, forgiven), move(source, bucket(userId, name), coins - forgiven)]
    const { transactionId } = await post(tx, tenantId, entry(head, moves), now)
    await insertCredit(tx, tenantId, topup.id, { transactionId, bucket: name, coins })
  }
  open.logger.warn('a refund failed: its coins were given back', { topupId: topup.id })
}
