import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createLogger } from '../../src/base/logger.ts'
import { upi, withdrawalScene, type WithdrawalScene } from './scene.ts'

const hour = 3_600
const day = 24 * hour

let scene: WithdrawalScene
const errors: string[] = []
beforeAll(async () => {
  scene = await withdrawalScene({ logger: { ...createLogger('silent'), error: (message) => void errors.push(message) } })
})
beforeEach(() => scene.app.server.app.update({ withdrawals: null }))
afterAll(() => scene.stop())

const actsOn = (id: string) =>
  scene.rows<{ action: string; reason: string | null }>('select action, reason from audit where subject = $1 order by id', [id])

describe('a payment by hand', () => {
  const approved = async () => {
    await scene.app.server.app.update({ withdrawals: { method: 'hand' } })
    const { client, userId } = await scene.earner({ coins: 300 })
    const { id: withdrawalId } = await client.withdrawals.create({ coins: 300, payee: upi('success@upi') })
    await scene.platform.quiet()
    expect((await client.withdrawals.get({ withdrawalId })).status).toBe('approved')
    return { client, userId, withdrawalId }
  }

  it('is not taken for somebody who is no longer verified, unless an operator says why, on record', async () => {
    const { server } = scene.app
    const { userId, withdrawalId } = await approved()
    // Run out, and not written down yet.
    const past = `update kyc_profiles p set expires_at = $2 from users u where u.id = p.user_id and u.host_id = $1`
    await scene.rows(past, [userId, new Date(0)])
    const bankReference = 'N12345670'
    await expect(server.withdrawals.markPaid({ withdrawalId, bankReference })).rejects.toMatchObject({ code: 'kyc_required' })
    expect(await actsOn(withdrawalId)).toEqual([])
    const wish = { withdrawalId, bankReference, overrideReason: 'Paid before it ran out' }
    expect(await server.withdrawals.markPaid(wish)).toMatchObject({ status: 'paid' })
    expect(await actsOn(withdrawalId)).toEqual([
      { action: 'withdrawal.paid_despite', reason: 'Paid before it ran out' },
      { action: 'withdrawal.marked_paid', reason: null },
    ])
  })

  it('is not taken for somebody who owes coins, unless an operator says why', async () => {
    const { server } = scene.app
    const { userId, withdrawalId } = await approved()
    const given = await server.wallets.credit({ userId, coins: 700, bucket: 'bonus', reason: 'Mistake' })
    await server.wallets.debit({ userId, coins: 700, bucket: 'bonus', reason: 'Spent' })
    await server.ledger.reverse({ transactionId: given.transaction.id, reason: 'Mistake' })
    const bankReference = 'N12345671'
    await expect(server.withdrawals.markPaid({ withdrawalId, bankReference })).rejects.toMatchObject({ code: 'coins_owed' })
    const wish = { withdrawalId, bankReference, overrideReason: 'The money has left' }
    expect(await server.withdrawals.markPaid(wish)).toMatchObject({ status: 'paid', bankReference })
    await expect(server.withdrawals.markPaid(wish)).rejects.toMatchObject({ code: 'conflict' })
    expect(await scene.platform.trialBalance()).toBe(0)
  })
})

describe('a withdrawal that hangs at the bank', () => {
  const hanging = async () => {
    const { client } = await scene.earner({ coins: 300 })
    const { id: withdrawalId } = await client.withdrawals.create({ coins: 300, payee: upi('queued@upi') })
    await scene.platform.advance(12, 4)
    expect(await client.withdrawals.get({ withdrawalId })).toMatchObject({ status: 'processing', waitingFor: 'bank' })
    return { client, withdrawalId }
  }
  const said = { bankReference: 'UTR12345', reason: 'The bank’s letter of today' }
  const payoutsOf = (id: string) => scene.razorpay.control.payouts().filter(({ referenceId }) => referenceId === id)

  it('is not settled while the bank may still confirm it, nor by another app', async () => {
    const { withdrawalId } = await hanging()
    const wish = { withdrawalId, outcome: 'failed' as const, ...said }
    await expect(scene.app.server.withdrawals.settle(wish)).rejects.toMatchObject({ code: 'conflict' })
    const elsewhere = await scene.platform.app('Elsewhere')
    await expect(elsewhere.server.withdrawals.settle(wish)).rejects.toMatchObject({ code: 'not_found' })
    expect(await actsOn(withdrawalId)).toEqual([])
  })

  it('is paid, or failed with its coins back, by the bank’s word that a person writes down; and is never sent again', async () => {
    const [one, other] = [await hanging(), await hanging()]
    await scene.platform.advance(3 * day + hour, day)
    const { settle } = scene.app.server.withdrawals
    const paid = await settle({ withdrawalId: one.withdrawalId, outcome: 'paid', ...said })
    expect(paid).toMatchObject({ status: 'paid', bankReference: 'UTR12345' })
    const failed = await settle({ withdrawalId: other.withdrawalId, outcome: 'failed', ...said })
    expect(failed).toMatchObject({ status: 'failed', bankReference: 'UTR12345' })
    await expect(settle({ withdrawalId: one.withdrawalId, outcome: 'failed', ...said })).rejects.toMatchObject({ code: 'conflict' })
    await scene.platform.advance(day, hour)
    expect((await one.client.wallet.get()).buckets).toMatchObject({ earned: 0, held: 0 })
    expect((await other.client.wallet.get()).buckets).toMatchObject({ earned: 300, held: 0 })
    // What the provider had not begun is called back from it.
    expect(payoutsOf(one.withdrawalId).map(({ status }) => status)).toEqual(['queued'])
    expect(payoutsOf(other.withdrawalId).map(({ status }) => status)).toEqual(['cancelled'])
    expect((await actsOn(one.withdrawalId)).map(({ action }) => action)).toEqual(['withdrawal.settled_paid'])
    // The provider says the opposite one day: a person hears of it, and no coin moves.
    errors.length = 0
    scene.razorpay.control.movePayout(payoutsOf(one.withdrawalId)[0]?.id ?? '', 'failed')
    await scene.platform.quiet()
    expect(errors).toEqual(['a payout failed that was written down as paid'])
    expect(await one.client.withdrawals.get({ withdrawalId: one.withdrawalId })).toMatchObject({ status: 'paid' })
    expect(await scene.platform.trialBalance()).toBe(0)
  })
})
