import { createClient } from '@impacthub/sdk'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { ask, codeOf } from '../ask.ts'
import { holdRow } from '../held-row.ts'
import { startPlatform, type TestPlatform } from '../start-platform.ts'
import { bonusOf, friends, type Friend, type Friends } from './friends.ts'

let scene: Friends
/** Another process of the same platform. */
let other: TestPlatform
beforeAll(async () => {
  scene = await friends()
  other = await startPlatform({ beside: scene.platform })
})
afterAll(async () => {
  await other.stop()
  await scene.stop()
})
beforeEach(() => scene.policy(null))

interface Wish {
  readonly code: string
  readonly deviceId: string
}

/** What came of it: the status, or the code of the refusal. */
function enter(friend: Friend, wish: Wish, at: TestPlatform, idempotencyKey?: string): Promise<string> {
  const client = createClient({ baseUrl: at.url, publishableKey: scene.app.publishableKey, getToken: friend.token })
  return client.referral.redeem(wish, idempotencyKey === undefined ? {} : { idempotencyKey }).then(
    ({ status }) => status,
    (error: unknown) => (error instanceof Error && 'code' in error ? String(error.code) : String(error)),
  )
}

const sites = () => [scene.platform, other] as const
const site = (index: number): TestPlatform => sites()[index % 2] ?? other
const many = (count: number) => Array.from({ length: count }, (_, index) => index)
const counted = (answers: readonly string[]) =>
  Object.fromEntries([...new Set(answers)].sort().map((one) => [one, answers.filter((answer) => answer === one).length]))

async function granted(friend: Friend): Promise<number> {
  const [row] = await scene.rows<{ count: number }>(
    `select count(*)::integer as count from referrals r join users u on u.tenant_id = r.tenant_id and u.id = r.referee_id
     where u.host_id = $1 and r.transaction_id is not null`,
    [friend.userId],
  )
  return row?.count ?? 0
}

it('rewards once when one code is entered fifty times at once, in two processes', async () => {
  const [asha, ravi] = [await scene.newcomer(), await scene.newcomer()]
  const wish = { code: asha.code, deviceId: ravi.deviceId }
  const answers = await Promise.all(many(50).map((index) => enter(ravi, wish, site(index))))
  expect(counted(answers)).toEqual({ not_eligible: 49, rewarded: 1 })
  expect([await bonusOf(asha), await bonusOf(ravi), await granted(ravi)]).toEqual([50, 50, 1])
})

it('answers fifty copies of one request with one reward', async () => {
  const [asha, ravi] = [await scene.newcomer(), await scene.newcomer()]
  const body = { code: asha.code, deviceId: ravi.deviceId }
  const credential = await ravi.token()
  const headers = { 'Idempotency-Key': 'one-request' }
  const copies = many(50).map((index) =>
    ask(site(index).url, { method: 'POST', path: '/v1/referral/redemptions', credential, body, headers }),
  )
  const answers = await Promise.all(copies)
  const told = answers.filter(({ status }) => status === 201)
  expect(told.length).toBeGreaterThan(0)
  const reward = { id: expect.stringMatching(/^ref_/) as unknown, status: 'rewarded', coins: 50 }
  for (const { text } of told) expect(JSON.parse(text)).toEqual(reward)
  expect(told.filter((answer) => !answer.headers.has('idempotent-replay'))).toHaveLength(1)
  for (const answer of answers) if (answer.status !== 201) expect(codeOf(answer)).toBe('idempotency_in_progress')
  expect(await enter(ravi, body, other, 'one-request')).toBe('rewarded')
  expect([await bonusOf(asha), await bonusOf(ravi)]).toEqual([50, 50])
})

it('rewards one of two sign-ups with one device', async () => {
  const asha = await scene.newcomer()
  const twins = await Promise.all(many(6).map(() => scene.newcomer()))
  const answers = await Promise.all(twins.map((twin, index) => enter(twin, { code: asha.code, deviceId: 'one-phone' }, site(index))))
  expect(counted(answers)).toEqual({ not_eligible: 5, rewarded: 1 })
  expect(await bonusOf(asha)).toBe(50)
  // The same when the host makes both users with the code at once.
  const sign = (userId: string, server = scene.app.server) =>
    server.users.put({
      userId,
      displayName: userId,
      email: `${userId}@mail.example`,
      referralCode: asha.code,
      signup: { deviceId: 'second-phone' },
    })
  await Promise.all(many(6).map((index) => sign(`twin-${index}`)))
  expect(await bonusOf(asha)).toBe(100)
})

it('lets one person come by one of two codes', async () => {
  const [asha, bala, ravi] = [await scene.newcomer(), await scene.newcomer(), await scene.newcomer()]
  const codes = [asha.code, bala.code]
  const answers = await Promise.all(
    many(10).map((index) => enter(ravi, { code: codes[index % 2] ?? '', deviceId: ravi.deviceId }, site(Math.floor(index / 2)))),
  )
  expect(counted(answers)).toEqual({ not_eligible: 9, rewarded: 1 })
  expect((await bonusOf(asha)) + (await bonusOf(bala))).toBe(50)
  expect(await bonusOf(ravi)).toBe(50)
})

it('closes no circle of two who bring each other at once', async () => {
  const [asha, ravi] = [await scene.newcomer(), await scene.newcomer()]
  const answers = await Promise.all([
    enter(asha, { code: ravi.code, deviceId: asha.deviceId }, site(0)),
    enter(ravi, { code: asha.code, deviceId: ravi.deviceId }, site(1)),
  ])
  expect(counted(answers)).toEqual({ not_eligible: 1, rewarded: 1 })
})

it('keeps to what one referrer and the whole app may bring, whatever comes at once', async () => {
  await scene.policy({ caps: { perReferrerTotal: 3, perReferrerPerHour: 1_000, perReferrerPerDay: 1_000 } })
  const asha = await scene.newcomer()
  const comers = await Promise.all(many(8).map(() => scene.newcomer()))
  const answers = await Promise.all(comers.map((one) => enter(one, { code: asha.code, deviceId: one.deviceId }, scene.platform)))
  expect(counted(answers)).toEqual({ not_eligible: 5, rewarded: 3 })
  const [{ count } = { count: 0 }] = await scene.rows<{ count: number }>(
    'select count(*)::integer as count from referrals where attributed',
  )
  await scene.policy({ caps: { perAppPerDay: count + 2 } })
  const more = await Promise.all(many(6).map(async () => [await scene.newcomer(), await scene.newcomer()] as const))
  const told = await Promise.all(more.map(([one, by]) => enter(one, { code: by.code, deviceId: one.deviceId }, scene.platform)))
  expect(counted(told)).toEqual({ not_eligible: 4, rewarded: 2 })
})

it.each(['referrer', 'referee'] as const)(
  'gives both or neither when it dies at the %s’s leg, and the same request goes on',
  async (leg) => {
    const [referrer, referee] = [await scene.newcomer(), await scene.newcomer()]
    const account = `select 1 from ledger_accounts a join users u on u.tenant_id = a.tenant_id and u.id = a.user_id where u.host_id = $1 and a.name = 'bonus'`
    const row = await holdRow(scene.platform.database, account, [{ referrer, referee }[leg].userId])
    const post = () =>
      ask(scene.platform.url, {
        method: 'POST',
        path: '/v1/referral/redemptions',
        credential: token,
        body: { code: referrer.code, deviceId: referee.deviceId },
        headers: { 'Idempotency-Key': 'cut-off' },
      })
    const token = await referee.token()
    const cut = post()
    await row.kill(await row.waiter())
    expect((await cut).status).toBe(503)
    await row.release()
    expect([await bonusOf(referrer), await bonusOf(referee), await granted(referee)]).toEqual([0, 0, 0])
    expect(
      await scene.rows('select 1 from referrals r join users u on u.id = r.referee_id where u.host_id = $1', [referee.userId]),
    ).toEqual([])
    expect((await post()).status).toBe(201)
    expect((await post()).headers.get('idempotent-replay')).toBe('true')
    expect([await bonusOf(referrer), await bonusOf(referee), await granted(referee)]).toEqual([50, 50, 1])
    expect(await scene.platform.trialBalance()).toBe(0)
  },
)
