import { createHash, randomUUID } from 'node:crypto'
import { allTables, type Route } from '@impacthub/sdk/contract'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { newId } from '../src/base/ids.ts'
import { tenantId as toTenantId } from '../src/base/tenant.ts'
import { createVault, keysFrom } from '../src/base/vault.ts'
import { ask, codeOf, type Asked } from './ask.ts'
import { holdRow } from './held-row.ts'
import { startPlatform, type TestApp, type TestPlatform } from './start-platform.ts'

let platform: TestPlatform
let app: TestApp
let owner: pg.Client
beforeAll(async () => {
  platform = await startPlatform()
  app = await platform.app()
  owner = new pg.Client(platform.database.connection)
  await owner.connect()
})
afterAll(async () => {
  await owner.end()
  await platform.stop()
})

const post = (path: string, body: unknown, key: string | undefined, credential = app.secretKey): Promise<Asked> =>
  ask(platform.url, { method: 'POST', path, body, credential, headers: key === undefined ? {} : { 'Idempotency-Key': key } })

const replayed = ({ headers }: Asked): boolean => headers.get('idempotent-replay') === 'true'
const parsed = ({ text }: Asked): unknown => JSON.parse(text)

async function keptAs(key: string): Promise<string[]> {
  const { rows } = await owner.query<{ key: string; tenant_id: number }>('select key, tenant_id from idempotency_keys')
  // Of routes whose requests may hold a number, a keyed digest is kept.
  const vault = createVault(keysFrom(platform.masterKey))
  const digest = (tenant: number) => vault.fingerprint(toTenantId(tenant), 'request key', key).toString('base64url')
  return rows.filter((row) => row.key === key || row.key === digest(row.tenant_id)).map((row) => row.key)
}
const keysKept = async (key: string): Promise<number> => (await keptAs(key)).length

let people = 0
async function person(coins = 0): Promise<string> {
  const userId = `person-${++people}`
  await app.user(userId, coins === 0 ? {} : { coins })
  return userId
}
const balanceOf = async (userId: string): Promise<number> => (await app.server.wallets.get({ userId })).balance

/** The mechanism has two doors: `once()`, which most routes use, and the one statement that moves coins. */
interface Door {
  readonly name: string
  readonly path: (userId: string) => string
  readonly body: unknown
  readonly otherBody: unknown
  /** Holds what the route will wait for. */
  readonly held: string
  readonly done: (userId: string) => Promise<boolean>
}

const doors: readonly Door[] = [
  {
    name: 'a POST that runs in once()',
    path: () => '/v1/users',
    body: { userId: 'set below', displayName: 'After' },
    otherBody: { userId: 'set below', displayName: 'Other' },
    held: 'select 1 from users where host_id = $1',
    done: async (userId) => (await app.server.users.get({ userId })).displayName === 'After',
  },
  {
    name: 'a credit',
    path: (userId) => `/v1/users/${userId}/credits`,
    body: { coins: 5, reason: 'Gift' },
    otherBody: { coins: 6, reason: 'Gift' },
    held: "select 1 from ledger_accounts a join users u on u.id = a.user_id where u.host_id = $1 and a.name = 'purchased'",
    done: async (userId) => (await balanceOf(userId)) === 5,
  },
]

const bodyFor = (body: unknown, userId: string): unknown => ({ ...(body as object), ...('userId' in (body as object) ? { userId } : {}) })

describe.each(doors)('$name', ({ path, body, otherBody, held, done }) => {
  it('answers a repeated request with the first answer, and acts once', async () => {
    const userId = await person()
    const key = randomUUID()
    const first = await post(path(userId), bodyFor(body, userId), key)
    expect(replayed(first)).toBe(false)
    const again = await post(path(userId), bodyFor(body, userId), key)
    expect(again.status).toBe(first.status)
    expect(parsed(again)).toEqual(parsed(first))
    expect(replayed(again)).toBe(true)
    expect(again.headers.get('x-request-id')).not.toBe(first.headers.get('x-request-id'))
    expect(await done(userId)).toBe(true)
  })

  it('refuses the key for another body and does not show the first answer', async () => {
    const userId = await person()
    const key = randomUUID()
    await post(path(userId), bodyFor(body, userId), key)
    const other = await post(path(userId), bodyFor(otherBody, userId), key)
    expect(other.status).toBe(409)
    expect(codeOf(other)).toBe('idempotency_key_reused')
    expect(replayed(other)).toBe(false)
    expect(await done(userId)).toBe(true)
  })

  it('tells a twin that the first is still running', async () => {
    const userId = await person()
    const key = randomUUID()
    const row = await holdRow(platform.database, held, [userId])
    const first = post(path(userId), bodyFor(body, userId), key)
    await row.waiter()
    const twin = await post(path(userId), bodyFor(body, userId), key)
    await row.release()
    expect(twin.status).toBe(409)
    expect(codeOf(twin)).toBe('idempotency_in_progress')
    expect(twin.headers.get('retry-after')).toMatch(/^[1-9]/)
    expect((await first).status).toBeLessThan(300)
    expect(replayed(await post(path(userId), bodyFor(body, userId), key))).toBe(true)
    expect(await done(userId)).toBe(true)
  })

  it('leaves neither effect nor key when it is cut off before the commit', async () => {
    const userId = await person()
    const key = randomUUID()
    const row = await holdRow(platform.database, held, [userId])
    const cut = post(path(userId), bodyFor(body, userId), key)
    await row.kill(await row.waiter())
    expect((await cut).status).toBe(503)
    expect((await cut).headers.get('retry-after')).toMatch(/^[1-9]/)
    await row.release()
    expect(await keysKept(key)).toBe(0)
    expect(await done(userId)).toBe(false)
    const retry = await post(path(userId), bodyFor(body, userId), key)
    expect(retry.status).toBeLessThan(300)
    expect(replayed(retry)).toBe(false)
    expect(await done(userId)).toBe(true)
  })

  it('gives twenty twins at once one effect and one answer', async () => {
    const userId = await person()
    const key = randomUUID()
    const answers = await Promise.all(Array.from({ length: 20 }, () => post(path(userId), bodyFor(body, userId), key)))
    const through = answers.filter(({ status }) => status < 300)
    expect(through.filter((answer) => !replayed(answer))).toHaveLength(1)
    expect(new Set(through.map(parsed).map((one) => JSON.stringify(one, Object.keys(one as object).sort()))).size).toBe(1)
    for (const answer of answers) if (answer.status >= 300) expect(codeOf(answer)).toBe('idempotency_in_progress')
    expect(await done(userId)).toBe(true)
    expect(await keysKept(key)).toBe(1)
  })
})

const sha256 = (text: string): Buffer => createHash('sha256').update(text).digest()
/** What all versions write down of a request. Another fingerprint would refuse, or do once more, what a process of another version has answered. */
const fingerprintOf = (path: string, body: string): Buffer => sha256(JSON.stringify(['POST', path, [], sha256(body).toString('hex')]))

it('knows a request by the same fingerprint in every version', async () => {
  const path = `/v1/users/${await person()}/credits`
  const key = randomUUID()
  await post(path, { reason: 'Gift', coins: 5 }, key)
  const { rows } = await owner.query<{ fingerprint: Buffer }>('select fingerprint from idempotency_keys where key = $1', [key])
  expect(rows).toEqual([{ fingerprint: fingerprintOf(path, '{"bucket":"purchased","coins":5,"reason":"Gift"}') }])
})

it('knows what was answered before the route became private, whatever was done since', async () => {
  const userId = await person()
  const key = randomUUID()
  const body = { displayName: 'First', userId }
  const first = await post('/v1/users', body, key)
  const earlier = fingerprintOf('/v1/users', JSON.stringify(body))
  await owner.query('update idempotency_keys set key = $1, fingerprint = $2 where key = any($3)', [key, earlier, await keptAs(key)])
  expect(await keptAs(key)).toEqual([key])
  await post('/v1/users', { userId, displayName: 'Second' }, undefined)
  const again = await post('/v1/users', body, key)
  expect([again.status, replayed(again), parsed(again)]).toEqual([first.status, true, parsed(first)])
  expect((await app.server.users.get({ userId })).displayName).toBe('Second')
})

it('keeps the status of the first answer: the user was made, whatever is true now', async () => {
  const key = randomUUID()
  const body = { userId: `made-${key}`, displayName: 'Made' }
  expect((await post('/v1/users', body, key)).status).toBe(201)
  expect((await post('/v1/users', body, key)).status).toBe(201)
  expect((await post('/v1/users', body, undefined)).status).toBe(200)
})

it('takes the order of fields, spaces and normal forms of text for the same body', async () => {
  const userId = await person()
  const key = randomUUID()
  await post(`/v1/users/${userId}/credits`, '{"coins":1,"reason":"Caf\u00e9"}', key)
  const again = await post(`/v1/users/${userId}/credits`, ' { "reason": " Cafe\u0301 ", "bucket": "purchased", "coins": 1.0 } ', key)
  expect(replayed(again)).toBe(true)
  expect(await balanceOf(userId)).toBe(1)
})

it('takes another path for another request', async () => {
  const [one, two] = [await person(), await person()]
  const key = randomUUID()
  const body = { coins: 1, reason: 'Gift' }
  await post(`/v1/users/${one}/credits`, body, key)
  expect(codeOf(await post(`/v1/users/${two}/credits`, body, key))).toBe('idempotency_key_reused')
  expect(await balanceOf(two)).toBe(0)
})

const required = Object.entries(allTables).flatMap(([area, table]) =>
  Object.entries<Route>(table)
    .filter(([, route]) => route.idempotency === 'required')
    .map(([name, route]) => ({ name: `${area}.${name}`, route })),
)

it('requires keys where coins move or a call starts', () => {
  expect(required.map(({ name }) => name).sort()).toEqual([
    'calls.create',
    'calls.refund',
    'disputes.resolve',
    'kyc.review',
    'kyc.submit',
    'ledger.reverse',
    'referral.redeem',
    'referrals.reverse',
    'referrals.review',
    'topups.create',
    'topups.refund',
    'wallets.credit',
    'wallets.creditMany',
    'wallets.debit',
    'withdrawals.approve',
    'withdrawals.cancel',
    'withdrawals.create',
    'withdrawals.markPaid',
    'withdrawals.reject',
    'withdrawals.settle',
  ])
})

/** Bodies of those that do not move coins of a user by name. */
const bodies: Readonly<Record<string, (userId: string) => Promise<unknown>>> = {
  'calls.create': async (callerId) => ({ callerId, calleeId: await person() }),
  'disputes.resolve': async () => ({ outcome: 'refund', note: 'Test' }),
  'calls.refund': async () => ({ reason: 'Test' }),
  'kyc.review': async () => ({ decision: 'reject', reasons: ['other'] }),
  'kyc.submit': async () => ({
    documentIds: [newId('doc')],
    type: 'pan',
    number: 'AAAPZ1234C',
    name: 'Asha Rao',
    dateOfBirth: '1990-01-01',
    consent: { version: '0', language: 'en' },
  }),
  'ledger.reverse': async () => ({ reason: 'Test' }),
  'referral.redeem': async () => ({ code: 'NOBODY2', deviceId: 'device' }),
  'referrals.reverse': async () => ({ reason: 'Test' }),
  'referrals.review': async () => ({ decision: 'refuse', note: 'Test' }),
  'wallets.creditMany': async (userId) => ({ mode: 'each', credits: [{ key: 'x', userId, coins: 1, reason: 'Test' }] }),
  'topups.create': async () => ({ packId: 'pack-100' }),
  'topups.refund': async () => ({ reason: 'Test' }),
  'withdrawals.approve': async () => ({}),
  'withdrawals.cancel': async () => undefined,
  'withdrawals.markPaid': async () => ({ bankReference: 'UTR0001' }),
  'withdrawals.reject': async () => ({ reason: 'Test' }),
  'withdrawals.create': async () => ({ coins: 10, payee: { type: 'upi', vpa: 'success@upi' } }),
  'withdrawals.settle': async () => ({ outcome: 'failed', bankReference: 'UTR0001', reason: 'Test' }),
}

it.each(required)('refuses $name without a key, before anything happens', async ({ name, route }) => {
  const userId = await person(10)
  const make = bodies[name]
  const body = make === undefined ? { coins: 1, reason: 'Test' } : await make(userId)
  const path = route.path
    .replace('{userId}', userId)
    .replace('{callId}', newId('call'))
    .replace('{disputeId}', newId('dsp'))
    .replace('{transactionId}', newId('txn'))
    .replace('{topupId}', newId('top'))
    .replace('{referralId}', newId('ref'))
    .replace('{submissionId}', newId('kyc'))
    .replace('{withdrawalId}', newId('wdr'))
  const credential = route.access.secret === undefined ? (await app.server.users.createToken({ userId })).token : app.secretKey
  const answer = await post(path, body, undefined, credential)
  expect(answer.status).toBe(400)
  expect(codeOf(answer)).toBe('idempotency_key_required')
  expect(await balanceOf(userId)).toBe(10)
})

it.each([
  ['empty', ''],
  ['too long', 'k'.repeat(256)],
  ['a space', 'a b'],
  ['not ASCII', 'schl\u00fcssel'],
])('refuses a key that is %s', async (_, key) => {
  const userId = await person()
  const answer = await post(`/v1/users/${userId}/credits`, { coins: 1, reason: 'Test' }, key)
  expect(answer.status).toBe(400)
  expect(['invalid_request', 'idempotency_key_required']).toContain(codeOf(answer))
  expect(await balanceOf(userId)).toBe(0)
})

it('takes a key of 255 characters', async () => {
  const userId = await person()
  expect((await post(`/v1/users/${userId}/credits`, { coins: 1, reason: 'Test' }, 'k'.repeat(255))).status).toBe(201)
})

it('keeps a refusal: what was refused once does not succeed later under the same key', async () => {
  const userId = await person()
  const key = randomUUID()
  const body = { coins: 3, reason: 'Fee' }
  const refused = await post(`/v1/users/${userId}/debits`, body, key)
  expect(refused.status).toBe(402)
  await app.server.wallets.credit({ userId, coins: 10, reason: 'Late' })
  const again = await post(`/v1/users/${userId}/debits`, body, key)
  expect([again.status, codeOf(again), replayed(again)]).toEqual([402, 'insufficient_balance', true])
  expect(await balanceOf(userId)).toBe(10)
  expect((await post(`/v1/users/${userId}/debits`, body, randomUUID())).status).toBe(201)
})

it('keeps a refusal found before or inside once() alike', async () => {
  const userId = `later-${randomUUID()}`
  const key = randomUUID()
  expect((await post(`/v1/users/${userId}/sign-out`, undefined, key)).status).toBe(404)
  await app.user(userId)
  const again = await post(`/v1/users/${userId}/sign-out`, undefined, key)
  expect([again.status, replayed(again)]).toEqual([404, true])
})

it('does not keep what is wrong with the request itself', async () => {
  const userId = await person()
  const key = randomUUID()
  expect((await post(`/v1/users/${userId}/credits`, { coins: 0, reason: 'Test' }, key)).status).toBe(400)
  expect((await post(`/v1/users/${userId}/credits`, { coins: 1, reason: 'Test' }, key, `sk_test_${'y'.repeat(32)}`)).status).toBe(401)
  const right = await post(`/v1/users/${userId}/credits`, { coins: 1, reason: 'Test' }, key)
  expect([right.status, replayed(right)]).toEqual([201, false])
})

it('knows keys by app, mode and caller', async () => {
  const key = randomUUID()
  const body = { userId: 'shared', displayName: 'Shared' }
  const other = await platform.app('Other')
  const second = await app.server.keys.create({ kind: 'secret' })
  const callers = [app.secretKey, other.secretKey, app.app.modes.live.secretKey, second.key]
  for (const caller of callers) {
    const answer = await post('/v1/users', body, key, caller)
    expect(answer.status).toBeLessThan(300)
    expect(replayed(answer)).toBe(false)
  }
  for (const caller of callers) expect(replayed(await post('/v1/users', body, key, caller))).toBe(true)
})

it('knows the keys of each user by themself', async () => {
  const key = randomUUID()
  const callee = await person()
  const tokens = []
  for (const userId of [await person(), await person()]) tokens.push((await app.server.users.createToken({ userId })).token)
  const call = (token: string) => post('/v1/calls', { calleeId: callee }, key, token)
  for (const token of tokens) {
    const answer = await call(token)
    expect([codeOf(answer), replayed(answer)]).toEqual(['callee_offline', false])
  }
  for (const token of tokens) expect(replayed(await call(token))).toBe(true)
})

it('keeps an answer for 24 hours, then forgets the key', async () => {
  const userId = await person()
  const key = randomUUID()
  const credit = () => post(`/v1/users/${userId}/credits`, { coins: 1, reason: 'Daily' }, key)
  await credit()
  await platform.advance(24 * 3_600 - 60, 6 * 3_600)
  expect(replayed(await credit())).toBe(true)
  await platform.advance(61, 61)
  const again = await credit()
  expect(again.status, again.text).toBe(201)
  expect(replayed(again)).toBe(false)
  expect(await balanceOf(userId)).toBe(2)
  await platform.advance(26 * 3_600, 3_600)
  expect(await keysKept(key)).toBe(0)
})

it('leaves the books right', async () => {
  expect(await platform.trialBalance()).toBe(0)
})
