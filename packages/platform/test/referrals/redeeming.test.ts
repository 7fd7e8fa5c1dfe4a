import { randomUUID } from 'node:crypto'
import { createClient } from '@impacthub/sdk'
import type { ReferralNews } from '@impacthub/sdk/contract'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { ask, codeOf } from '../ask.ts'
import { startPlatform } from '../start-platform.ts'
import { bonusOf, friends, type Friend, type Friends } from './friends.ts'

let scene: Friends
beforeAll(async () => {
  scene = await friends()
})
afterAll(() => scene.stop())
beforeEach(() => scene.policy(null))

const enter = ({ client, deviceId }: Friend, code: string) => client.referral.redeem({ code, deviceId })
const notEligible = { code: 'not_eligible', status: 403 }

const reasonsOf = async ({ userId }: Friend) => {
  const { data } = await scene.app.server.referrals.list({ userId })
  return data.map(({ status, reasons }) => ({ status, reasons: reasons.map(({ check }) => check) }))
}

it('gives both sides their coins at once, tells both, and keeps why', async () => {
  const [asha, ravi] = [await scene.newcomer(), await scene.newcomer()]
  expect(await ravi.client.referral.get()).toMatchObject({
    canRedeem: true,
    redemption: null,
    link: null,
    terms: { referrerCoins: 50, refereeCoins: 50, release: { after: 'signup' }, expiresDays: 90 },
  })
  const given = await enter(ravi, asha.code)
  expect(given).toEqual({ id: expect.stringMatching(/^ref_/) as unknown, status: 'rewarded', coins: 50 })
  expect([await bonusOf(asha), await bonusOf(ravi)]).toEqual([50, 50])
  expect(await asha.client.referral.get()).toMatchObject({ invited: 1, joined: 1, rewarded: 1, pending: 0, coinsEarned: 50 })
  expect(await ravi.client.referral.get()).toMatchObject({ joined: 0, canRedeem: false, redemption: { ...given } })
  expect(await scene.app.server.referrals.get({ referralId: given.id })).toMatchObject({
    status: 'rewarded',
    referrerId: asha.userId,
    refereeId: ravi.userId,
    via: 'redemption',
    score: 0,
    reasons: [],
    policyVersion: expect.any(Number) as unknown,
    history: [
      { event: 'accept', from: null, to: 'pending' },
      { event: 'reward', from: 'pending', to: 'rewarded' },
    ],
  })
  const events = await scene.app.server.events.list({ limit: 10 })
  expect(events.data.map(({ type }) => type)).toContain('referral.rewarded')
  expect(await scene.platform.trialBalance()).toBe(0)
})

it('tells the open pages of both sides, and neither of the other', async () => {
  const [asha, ravi] = [await scene.newcomer(), await scene.newcomer()]
  const hears = async ({ client }: Friend) => {
    const heard: ReferralNews[] = []
    const told = new Promise<void>((resolve) => client.realtime.on('referral.updated', (news) => resolve(void heard.push(news))))
    await new Promise<void>((resolve) => client.realtime.onState((state) => (state === 'open' ? resolve() : undefined)))
    return async () => {
      await told
      client.realtime.close()
      return heard
    }
  }
  const [ashaHears, raviHears] = [await hears(asha), await hears(ravi)]
  const { id } = await enter(ravi, asha.code)
  const none = { invited: 0, joined: 0, rewarded: 0, pending: 0, coinsEarned: 0, redemption: null }
  expect(await ashaHears()).toEqual([{ ...none, userId: asha.userId, invited: 1, joined: 1, rewarded: 1, coinsEarned: 50 }])
  expect(await raviHears()).toEqual([{ ...none, userId: ravi.userId, redemption: { id, status: 'rewarded', coins: 50 } }])
})

it('makes the user while the ledger is frozen, and gives the coins when it is released', async () => {
  const asha = await scene.newcomer()
  const freeze = (frozen: boolean) =>
    scene.rows(`update tenants set ledger_frozen = $2 where app_id = $1 and mode = 'test'`, [scene.app.app.appId, frozen])
  await freeze(true)
  const ravi = await scene.newcomer({ referralCode: asha.code })
  expect(await ravi.client.referral.get()).toMatchObject({ canRedeem: false, redemption: { status: 'pending', coins: 50 } })
  const late = await scene.newcomer()
  await expect(enter(late, asha.code)).rejects.toMatchObject({ code: 'ledger_frozen', status: 503 })
  expect((await late.client.referral.get()).redemption).toBeNull()
  await freeze(false)
  await scene.platform.advance(600, 60)
  expect([await bonusOf(asha), await bonusOf(ravi)]).toEqual([50, 50])
  expect(await enter(late, asha.code)).toMatchObject({ status: 'rewarded' })
})

it('forgives case, dashes and spaces', async () => {
  const [asha, ravi] = [await scene.newcomer(), await scene.newcomer()]
  const typed = ` ${asha.code.slice(0, 3).toLowerCase()}-${asha.code.slice(3)} `
  expect(await enter(ravi, typed)).toMatchObject({ status: 'rewarded' })
})

it('takes a code with the sign-up, makes the user whatever it is, and says nothing of it', async () => {
  const asha = await scene.newcomer()
  const put = (userId: string, referralCode: string) =>
    ask(scene.platform.url, {
      method: 'POST',
      path: '/v1/users',
      credential: scene.app.secretKey,
      body: { userId, displayName: 'New', email: `${userId}@mail.example`, referralCode, signup: { ip: '203.0.113.9', deviceId: userId } },
    })
  const answers = [
    await put('by-code', asha.code),
    await put('by-none', 'NOBODY2'),
    await put('by-noise', '\u202e<script>'),
    await put('by-dash', '-'),
  ]
  expect(answers.map(({ status }) => status)).toEqual([201, 201, 201, 201])
  const shapes = answers.map(({ text }) => Object.keys(JSON.parse(text) as object).join())
  expect(new Set(shapes).size).toBe(1)
  expect(await bonusOf(await scene.app.user('by-code', { phone: null }))).toBe(50)
  expect(await bonusOf(await scene.app.user('by-none', { phone: null }))).toBe(0)
  // The code counts when the user is made, and not afterwards.
  await put('by-none', asha.code)
  expect(await bonusOf(await scene.app.user('by-none', { phone: null }))).toBe(0)
})

it.each([
  ['own_code', async (ravi: Friend) => enter(ravi, ravi.code)],
  ['unknown_code', async (ravi: Friend) => enter(ravi, 'NOBODY2')],
  [
    'device',
    async (ravi: Friend) => {
      const [asha, before] = [await scene.newcomer(), await scene.newcomer()]
      await enter(before, asha.code)
      await enter({ ...ravi, deviceId: before.deviceId }, asha.code)
    },
  ],
  [
    'programme_off',
    async (ravi: Friend) => {
      await scene.policy({ enabled: false })
      await enter(ravi, (await scene.newcomer()).code)
    },
  ],
  [
    'cycle',
    async (ravi: Friend) => {
      const asha = await scene.newcomer()
      await enter(asha, ravi.code)
      await enter(ravi, asha.code)
    },
  ],
])('refuses for %s with one neutral answer, and keeps the reason for the app alone', async (reason, tryIt) => {
  const ravi = await scene.newcomer()
  await expect(tryIt(ravi)).rejects.toMatchObject(notEligible)
  expect(await reasonsOf(ravi)).toContainEqual({ status: 'refused', reasons: expect.arrayContaining([reason]) as unknown })
  expect((await ravi.client.referral.get()).redemption).toBeNull()
})

it('answers every refusal word for word the same', async () => {
  const [asha, taken] = [await scene.newcomer(), await scene.newcomer()]
  await enter(taken, asha.code)
  const token = await (await scene.newcomer()).token()
  const told = async (code: string, deviceId: string) => {
    const headers = { 'Idempotency-Key': `${code}-${deviceId}` }
    const { status, text } = await ask(scene.platform.url, {
      method: 'POST',
      path: '/v1/referral/redemptions',
      credential: token,
      body: { code, deviceId },
      headers,
    })
    return [status, text.replaceAll(/req_[0-9a-z]{26}/g, 'req')]
  }
  const nobody = await told('NOBODY2', 'free-device')
  expect(nobody[0]).toBe(403)
  expect(await told(asha.code, taken.deviceId)).toEqual(nobody)
})

it('takes one code from each new user, in the first days, and answers the same request with the same words', async () => {
  const [asha, bala, ravi] = [await scene.newcomer(), await scene.newcomer(), await scene.newcomer()]
  const first = await ravi.client.referral.redeem({ code: asha.code, deviceId: ravi.deviceId }, { idempotencyKey: 'ravi-1' })
  expect(await ravi.client.referral.redeem({ code: asha.code, deviceId: ravi.deviceId }, { idempotencyKey: 'ravi-1' })).toEqual(first)
  await expect(enter(ravi, bala.code)).rejects.toMatchObject(notEligible)
  await expect(enter(ravi, asha.code)).rejects.toMatchObject(notEligible)
  expect([await bonusOf(asha), await bonusOf(bala), await bonusOf(ravi)]).toEqual([50, 0, 50])
  const late = await scene.newcomer()
  await scene.platform.advance(7 * 86_400 + 1, 8 * 86_400)
  expect((await late.client.referral.get()).canRedeem).toBe(false)
  await expect(enter(late, asha.code)).rejects.toMatchObject(notEligible)
  expect(await reasonsOf(late)).toEqual([{ status: 'refused', reasons: ['older_account'] }])
})

it('keeps a refusal with its key, and no more than twenty of a user', async () => {
  const ravi = await scene.newcomer()
  const again = () => ravi.client.referral.redeem({ code: 'NOBODY2', deviceId: ravi.deviceId }, { idempotencyKey: 'guess' })
  await expect(again()).rejects.toMatchObject(notEligible)
  await expect(again()).rejects.toMatchObject(notEligible)
  expect(await reasonsOf(ravi)).toHaveLength(1)
  for (let i = 0; i < 25; i++) await expect(enter(ravi, `NOBODY${i}`)).rejects.toMatchObject(notEligible)
  const { data } = await scene.app.server.referrals.list({ userId: ravi.userId, limit: 100 })
  expect(data).toHaveLength(20)
})

it('lets nobody guess codes: so many of a user in a day, and so many that are nobody’s from one network', async () => {
  const other = await scene.platform.app('Guessed')
  const tight = await startPlatform({ beside: scene.platform, limits: { redemptionsPerUser: { perSecond: 5 / 86_400, burst: 3 } } })
  const guess = async (at: string, credential: string, count: number) => {
    const answers: number[] = []
    for (let i = 0; i < count; i++) {
      const headers = { 'Idempotency-Key': randomUUID() }
      const body = { code: `NOBODY${i}`, deviceId: 'device' }
      answers.push((await ask(at, { method: 'POST', path: '/v1/referral/redemptions', credential, body, headers })).status)
    }
    return answers
  }
  const [one, two, three] = [await scene.newcomer({}, other), await scene.newcomer({}, other), await scene.newcomer({}, other)]
  expect(await guess(tight.url, await one.token(), 4)).toEqual([403, 403, 403, 429])
  const rest = await guess(scene.platform.url, await two.token(), 62)
  expect([rest[0], rest.at(-1)]).toEqual([403, 429])
  // Whoever has a friend's code gets in all the same.
  expect(await enter(three, two.code)).toMatchObject({ status: 'rewarded' })
  await tight.stop()
})

it('knows nothing of another app’s codes, people and redemptions', async () => {
  const other = await scene.platform.app('Other')
  const asha = await scene.newcomer({}, other)
  const ravi = await scene.newcomer()
  await expect(enter(ravi, asha.code)).rejects.toMatchObject(notEligible)
  const { id } = await enter(ravi, (await scene.newcomer()).code)
  await expect(other.server.referrals.get({ referralId: id })).rejects.toMatchObject({ code: 'not_found' })
  expect((await other.server.referrals.list({ userId: ravi.userId })).data).toEqual([])
  const review = { referralId: id, decision: 'refuse' as const, note: 'Not mine' }
  await expect(other.server.referrals.review(review)).rejects.toMatchObject({ code: 'not_found' })
  await expect(other.server.referrals.reverse({ referralId: id, reason: 'Not mine' })).rejects.toMatchObject({ code: 'not_found' })
})

it('counts the devices that open a link, once each, and tells nobody whether there is such a code', async () => {
  const asha = await scene.newcomer()
  const page = createClient({
    baseUrl: scene.platform.url,
    publishableKey: scene.app.publishableKey,
    getToken: () => Promise.reject(new Error('nobody has signed in')),
  })
  for (const deviceId of ['phone-1', 'phone-2', 'phone-1']) expect(await page.referral.visit({ code: asha.code, deviceId })).toBeUndefined()
  expect(await page.referral.visit({ code: 'NOBODY2', deviceId: 'phone-1' })).toBeUndefined()
  expect((await asha.client.referral.get()).invited).toBe(2)
  await scene.platform.advance(31 * 86_400, 31 * 86_400)
  expect(await scene.rows('select 1 from referral_visits')).toEqual([])
  expect((await asha.client.referral.get()).invited).toBe(2)
})

it('keeps each version of the policy, refuses nonsense, and leads the link to the app’s own page', async () => {
  const [asha, ravi] = [await scene.newcomer(), await scene.newcomer()]
  const { referralVersion = 0 } = await scene.app.server.app.get()
  await scene.policy({ bonus: { referrer: 30, referee: 0 }, link: 'https://app.example/join?from=friend' })
  const { referral } = await scene.app.server.app.get()
  expect(referral).toMatchObject({ bonus: { referrer: 30, referee: 0 }, windowDays: 7, enabled: true })
  expect((await asha.client.referral.get()).link).toBe(`https://app.example/join?from=friend&ref=${asha.code}`)
  const { id } = await enter(ravi, asha.code)
  expect([await bonusOf(asha), await bonusOf(ravi)]).toEqual([30, 0])
  expect((await scene.app.server.referrals.get({ referralId: id })).policyVersion).toBe(referralVersion + 1)
  const kept = await scene.rows<{ policy: object }>('select policy from referral_policies where version = $1', [referralVersion + 1])
  expect(kept).toContainEqual({ policy: referral })
  await expect(scene.rows('update referral_policies set version = 0')).rejects.toThrow('append-only')
  const patch = (body: object) =>
    ask(scene.platform.url, { method: 'PATCH', path: '/v1/app', credential: scene.app.secretKey, body: { referral: body } })
  for (const wrong of [
    { bonus: { referrer: 0, referee: 0 } },
    { bonus: { referrer: 10_001, referee: 0 } },
    { link: 'javascript:alert(1)' },
    { holdDays: 91 },
    { free: true },
  ]) {
    const answer = await patch(wrong)
    expect([answer.status, codeOf(answer)]).toEqual([400, 'invalid_request'])
  }
})
