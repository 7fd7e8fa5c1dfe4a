import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startPlatform, type TestApp, type TestPlatform } from '../../../test/start-platform.ts'

let platform: TestPlatform
let app: TestApp
let stranger: TestApp
beforeAll(async () => {
  platform = await startPlatform()
  app = await platform.app('One')
  stranger = await platform.app('Two')
  for (const userId of ['asha', 'bela', 'chand']) await app.user(userId)
  await stranger.user('theirs')
})
afterAll(async () => {
  expect(await platform.trialBalance()).toBe(0)
  await platform.stop()
})

const credit = (userId: string, coins: number, more: object = {}) => ({ key: randomUUID(), userId, coins, reason: 'Gift', ...more })
const balanceOf = async (userId: string) => (await app.server.wallets.get({ userId })).balance

async function send(body: unknown, write: (body: unknown) => string = JSON.stringify) {
  const headers = { authorization: `Bearer ${app.secretKey}`, 'content-type': 'application/json', 'idempotency-key': randomUUID() }
  const response = await fetch(`${platform.url}/v1/credits`, { method: 'POST', headers, body: write(body) })
  return { status: response.status, answer: (await response.json()) as { code: string; errors?: { pointer: string }[] } }
}

describe('each', () => {
  it('gives what can be given, and answers every credit in its place', async () => {
    const before = await balanceOf('asha')
    const credits = [credit('asha', 5), credit('nobody', 1), credit('asha', 7, { bucket: 'bonus' }), credit('theirs', 2), credit('bela', 3)]
    const { data, credited, refused } = await app.server.wallets.creditMany({ mode: 'each', credits })
    expect([credited, refused]).toEqual([3, 2])
    expect(data).toMatchObject([
      { key: credits[0]?.key, status: 'credited', transaction: { coins: 5 } },
      { status: 'refused', code: 'not_found' },
      { status: 'credited', transaction: { coins: 7, buckets: { bonus: 7 } }, wallet: { balance: before + 12 } },
      { status: 'refused', code: 'not_found' },
      { status: 'credited', wallet: { userId: 'bela' } },
    ])
    expect(await balanceOf('asha')).toBe(before + 12)
  })

  it('gives each credit once, in the same request and in others', async () => {
    const before = await balanceOf('bela')
    const one = credit('bela', 4)
    const options = { idempotencyKey: randomUUID() }
    const first = await app.server.wallets.creditMany({ mode: 'each', credits: [one] }, options)
    expect(await app.server.wallets.creditMany({ mode: 'each', credits: [one] }, options)).toEqual(first)
    const other = await app.server.wallets.creditMany({
      mode: 'each',
      credits: [credit('chand', 1), one, { ...one, coins: 5, key: one.key + '2' }],
    })
    expect(other.data[1]).toEqual(first.data[0])
    const changed = await app.server.wallets.creditMany({ mode: 'each', credits: [{ ...one, coins: 9 }] })
    expect(changed.data).toMatchObject([{ status: 'refused', code: 'idempotency_key_reused' }])
    expect(await balanceOf('bela')).toBe(before + 9)
  })
})

describe('all', () => {
  it('gives all or none, and points at what is refused', async () => {
    const before = await balanceOf('asha')
    const credits = [credit('asha', 5), credit('bela', 1), credit('nobody', 1)]
    expect(await send({ mode: 'all', credits })).toMatchObject({
      status: 404,
      answer: { code: 'not_found', errors: [{ pointer: '/credits/2' }] },
    })
    expect(await balanceOf('asha')).toBe(before)
    // Nothing of it is remembered: the same credits without the wrong one are new.
    const { credited } = await app.server.wallets.creditMany({ mode: 'all', credits: credits.slice(0, 2) })
    expect(credited).toBe(2)
    expect(await balanceOf('asha')).toBe(before + 5)
  })

  const asciiOnly = (body: unknown) =>
    JSON.stringify(body).replaceAll(/[\u0080-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)

  it('takes a thousand also where every one is as long as it may be', async () => {
    const longest = (n: number) =>
      credit('र'.repeat(128), 2 ** 53 - 1, {
        key: `${n}`.padEnd(255, '"'),
        reason: '🪙'.repeat(100),
        expiresAt: '2030-01-01T00:00:00.000+05:30',
        bucket: 'bonus',
      })
    const { status, answer } = await send({ mode: 'each', credits: Array.from({ length: 1_000 }, (_, n) => longest(n)) }, asciiOnly)
    expect([status, answer]).toMatchObject([201, { credited: 0, refused: 1_000 }])
  })

  it('takes a thousand, for a thousand users and for one', async () => {
    await Promise.all(Array.from({ length: 100 }, (_, n) => app.user(`many-${n}`)))
    const many = Array.from({ length: 1_000 }, (_, n) => credit(n < 900 ? `many-${n % 100}` : 'many-0', 1))
    const { credited } = await app.server.wallets.creditMany({ mode: 'all', credits: many })
    expect(credited).toBe(1_000)
    expect([await balanceOf('many-0'), await balanceOf('many-99')]).toEqual([109, 9])
  }, 60_000)
})

it.each([
  ['no credits', [], '/credits'],
  ['too many', Array.from({ length: 1_001 }, (_, n) => ({ key: `k${n}`, userId: 'asha', coins: 1, reason: 'x' })), '/credits'],
  ['no coins', [credit('asha', 1), credit('asha', 0)], '/credits/1/coins'],
  ['coins below zero', [credit('asha', -1)], '/credits/0/coins'],
  ['half a coin', [credit('asha', 1.5)], '/credits/0/coins'],
  ['far too many coins', [credit('asha', 1e18)], '/credits/0/coins'],
  ['coins as text', [credit('asha', 1, { coins: '5' })], '/credits/0/coins'],
  ['coins that are no number', [credit('asha', Number.NaN)], '/credits/0/coins'],
  ['an unknown bucket', [credit('asha', 1, { bucket: 'held' })], '/credits/0/bucket'],
  ['a key twice', [credit('asha', 1, { key: 'twice' }), credit('bela', 1, { key: 'twice' })], '/credits/1/key'],
  ['an empty key', [credit('asha', 1, { key: '' })], '/credits/0/key'],
  ['purchased coins that expire', [credit('asha', 1, { expiresAt: '2099-01-01T00:00:00Z' })], '/credits/0/expiresAt'],
])('refuses %s', async (_what, credits, pointer) => {
  const { status, answer } = await send({ mode: 'each', credits })
  expect([status, answer.code]).toEqual([400, 'invalid_request'])
  expect(answer.errors?.map((one) => one.pointer)[0] ?? '').toContain(pointer)
})

it('tells of one that expires too soon in its place', async () => {
  const past = new Date(platform.held.now() - 1).toISOString()
  const credits = [credit('asha', 1, { bucket: 'bonus', expiresAt: past }), credit('asha', 2)]
  const { data } = await app.server.wallets.creditMany({ mode: 'each', credits })
  expect(data).toMatchObject([{ status: 'refused', code: 'invalid_request' }, { status: 'credited' }])
})
