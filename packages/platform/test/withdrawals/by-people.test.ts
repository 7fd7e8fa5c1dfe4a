import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createLogger } from '../../src/base/logger.ts'
import { ask } from '../ask.ts'
import { holdRow } from '../held-row.ts'
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

/** One that an app pays by hand, approved. */
async function forHands() {
  await scene.app.server.app.update({ withdrawals: { method: 'hand' } })
  const { client, userId } = await scene.earner({ coins: 300 })
  const { id: withdrawalId } = await client.withdrawals.create({ coins: 300, payee: upi('success@upi') })
  await scene.platform.quiet()
  expect((await client.withdrawals.get({ withdrawalId })).status).toBe('approved')
  return { client, userId, withdrawalId }
}

/** One that the provider has and has not begun. */
async function hanging() {
  const { client } = await scene.earner({ coins: 300 })
  const { id: withdrawalId } = await client.withdrawals.create({ coins: 300, payee: upi('queued@upi') })
  await scene.platform.advance(12, 4)
  expect(await client.withdrawals.get({ withdrawalId })).toMatchObject({ status: 'processing', waitingFor: 'bank' })
  return { client, withdrawalId }
}

const said = { bankReference: 'UTR12345', reason: 'The bank’s letter of today' }

describe('a payment by hand', () => {
  it('is not taken for somebody who is no longer verified, unless an operator says why, on record', async () => {
    const { server } = scene.app
    const { userId, withdrawalId } = await forHands()
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
    const { userId, withdrawalId } = await forHands()
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
    expect(scene.payoutsOf(one.withdrawalId).map(({ status }) => status)).toEqual(['queued'])
    expect(scene.payoutsOf(other.withdrawalId).map(({ status }) => status)).toEqual(['cancelled'])
    expect((await actsOn(one.withdrawalId)).map(({ action }) => action)).toEqual(['withdrawal.settled_paid'])
    // The provider says the opposite one day: a person hears of it, and no coin moves.
    errors.length = 0
    scene.razorpay.control.movePayout(scene.payoutsOf(one.withdrawalId)[0]?.id ?? '', 'failed')
    await scene.platform.quiet()
    expect(errors).toEqual(['a payout failed that was written down as paid'])
    expect(await one.client.withdrawals.get({ withdrawalId: one.withdrawalId })).toMatchObject({ status: 'paid' })
    expect(await scene.platform.trialBalance()).toBe(0)
  })
})

describe('a withdrawal that was written down as paid, and was not', () => {
  // Numbers of banks may look like those of Aadhaar.
  const undone = { outcome: 'failed' as const, bankReference: '234567890124', reason: 'Came back: account closed' }

  it('gives back once what was paid by hand and came back, and is out of the year’s statement', async () => {
    const { server } = scene.app
    const { client, userId, withdrawalId } = await forHands()
    await server.withdrawals.markPaid({ withdrawalId, bankReference: 'N12345680' })
    expect((await client.withdrawals.statement({ year: 2025 })).totals).toMatchObject([{ count: 1, coins: 300 }])
    const elsewhere = await scene.platform.app('Elsewhere')
    await expect(elsewhere.server.withdrawals.settle({ withdrawalId, ...undone })).rejects.toMatchObject({ code: 'not_found' })
    const again = { withdrawalId, ...undone, outcome: 'paid' as const }
    await expect(server.withdrawals.settle(again)).rejects.toMatchObject({ code: 'conflict' })
    const once = { idempotencyKey: `unpaid-${withdrawalId}` }
    const twins = [
      server.withdrawals.settle({ withdrawalId, ...undone }, once),
      server.withdrawals.settle({ withdrawalId, ...undone }, once),
    ]
    const [ended] = await Promise.all(twins)
    expect(ended).toMatchObject({ status: 'failed', reason: 'returned_by_bank', bankReference: 'N12345680' })
    expect(await server.withdrawals.settle({ withdrawalId, ...undone }, once)).toEqual(ended)
    await expect(server.withdrawals.settle({ withdrawalId, ...undone })).rejects.toMatchObject({ code: 'conflict' })
    expect((await client.wallet.get()).buckets).toMatchObject({ earned: 300, held: 0 })
    expect(await client.withdrawals.statement({ year: 2025 })).toMatchObject({ totals: [], lines: [] })
    expect(await actsOn(withdrawalId)).toEqual([
      { action: 'withdrawal.marked_paid', reason: null },
      { action: 'withdrawal.unpaid', reason: undone.reason },
    ])
    const steps = await scene.rows(
      `select event, from_status, to_status, note from withdrawal_steps where withdrawal_id = $1 order by step desc limit 1`,
      [withdrawalId],
    )
    expect(steps).toEqual([{ event: 'mark_unpaid', from_status: 'paid', to_status: 'failed', note: `234567890124: ${undone.reason}` }])
    expect((await server.wallets.listTransactions({ userId })).data.map(({ type }) => type)).toContain('withdrawal_returned')
    expect(await scene.platform.trialBalance()).toBe(0)
  })

  it('is as it was when it is cut off before its commit, and is done once by the same request after that', async () => {
    const { server } = scene.app
    const { client, userId, withdrawalId } = await forHands()
    await server.withdrawals.markPaid({ withdrawalId, bankReference: 'N12345681' })
    const path = `/v1/withdrawals/${withdrawalId}/settle`
    const headers = { 'Idempotency-Key': `cut-${withdrawalId}` }
    const settle = () => ask(scene.platform.url, { method: 'POST', path, body: undone, credential: scene.app.secretKey, headers })
    const row = await holdRow(
      scene.platform.database,
      `select 1 from ledger_accounts a join users u on u.id = a.user_id where u.host_id = $1 and a.name = 'earned'`,
      [userId],
    )
    const cut = settle()
    await row.kill(await row.waiter())
    expect((await cut).status).toBe(503)
    await row.release()
    expect(await client.withdrawals.get({ withdrawalId })).toMatchObject({ status: 'paid', reason: null })
    expect((await client.wallet.get()).buckets.earned).toBe(0)
    expect((await actsOn(withdrawalId)).map(({ action }) => action)).toEqual(['withdrawal.marked_paid'])
    const done = await settle()
    expect([done.status, done.headers.get('idempotent-replay')]).toEqual([200, null])
    // Killed after the commit, before anybody heard: asked again it answers, and does nothing.
    expect((await settle()).headers.get('idempotent-replay')).toBe('true')
    expect((await client.wallet.get()).buckets.earned).toBe(300)
    expect(await scene.platform.trialBalance()).toBe(0)
  })

  it('is undone where the provider has said that it failed, and not while that is open or after it was paid', async () => {
    const { settle } = scene.app.server.withdrawals
    const [one, other] = [await hanging(), await hanging()]
    await scene.platform.advance(3 * day + hour, day)
    for (const { withdrawalId } of [one, other]) await settle({ withdrawalId, outcome: 'paid', ...said })
    const stays = async (withdrawalId: string) => {
      await expect(settle({ withdrawalId, ...undone })).rejects.toMatchObject({ code: 'conflict' })
      expect(await scene.app.server.withdrawals.get({ withdrawalId })).toMatchObject({ status: 'paid' })
    }
    await stays(one.withdrawalId)
    const move = (id: string, status: 'failed' | 'processing' | 'processed') => {
      // Nobody is told: what counts is what the provider answers when it is asked.
      scene.razorpay.control.faultCallbacks({ action: 'drop' })
      scene.razorpay.control.movePayout(scene.payoutsOf(id)[0]?.id ?? '', status)
    }
    move(other.withdrawalId, 'processing')
    await stays(other.withdrawalId)
    move(other.withdrawalId, 'processed')
    await stays(other.withdrawalId)
    // What the provider has under its reference is not what was sent.
    const another = `update withdrawals set payout_id = null, payout_state = null, currency = 'USD' where id = $1`
    await scene.rows(another, [other.withdrawalId])
    await stays(other.withdrawalId)
    move(one.withdrawalId, 'failed')
    scene.razorpay.control.faultApi({ action: 'fail', status: 500, path: '/payouts' })
    await expect(settle({ withdrawalId: one.withdrawalId, ...undone })).rejects.toMatchObject({ code: 'provider_unavailable' })
    scene.razorpay.control.clearFaults()
    expect(await settle({ withdrawalId: one.withdrawalId, ...undone })).toMatchObject({ status: 'failed', reason: 'returned_by_bank' })
    await scene.platform.advance(day, hour)
    expect((await one.client.wallet.get()).buckets).toMatchObject({ earned: 300, held: 0 })
    expect((await other.client.wallet.get()).buckets).toMatchObject({ earned: 0, held: 0 })
    expect(await scene.platform.trialBalance()).toBe(0)
  })

  it('is undone by the provider’s last word, though an earlier one comes in after it', async () => {
    const { client, withdrawalId } = await hanging()
    await scene.platform.advance(3 * day + hour, day)
    const { settle } = scene.app.server.withdrawals
    await settle({ withdrawalId, outcome: 'paid', ...said })
    // One asker has written down the end; another asked before that, and hears now that it waits.
    await scene.rows(`update withdrawals set payout_state = 'failed' where id = $1`, [withdrawalId])
    await expect(settle({ withdrawalId, ...undone })).resolves.toMatchObject({ status: 'failed', reason: 'returned_by_bank' })
    expect((await client.wallet.get()).buckets).toMatchObject({ earned: 300, held: 0 })
  })

  it('stays paid where the provider alone has said so', async () => {
    const { client } = await scene.earner({ coins: 300 })
    const { id: withdrawalId } = await client.withdrawals.create({ coins: 300, payee: upi('success@upi') })
    await scene.platform.advance(12, 4)
    await expect(scene.app.server.withdrawals.settle({ withdrawalId, ...undone })).rejects.toMatchObject({ code: 'conflict' })
    expect(await actsOn(withdrawalId)).toEqual([])
    expect(await client.withdrawals.get({ withdrawalId })).toMatchObject({ status: 'paid' })
  })
})
