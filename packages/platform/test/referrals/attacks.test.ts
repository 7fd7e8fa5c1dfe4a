import { afterAll, beforeAll, expect, it } from 'vitest'
import type { TestApp, TestUser } from '../start-platform.ts'
import { upi } from '../withdrawals/scene.ts'
import { makeVerified } from '../withdrawals/verified.ts'
import { carrierPolicy } from './carrier-policy.ts'
import { friends, type Friends } from './friends.ts'
import { buy } from './money-scene.ts'

/** What a script could have had, and what it kept. */
interface Take {
  readonly attempts: number
  readonly asked: number
  readonly kept: number
}

const figures: string[] = []
let scene: Friends
beforeAll(async () => {
  scene = await friends({ razorpay: true })
})
afterAll(async () => {
  process.stdout.write(`${figures.join('\n')}\n`)
  expect(await scene.platform.trialBalance()).toBe(0)
  await scene.stop()
})

type Policy = Parameters<Friends['policy']>[0]
const bonusOfBoth = 100
const many = (count: number) => Array.from({ length: count }, (_, index) => index + 1)

/** Five at a time. */
async function inFives(count: number, one: (n: number) => Promise<unknown>): Promise<void> {
  for (let done = 0; done < count; done += 5) await Promise.all(many(5).map((n) => one(done + n)))
}

/** A script's app, and its accounts: each one differs from all others in whatever the attack does not say. */
async function lair(policy: Policy = null) {
  const app = await scene.platform.app()
  await app.server.app.update({ referral: policy })
  let made = 0
  const unlike = () => {
    const n = ++made
    const letters = n.toString(26).replaceAll(/./g, (digit) => String.fromCharCode(97 + Number.parseInt(digit, 26)))
    return {
      userId: `bot-${n}`,
      email: `${letters.padStart(6, 'qzjxkv')}@gmail.com`,
      phone: `+919${String(100_000_000 + n * 7_919_003).slice(0, 9)}`,
      signup: { ip: `49.${36 + (n % 200)}.${(n * 7) % 250}.9`, deviceId: `emulator-${n}` },
    }
  }
  type Wish = Partial<ReturnType<typeof unlike>> & { readonly referralCode?: string }
  const join = async (wish: Wish = {}) => {
    const one = unlike()
    const { userId, referralCode } = await app.server.users.put({ ...one, displayName: 'A person', ...wish, userId: one.userId })
    return { userId, code: referralCode }
  }
  return { app, join }
}

/** What both sides have of all rewards, without what was taken back; and that nobody was rewarded twice. */
async function kept(app: TestApp): Promise<number> {
  let coins = 0
  const rewarded: (string | undefined)[] = []
  for await (const { type, reference, entries } of everyTransaction(app)) {
    if (type !== 'referral' && type !== 'referral_reversal') continue
    if (type === 'referral') rewarded.push(reference?.id)
    for (const { userId, coins: moved } of entries) if (userId !== null) coins += moved
  }
  expect(new Set(rewarded).size).toBe(rewarded.length)
  return coins
}

async function* everyTransaction({ server }: TestApp) {
  let cursor: string | null = null
  do {
    const page: Awaited<ReturnType<typeof server.ledger.listTransactions>> = await server.ledger.listTransactions({
      limit: 100,
      ...(cursor === null ? {} : { cursor }),
    })
    yield* page.data
    cursor = page.nextCursor
  } while (cursor !== null)
}

async function takeOf(name: string, app: TestApp, attempts: number): Promise<Take> {
  await scene.platform.quiet()
  const take = { attempts, asked: attempts * bonusOfBoth, kept: await kept(app) }
  figures.push(`${name}: ${attempts} tried, ${take.kept} of ${take.asked} coins kept (${((100 * take.kept) / take.asked).toFixed(1)} %)`)
  return take
}

const expectFruitless = ({ asked, kept: coins }: Take) => expect(coins).toBeLessThanOrEqual(asked * 0.05)

/** One mailbox of Gmail, written in ever new ways. */
const spelled = (n: number): string => {
  const name = Array.from('rahulsharma', (letter, at) => ((n >> at) & 1 ? `${letter}.` : letter)).join('')
  return `${name.replace(/\.$/, '')}${n % 3 === 0 ? `+${n}` : ''}@${n % 2 === 0 ? 'gmail.com' : 'googlemail.com'}`
}

it('gains nothing by dots and plus signs', async () => {
  const { app, join } = await lair()
  const { code } = await join()
  await inFives(40, (n) => join({ email: spelled(n), referralCode: code }))
  expectFruitless(await takeOf('dots and plus', app, 40))
})

it('gains nothing by throwaway mail', async () => {
  const { app, join } = await lair()
  const { code } = await join()
  const domains = ['mailinator.com', 'yopmail.com', 'guerrillamail.com', 'mail.tm', 'sub.mailinator.com', '10minutemail.com']
  await inFives(40, (n) => join({ email: `x${n}@${domains[n % domains.length] ?? ''}`, referralCode: code }))
  expect(await takeOf('throwaway mail', app, 40)).toMatchObject({ kept: 0 })
})

const presets: readonly (readonly [name: string, policy: Policy])[] = [
  ['standard', null],
  ['carrier-tolerant', carrierPolicy],
]

it.each(presets)('gains nothing by cleared storage: %s', async (name, policy) => {
  const { app, join } = await lair(policy)
  const { code } = await join()
  for (const n of many(45)) await join({ referralCode: code, signup: { ip: '49.36.9.9', deviceId: `cleared-${n}` } })
  expectFruitless(await takeOf(`cleared storage, ${name}`, app, 45))
})

it.each(presets)('gains nothing by a ring of accounts: %s', async (name, policy) => {
  const { app, join } = await lair(policy)
  const signup = (n: number) => ({ ip: '49.36.8.8', deviceId: `ring-${n}` })
  const ring = [await join({ signup: signup(0) })]
  for (const n of many(45)) ring.push(await join({ signup: signup(n), referralCode: ring.at(-1)?.code ?? '' }))
  // The last one's code brings the first one in, and the ring is closed.
  const [first] = ring
  const user = await app.user(first?.userId ?? '', { phone: null })
  const closing = user.client.referral.redeem({ code: ring.at(-1)?.code ?? '', deviceId: 'ring-0' })
  await expect(closing).rejects.toMatchObject({ code: 'not_eligible' })
  expectFruitless(await takeOf(`ring of accounts, ${name}`, app, 46))
})

it('gains little by speed, though nothing is the same twice', async () => {
  const { app, join } = await lair()
  const { code } = await join()
  await inFives(110, () => join({ referralCode: code }))
  expectFruitless(await takeOf('velocity', app, 110))
})

it('takes back what accounts got that are paid out to one account', async () => {
  const { app, join } = await lair()
  const { database, masterKey, held } = scene.platform
  const bots = [await join()]
  for (let n = 1; n <= 12; n++) bots.push(await join({ referralCode: bots.at(-1)?.code ?? '' }))
  expect(await kept(app)).toBe(12 * bonusOfBoth)
  const standing = { connection: database.connection, masterKey, now: new Date(held.now()), appId: app.app.appId }
  await makeVerified(
    standing,
    bots.map(({ userId }) => ({ userId, name: 'Asha Verma Nair' })),
  )
  for (const { userId } of bots) {
    await app.server.wallets.credit({ userId, coins: 20, bucket: 'earned', reason: 'Earned' })
    const { client } = await app.user(userId, { phone: null })
    await client.withdrawals.create({ coins: 10, payee: upi('farmer@upi') })
  }
  expectFruitless(await takeOf('same payout instrument', app, 12))
})

it('takes back what a top-up brought that was refunded', async () => {
  const { app, join } = await lair({ release: { after: 'topup', amount: 9_900, withinDays: 7 } })
  const bots = [await join()]
  for (let n = 1; n <= 12; n++) bots.push(await join({ referralCode: bots.at(-1)?.code ?? '' }))
  const bought: { user: TestUser; topupId: string }[] = []
  for (const { userId } of bots.slice(1)) {
    const user = await app.user(userId, { phone: null })
    bought.push({ user, topupId: (await buy(scene, user)).topupId })
  }
  expect(await kept(app)).toBe(12 * bonusOfBoth)
  for (const { topupId } of bought) await app.server.topups.refund({ topupId, reason: 'I want it back' })
  expect(await takeOf('refund after reward', app, 12)).toMatchObject({ kept: 0 })
})

it('gains one reward by claims at once', async () => {
  const { app, join } = await lair()
  const { code } = await join()
  const { userId } = await join()
  const { client } = await app.user(userId, { phone: null })
  const claims = many(25).map(() => client.referral.redeem({ code, deviceId: 'one-device' }).catch(() => undefined))
  const twins = many(25).map(() => join({ referralCode: code, signup: { ip: '49.40.4.4', deviceId: 'one-device' } }))
  await Promise.all([...claims, ...twins])
  expect(await takeOf('parallel claims', app, 50)).toMatchObject({ kept: bonusOfBoth })
})
