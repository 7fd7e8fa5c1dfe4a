import { iterate } from '@impacthub/sdk'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { bonusOf, friends, type Friend, type Friends } from './friends.ts'

let scene: Friends
beforeAll(async () => {
  scene = await friends()
})
afterAll(() => scene.stop())
beforeEach(() => scene.policy(null))

const referrals = () => scene.app.server.referrals
const enter = ({ client, deviceId }: Friend, code: string) => client.referral.redeem({ code, deviceId })

let hidden = 0
/** Somebody whose mailbox nobody knows, and who waits for somebody to look. */
async function doubtful() {
  const asha = await scene.newcomer()
  const ravi = await scene.newcomer({ email: `hidden${++hidden}@privaterelay.appleid.com` })
  return { asha, ravi, ...(await enter(ravi, asha.code)) }
}

const auditOf = (id: string) => scene.rows<{ action: string }>('select action from audit where subject = $1 order by id', [id])
const eventsOf = async (id: string) =>
  (await scene.rows<{ type: string }>('select type from events where object_id = $1 order by sequence', [id])).map(({ type }) => type)

it('shows a doubtful one as pending to its user, and to the app with its reasons', async () => {
  const { asha, ravi, id, status } = await doubtful()
  expect(status).toBe('pending')
  expect((await ravi.client.referral.get()).redemption).toEqual({ id, status: 'pending', coins: 50 })
  expect(await asha.client.referral.get()).toMatchObject({ joined: 1, rewarded: 0, pending: 1, coinsEarned: 0 })
  expect([await bonusOf(asha), await bonusOf(ravi)]).toEqual([0, 0])
  expect((await referrals().list({ review: 'true' })).data).toContainEqual(
    expect.objectContaining({ id, status: 'review', reasons: [expect.objectContaining({ check: 'relayEmail', effect: 'review' })] }),
  )
  expect(await eventsOf(id)).toEqual(['referral.review_needed'])
})

it('rewards both when somebody approves, once, on record', async () => {
  const { asha, ravi, id } = await doubtful()
  const approve = () =>
    referrals().review({ referralId: id, decision: 'approve', note: 'Known to us' }, { idempotencyKey: `approve-${id}` })
  const approved = await approve()
  expect(approved).toMatchObject({ id, status: 'rewarded' })
  expect(await approve()).toEqual(approved)
  await expect(referrals().review({ referralId: id, decision: 'refuse', note: 'Too late' })).rejects.toMatchObject({ code: 'conflict' })
  expect([await bonusOf(asha), await bonusOf(ravi)]).toEqual([50, 50])
  const { history } = await referrals().get({ referralId: id })
  expect(history.map(({ event, to, note }) => [event, to, note])).toEqual([
    ['review', 'review', null],
    ['reward', 'rewarded', 'Known to us'],
  ])
  expect(history[1]?.actor).toMatch(/^key_/)
  expect(await auditOf(id)).toEqual([{ action: 'referral.review_approved' }])
  expect(await eventsOf(id)).toEqual(['referral.review_needed', 'referral.rewarded'])
  expect(await scene.platform.trialBalance()).toBe(0)
})

it('gives nobody anything when somebody refuses, and the person does not come by another code', async () => {
  const { asha, ravi, id } = await doubtful()
  expect(await referrals().review({ referralId: id, decision: 'refuse', note: 'The same person' })).toMatchObject({ status: 'refused' })
  expect((await ravi.client.referral.get()).redemption).toEqual({ id, status: 'closed', coins: 50 })
  expect(await asha.client.referral.get()).toMatchObject({ joined: 0, pending: 0 })
  await expect(enter(ravi, (await scene.newcomer()).code)).rejects.toMatchObject({ code: 'not_eligible' })
  expect([await bonusOf(asha), await bonusOf(ravi)]).toEqual([0, 0])
  expect(await auditOf(id)).toEqual([{ action: 'referral.review_refused' }])
  expect(await eventsOf(id)).toEqual(['referral.review_needed', 'referral.refused'])
})

it('rewards an approved one no sooner than the policy asks for', async () => {
  await scene.policy({ release: { after: 'days', days: 2 } })
  const { asha, ravi, id } = await doubtful()
  expect(await referrals().review({ referralId: id, decision: 'approve', note: 'Known to us' })).toMatchObject({ status: 'pending' })
  await scene.platform.quiet()
  expect(await bonusOf(asha)).toBe(0)
  await scene.platform.advance(2 * 86_400 + 60, 86_400)
  expect([await bonusOf(asha), await bonusOf(ravi)]).toEqual([50, 50])
  expect((await referrals().get({ referralId: id })).history.map(({ event }) => event)).toEqual(['review', 'approve', 'reward'])
})

it('shows whoever has to look what has come out since, and refuses what the policy refuses', async () => {
  const phone = { open: '+919811122233', shut: '+919811122244' }
  for (const [name, number] of Object.entries(phone)) await scene.newcomer({ phone: number, email: `${name}@first.example` })
  const [open, shut] = [await doubtful(), await doubtful()]
  await scene.policy({ checks: { phone: 'review' } })
  await scene.app.server.users.put({ userId: open.ravi.userId, displayName: 'Ravi', phone: phone.open })
  await scene.platform.quiet()
  const { status, reasons, history } = await referrals().get({ referralId: open.id })
  expect([status, reasons.map(({ check }) => check)]).toEqual(['review', ['relayEmail', 'phone']])
  expect(history.map(({ event }) => event)).toEqual(['review', 'doubt'])
  // What they have seen and let pass is not held against anybody again.
  expect(await referrals().review({ referralId: open.id, decision: 'approve', note: 'A family' })).toMatchObject({ status: 'rewarded' })
  await scene.policy(null)
  await scene.app.server.users.put({ userId: shut.ravi.userId, displayName: 'Ravi', phone: phone.shut })
  await scene.platform.quiet()
  expect(await referrals().get({ referralId: shut.id })).toMatchObject({ status: 'refused', transactionId: null })
  expect([await bonusOf(open.ravi), await bonusOf(shut.ravi)]).toEqual([50, 0])
})

it('gives nothing to somebody who is gone, whoever approves it', async () => {
  const { asha, ravi, id } = await doubtful()
  await scene.app.server.users.delete({ userId: asha.userId })
  const review = (decision: 'approve' | 'refuse') => referrals().review({ referralId: id, decision, note: 'Looked' })
  await expect(review('approve')).rejects.toMatchObject({ code: 'conflict' })
  expect(await bonusOf(ravi)).toBe(0)
  expect(await review('refuse')).toMatchObject({ status: 'refused' })
})

it('clears a flag, or takes the coins back, when somebody has looked at one that was rewarded', async () => {
  const flagged = async () => {
    const [asha, ravi] = [await scene.newcomer(), await scene.newcomer()]
    const { id } = await enter(ravi, asha.code)
    await scene.rows('update referrals set flagged = true where id = $1', [id])
    return { asha, ravi, id }
  }
  const [good, bad] = [await flagged(), await flagged()]
  expect((await referrals().list({ review: 'true', status: 'rewarded' })).data.map(({ id }) => id)).toEqual([bad.id, good.id])
  const review = (referralId: string, decision: 'approve' | 'refuse') => referrals().review({ referralId, decision, note: 'Looked' })
  expect(await review(good.id, 'approve')).toMatchObject({ status: 'rewarded', flagged: false })
  expect(await review(bad.id, 'refuse')).toMatchObject({ status: 'reversed', flagged: false })
  expect([await bonusOf(good.asha), await bonusOf(bad.asha), await bonusOf(bad.ravi)]).toEqual([50, 0, 0])
  expect(await bad.asha.client.referral.get()).toMatchObject({ joined: 0, rewarded: 0, coinsEarned: 0 })
  expect(await scene.platform.trialBalance()).toBe(0)
})

it('has nothing to decide about what nobody has to look at', async () => {
  const ravi = await scene.newcomer()
  await expect(enter(ravi, 'NOBODY2')).rejects.toThrow()
  const [guess] = (await referrals().list({ userId: ravi.userId })).data
  const review = (referralId: string) => referrals().review({ referralId, decision: 'approve', note: 'Please' })
  await expect(review(guess?.id ?? '')).rejects.toMatchObject({ code: 'conflict' })
  const { id } = await enter(ravi, (await scene.newcomer()).code)
  await expect(review(id)).rejects.toMatchObject({ code: 'conflict' })
})

it('finds redemptions by status, person, check and age, page by page', async () => {
  const { asha, ravi, id } = await doubtful()
  const at = new Date(scene.platform.held.now()).toISOString()
  await scene.platform.advance(60)
  const other = await scene.newcomer()
  await expect(enter(other, other.code)).rejects.toThrow()
  const last = await enter(other, asha.code)
  const found = async (filter: NonNullable<Parameters<ReturnType<typeof referrals>['list']>[0]>) => {
    const ids: string[] = []
    for await (const one of iterate(referrals().list, { limit: 1, ...filter })) ids.push(one.id)
    return ids
  }
  expect(await found({ userId: asha.userId })).toEqual([last.id, id])
  expect(await found({ userId: ravi.userId, status: 'review' })).toEqual([id])
  expect(await found({ userId: asha.userId, check: 'relayEmail' })).toEqual([id])
  expect(await found({ userId: other.userId, check: 'own_code' })).toHaveLength(1)
  expect(await found({ userId: asha.userId, createdAfter: at })).toEqual([last.id])
  expect(await found({ userId: asha.userId, createdBefore: at, review: 'true' })).toEqual([])
  expect(await found({ userId: asha.userId, review: 'false' })).toEqual([last.id])
  expect(await found({ userId: 'nobody-at-all' })).toEqual([])
  expect(await found({ createdBefore: '0001-01-01T00:00:00Z' })).toEqual([])
  expect(await found({ createdAfter: '9999-12-31T23:59:59Z' })).toEqual([])
})
