import { ConnectError } from '@impacthub/sdk'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { TestApp } from '../start-platform.ts'
import { claimed, noticeVersion, picture } from '../kyc/scene.ts'
import { panOf } from '../kyc/numbers.ts'
import { makeVerified } from '../withdrawals/verified.ts'
import { upi } from '../withdrawals/scene.ts'
import { bonusOf, friends, type Friend, type Friends } from './friends.ts'
import { bringBy, buy, owedBy, referralOf } from './money-scene.ts'

let scene: Friends
let app: TestApp
beforeAll(async () => {
  scene = await friends({ razorpay: true, kyc: true })
  ;({ app } = scene)
})
afterAll(async () => {
  expect(await scene.platform.trialBalance()).toBe(0)
  await scene.stop()
})

const statusOf = async (who: Friend) => (await referralOf(app, who)).status
const spend = ({ userId }: Friend, coins: number) => app.server.wallets.debit({ userId, coins, bucket: 'bonus', reason: 'Spent' })
const reverse = async (who: Friend, wish: { cascade?: 'none' | 'chain' } = {}, options: { idempotencyKey?: string } = {}) =>
  app.server.referrals.reverse({ referralId: (await referralOf(app, who)).id, reason: 'Found out', ...wish }, options)
const codeOf = (error: unknown): unknown => (error instanceof ConnectError ? error.code : error)

/** Somebody who came by the code of another, both with their coins. */
async function rewarded(): Promise<{ asha: Friend; bela: Friend }> {
  const asha = await scene.newcomer()
  const bela = await bringBy(scene, asha)
  expect([await bonusOf(asha), await bonusOf(bela)]).toEqual([50, 50])
  return { asha, bela }
}

async function withdraw(who: Friend, vpa: string): Promise<void> {
  const { database, masterKey, held } = scene.platform
  const at = { connection: database.connection, masterKey, now: new Date(held.now()), appId: app.app.appId }
  await makeVerified(at, [{ userId: who.userId, name: 'Asha Verma Nair' }])
  await app.server.wallets.credit({ userId: who.userId, coins: 200, bucket: 'earned', reason: 'Earned' })
  await who.client.withdrawals.create({ coins: 100, payee: upi(vpa) })
  await scene.platform.quiet()
}

describe('taken back by the app’s server', () => {
  it('gives up what is unspent, and leaves the rest as a debt; both sides read it, and it is on record', async () => {
    await scene.policy(null)
    const { asha, bela } = await rewarded()
    await spend(bela, 30)
    await app.server.wallets.credit({ userId: bela.userId, coins: 10, bucket: 'bonus', reason: 'Another gift' })
    expect(await reverse(bela)).toMatchObject({ status: 'reversed', referrerId: asha.userId, refereeId: bela.userId })
    expect([await bonusOf(asha), await bonusOf(bela)]).toEqual([0, 10])
    expect([await owedBy(asha), await owedBy(bela)]).toEqual([0, 30])
    const [line] = (await bela.client.wallet.listTransactions({ type: 'referral_reversal' })).data
    expect(line).toMatchObject({ buckets: { bonus: -20 }, description: 'Referral reward taken back' })
    expect(await asha.client.referral.get()).toMatchObject({ rewarded: 0, coinsEarned: 0 })
    const { id, history } = await referralOf(app, bela)
    expect(history.map(({ event, actor }) => [event, actor.split('_')[0]])).toEqual([
      ['accept', 'usr'],
      ['reward', 'platform'],
      ['reverse', 'key'],
    ])
    const audited = await scene.rows('select action, reason from audit where subject = $1', [id])
    expect(audited).toEqual([{ action: 'referral.reversed', reason: 'Found out' }])
    const told = (await app.server.events.list({ objectId: id })).data.map(({ type }) => type)
    expect(told).toEqual(['referral.reversed', 'referral.rewarded'])
    // What was earned since pays the debt before anything is paid out.
    await withdraw(bela, 'success@upi')
    expect(await owedBy(bela)).toBe(0)
    expect((await bela.client.wallet.get()).buckets).toMatchObject({ earned: 70, held: 100 })
  })

  it('happens once, however often and by however many it is asked for, and only in its own app', async () => {
    const { asha, bela } = await rewarded()
    const { id: referralId } = await referralOf(app, bela)
    const stranger = await scene.platform.app('Another')
    await expect(stranger.server.referrals.reverse({ referralId, reason: 'Ours' }).catch(codeOf)).resolves.toBe('not_found')
    const asked = await Promise.all(Array.from({ length: 6 }, (_, n) => reverse(bela, {}, { idempotencyKey: `try-${n}` }).catch(codeOf)))
    expect(asked.filter((one) => one === 'already_reversed')).toHaveLength(5)
    const again = await reverse(bela, {}, { idempotencyKey: `try-${asked.findIndex((one) => typeof one === 'object')}` })
    expect(again).toMatchObject({ status: 'reversed' })
    expect([await bonusOf(asha), await bonusOf(bela), await owedBy(asha), await owedBy(bela)]).toEqual([0, 0, 0, 0])
    expect(
      await scene.rows(`select from ledger_transactions where type = 'referral_reversal' and reference_id = $1`, [referralId]),
    ).toHaveLength(2)
  })

  it('refuses one that waits, and has nothing to do where nothing was given', async () => {
    await scene.policy({ release: { after: 'days', days: 5 } })
    const asha = await scene.newcomer()
    const bela = await bringBy(scene, asha)
    expect(await reverse(bela)).toMatchObject({ status: 'refused' })
    await expect(reverse(bela).catch(codeOf)).resolves.toBe('conflict')
    await scene.policy(null)
  })

  it('takes those along that the new user brought, and theirs, when it is asked to', async () => {
    const { asha, bela } = await rewarded()
    const chand = await bringBy(scene, bela)
    const dev = await bringBy(scene, chand)
    await scene.policy({ release: { after: 'days', days: 5 } })
    const waiting = await bringBy(scene, chand)
    await scene.policy(null)
    const other = await bringBy(scene, asha)
    await reverse(bela, { cascade: 'chain' })
    await scene.platform.quiet()
    expect([await statusOf(bela), await statusOf(chand), await statusOf(dev)]).toEqual(['reversed', 'reversed', 'reversed'])
    expect([await statusOf(waiting), await statusOf(other)]).toEqual(['refused', 'rewarded'])
    for (const who of [bela, chand, dev]) expect(await bonusOf(who)).toBe(0)
    expect([await bonusOf(asha), await bonusOf(other)]).toEqual([50, 50])
    const actions = await scene.rows<{ action: string }>('select action from audit where subject = $1', [(await referralOf(app, dev)).id])
    expect(actions).toEqual([{ action: 'referral.reversed' }])
  })
})

describe('fraud that comes out later', () => {
  it('takes the reward back when its top-up is refunded, as the policy says', async () => {
    const release = { after: 'topup', amount: 9_900, withinDays: 30 } as const
    const refundOf = async (onRefund: 'reverse' | 'review' | 'nothing') => {
      await scene.policy({ release, onRefund })
      const bela = await bringBy(scene, await scene.newcomer())
      const { topupId } = await buy(scene, bela)
      expect(await statusOf(bela)).toBe('rewarded')
      await app.server.topups.refund({ topupId, reason: 'Asked for it' })
      await scene.platform.quiet()
      return bela
    }
    const reversed = await refundOf('reverse')
    expect([await statusOf(reversed), await bonusOf(reversed)]).toEqual(['reversed', 0])
    const kept = await refundOf('nothing')
    expect([await statusOf(kept), await bonusOf(kept)]).toEqual(['rewarded', 50])
    const flagged = await refundOf('review')
    const { id: referralId, ...one } = await referralOf(app, flagged)
    expect(one).toMatchObject({ status: 'rewarded', flagged: true })
    expect((await app.server.referrals.list({ review: 'true' })).data.map(({ id }) => id)).toEqual([referralId])
    await scene.policy({ cascade: 'chain' })
    const brought = await bringBy(scene, flagged)
    await app.server.referrals.review({ referralId, decision: 'refuse', note: 'A trick' })
    await scene.platform.quiet()
    expect([await statusOf(flagged), await bonusOf(flagged), await statusOf(brought)]).toEqual(['reversed', 0, 'reversed'])
    await scene.policy(null)
  })

  it('takes it back from whoever is paid out to the account of another', async () => {
    const first = await rewarded()
    const second = await rewarded()
    await withdraw(first.bela, 'ring@upi')
    await withdraw(second.bela, 'ring@upi')
    // Whoever was first keeps theirs, whatever they do later.
    await withdraw(first.bela, 'ring@upi')
    expect([await statusOf(first.bela), await statusOf(second.bela)]).toEqual(['rewarded', 'reversed'])
    expect(await referralOf(app, second.bela)).toMatchObject({ reasons: [{ check: 'payee', effect: 'refuse' }] })
    expect([await bonusOf(second.asha), await bonusOf(second.bela)]).toEqual([0, 0])
    expect(JSON.stringify(await scene.rows('select kind, encode(key, $1) from user_traces', ['escape']))).not.toContain('ring@upi')
  })

  it('and where both sides are one person, whoever of them shows it first', async () => {
    const { asha, bela } = await rewarded()
    await withdraw(bela, 'one@upi')
    expect(await statusOf(bela)).toBe('rewarded')
    await withdraw(asha, 'one@upi')
    expect([await statusOf(bela), await bonusOf(asha), await bonusOf(bela)]).toEqual(['reversed', 0, 0])
  })

  it('takes it back from whoever hands in the identity of another', async () => {
    const [first, second] = [await rewarded(), await rewarded()]
    const number = panOf()
    for (const { bela } of [first, second]) {
      const consent = { version: noticeVersion, language: 'en' }
      await bela.client.kyc.consent(consent)
      const file = new File([new Uint8Array(await picture)], 'card.jpg', { type: 'image/jpeg' })
      const { id } = await bela.client.kycDocuments.create({ type: 'pan', side: 'front', file })
      await bela.client.kyc.submit({ ...claimed, type: 'pan', number, documentIds: [id], consent })
      await scene.platform.quiet()
    }
    expect([await statusOf(first.bela), await statusOf(second.bela)]).toEqual(['rewarded', 'reversed'])
    expect(await referralOf(app, second.bela)).toMatchObject({ reasons: [{ check: 'identity', effect: 'refuse' }] })
    await app.server.kyc.erase({ userId: first.bela.userId })
    const traces = await scene.rows('select u.host_id from user_traces t join users u on u.id = t.user_id where t.kind = $1', ['identity'])
    expect(traces).toEqual([{ host_id: second.bela.userId }])
  })

  it('has a person look when a phone turns out to be that of another', async () => {
    const [first, second] = [await rewarded(), await rewarded()]
    for (const { bela } of [first, second]) await app.server.users.put({ userId: bela.userId, displayName: 'B', phone: '+919812345678' })
    await scene.platform.quiet()
    expect(await referralOf(app, first.bela)).toMatchObject({ status: 'rewarded', flagged: false })
    expect(await referralOf(app, second.bela)).toMatchObject({
      status: 'rewarded',
      flagged: true,
      reasons: [{ check: 'phone', effect: 'review' }],
    })
    await app.server.referrals.review({ referralId: (await referralOf(app, second.bela)).id, decision: 'refuse', note: 'The same' })
    expect(await bonusOf(second.bela)).toBe(0)
  })

  it('has a person look where the app wants that, and holds nothing against anybody that was let pass', async () => {
    await scene.policy({ checks: { payee: 'review' } })
    const { asha, bela } = await rewarded()
    await withdraw(bela, 'family@upi')
    await withdraw(asha, 'family@upi')
    const { id: referralId, ...one } = await referralOf(app, bela)
    expect(one).toMatchObject({ status: 'rewarded', flagged: true })
    await app.server.referrals.review({ referralId, decision: 'approve', note: 'A couple' })
    await withdraw(asha, 'family@upi')
    expect(await referralOf(app, bela)).toMatchObject({ status: 'rewarded', flagged: false })
    await scene.policy(null)
  })
})

it('leaves nothing half done in a frozen ledger, and does it when that is released', async () => {
  const { bela } = await rewarded()
  await scene.rows('update tenants set ledger_frozen = true where app_id = $1', [app.app.appId])
  await expect(reverse(bela).catch(codeOf)).resolves.toBe('ledger_frozen')
  expect(await statusOf(bela)).toBe('rewarded')
  await scene.rows('update tenants set ledger_frozen = false where app_id = $1', [app.app.appId])
  await reverse(bela)
  expect([await statusOf(bela), await bonusOf(bela)]).toEqual(['reversed', 0])
})
