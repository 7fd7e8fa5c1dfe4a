import pg from 'pg'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { ask, codeOf, type Asked } from '../../../test/ask.ts'
import { startPlatform, type TestApp, type TestPlatform } from '../../../test/start-platform.ts'

let platform: TestPlatform
let app: TestApp
beforeAll(async () => {
  platform = await startPlatform()
  app = await platform.app()
})
afterAll(() => platform.stop())

const get = (credential: string, path = '/v1/app', headers: Record<string, string> = {}, url = platform.url): Promise<Asked> =>
  ask(url, { method: 'GET', path, credential, headers })
const make = (credential: string, body: unknown): Promise<Asked> =>
  ask(platform.url, { method: 'POST', path: '/v1/keys', credential, body })

async function everythingStored(): Promise<string> {
  const client = new pg.Client(platform.database.connection)
  await client.connect()
  const rows: unknown[] = []
  for (const table of ['api_keys', 'audit', 'idempotency_keys', 'signing_keys', 'tasks'])
    rows.push((await client.query(`select t::text from ${table} t`)).rows)
  await client.end()
  return JSON.stringify(rows)
}

it('shows a key once and stores only its hash', async () => {
  const made = await app.server.keys.create({ kind: 'secret', label: 'Server' }, { idempotencyKey: 'make-1' })
  expect(made.key).toMatch(/^sk_test_[A-Za-z0-9_-]{32}$/)
  expect((await get(made.key)).status).toBe(200)
  const listed = await app.server.keys.list()
  expect(listed.data.map(({ id }) => id)).toContain(made.id)
  expect(JSON.stringify(listed)).not.toContain(made.key)
  expect(await everythingStored()).not.toContain(made.key.slice('sk_test_'.length + 6))
})

it('makes and rolls a key once for one Idempotency-Key, and shows it again to the retry', async () => {
  const wish = { kind: 'secret', label: 'Once' } as const
  const made = await app.server.keys.create(wish, { idempotencyKey: 'once-1' })
  expect(await app.server.keys.create(wish, { idempotencyKey: 'once-1' })).toEqual(made)
  const rolled = await app.server.keys.roll({ keyId: made.id }, { idempotencyKey: 'once-2' })
  expect(await app.server.keys.roll({ keyId: made.id }, { idempotencyKey: 'once-2' })).toEqual(rolled)
  expect((await get(rolled.key)).status).toBe(200)
  expect((await app.server.keys.list({ limit: 100 })).data.filter(({ label }) => label === 'Once')).toHaveLength(2)
  const stored = await everythingStored()
  for (const { key } of [made, rolled]) expect(stored).not.toContain(key.slice('sk_test_'.length + 6))
})

it('lets a rolled key finish what the old one has begun: a retry moves coins once', async () => {
  await app.user('roller')
  const old = await app.server.keys.create({ kind: 'secret' })
  const next = await app.server.keys.roll({ keyId: old.id, overlapSeconds: 600 })
  const credit = (credential: string) =>
    ask(platform.url, {
      method: 'POST',
      path: '/v1/users/roller/credits',
      credential,
      body: { coins: 5, reason: 'Gift' },
      headers: { 'idempotency-key': 'gift' },
    })
  expect((await credit(old.key)).status).toBe(201)
  const again = await credit(next.key)
  expect([again.status, again.headers.get('idempotent-replay')]).toEqual([201, 'true'])
  expect((await app.server.wallets.get({ userId: 'roller' })).balance).toBe(5)
})

it('notes when a key was last used', async () => {
  const made = await app.server.keys.create({ kind: 'secret' })
  expect(made.lastUsedAt).toBeNull()
  await get(made.key)
  const lastUse = async () => (await app.server.keys.list()).data.find(({ id }) => id === made.id)?.lastUsedAt
  await expect.poll(lastUse).toBe(new Date(platform.held.now()).toISOString())
})

it('lets the old key work on for the overlap after a roll', async () => {
  const old = await app.server.keys.create({ kind: 'secret', label: 'Rolled', scopes: ['app:read', 'users:read'] })
  const next = await app.server.keys.roll({ keyId: old.id, overlapSeconds: 600 })
  expect(next).toMatchObject({ label: 'Rolled', scopes: ['app:read', 'users:read'], kind: 'secret' })
  await platform.advance(599, 599)
  expect((await get(old.key)).status).toBe(200)
  await platform.advance(2, 2)
  expect((await get(old.key)).status).toBe(401)
  expect((await get(next.key)).status).toBe(200)
  await expect(app.server.keys.roll({ keyId: old.id })).rejects.toMatchObject({ code: 'conflict' })
})

it('ends a revoked key at once here and within seconds in another process', async () => {
  const made = await app.server.keys.create({ kind: 'secret' })
  const other = await startPlatform({ beside: platform })
  expect((await get(made.key, '/v1/app', {}, other.url)).status).toBe(200)
  await app.server.keys.revoke({ keyId: made.id })
  expect((await get(made.key)).status).toBe(401)
  await expect.poll(async () => (await get(made.key, '/v1/app', {}, other.url)).status).toBe(401)
  await app.server.keys.revoke({ keyId: made.id }) // revoking again changes nothing
  await other.stop()
})

it('takes no key that ends before it begins', async () => {
  const answer = await make(app.secretKey, { kind: 'secret', expiresAt: new Date(platform.held.now()).toISOString() })
  expect([answer.status, codeOf(answer)]).toEqual([400, 'invalid_request'])
})

it('keeps a key to its addresses', async () => {
  const here = await app.server.keys.create({ kind: 'secret', allowedIps: ['127.0.0.1'] })
  const elsewhere = await app.server.keys.create({ kind: 'secret', allowedIps: ['203.0.113.7', '2001:DB8:0::1'] })
  expect(elsewhere.allowedIps).toEqual(['203.0.113.7', '2001:db8::1'])
  expect((await get(here.key)).status).toBe(200)
  const answer = await get(elsewhere.key, '/v1/app', { 'X-Forwarded-For': '203.0.113.7' }) // nobody here is a trusted proxy
  expect([answer.status, codeOf(answer)]).toEqual([403, 'forbidden'])
})

it('refuses a secret key in a browser', async () => {
  const answer = await get(app.secretKey, '/v1/users', { Origin: 'http://localhost:5173' })
  expect([answer.status, codeOf(answer)]).toEqual([403, 'secret_key_in_browser'])
})

it('lets a restricted key make no wider one', async () => {
  const soon = new Date(platform.held.now() + 3_600_000).toISOString()
  const later = new Date(platform.held.now() + 7_200_000).toISOString()
  const scoped = await app.server.keys.create({ kind: 'secret', scopes: ['keys:write', 'users:read'] })
  const placed = await app.server.keys.create({ kind: 'secret', allowedIps: ['127.0.0.1'] })
  const timed = await app.server.keys.create({ kind: 'secret', expiresAt: soon })
  const refused: [string, object][] = [
    [scoped.key, {}],
    [scoped.key, { scopes: ['users:read', 'wallet:write'] }],
    [placed.key, {}],
    [placed.key, { allowedIps: ['127.0.0.1', '203.0.113.7'] }],
    [timed.key, {}],
    [timed.key, { expiresAt: later }],
  ]
  for (const [credential, wish] of refused) {
    const answer = await make(credential, { kind: 'secret', ...wish })
    expect([answer.status, codeOf(answer)], JSON.stringify(wish)).toEqual([403, 'forbidden'])
  }
  const first = (await app.server.keys.list({ limit: 100 })).data.find(({ label, kind }) => label === 'first' && kind === 'secret')
  const roll = await ask(platform.url, { method: 'POST', path: `/v1/keys/${first?.id}/roll`, credential: scoped.key, body: {} })
  expect(roll.status).toBe(403)
  expect((await make(scoped.key, { kind: 'secret', scopes: ['users:read'] })).status).toBe(201)
  expect((await make(placed.key, { kind: 'secret', allowedIps: ['127.0.0.1'] })).status).toBe(201)
  expect((await make(timed.key, { kind: 'secret', expiresAt: soon })).status).toBe(201)
  const rolled = await ask(platform.url, { method: 'POST', path: `/v1/keys/${timed.id}/roll`, credential: timed.key, body: {} })
  expect(JSON.parse(rolled.text)).toMatchObject({ expiresAt: soon })
})

it('writes down who made, rolled and revoked keys', async () => {
  const made = await app.server.keys.create({ kind: 'publishable' })
  await app.server.keys.roll({ keyId: made.id })
  await app.server.keys.revoke({ keyId: made.id })
  const client = new pg.Client(platform.database.connection)
  await client.connect()
  const { rows } = await client.query<{ action: string; actor: string; from_ip: string }>(
    'select action, actor, from_ip from audit where subject = $1 order by id',
    [made.id],
  )
  expect(rows.map(({ action }) => action)).toEqual(['key.created', 'key.rolled', 'key.revoked'])
  for (const row of rows) expect(row).toMatchObject({ actor: expect.stringMatching(/^key_/), from_ip: '127.0.0.1' })
  await expect(client.query('delete from audit')).rejects.toThrow('append-only')
  await client.end()
})
