import { randomUUID } from 'node:crypto'
import pg from 'pg'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { ask, type Asked } from '../../../test/ask.ts'
import { startPlatform, type TestApp, type TestPlatform } from '../../../test/start-platform.ts'

let platform: TestPlatform
let app: TestApp
let database: pg.Client
beforeAll(async () => {
  platform = await startPlatform()
  app = await platform.app()
  database = new pg.Client(platform.database.connection)
  await database.connect()
})
afterAll(async () => {
  await database.end()
  await platform.stop()
})

const put = (body: unknown): Promise<Asked> =>
  ask(platform.url, { method: 'POST', path: '/v1/users', body, credential: app.secretKey, headers: { 'Idempotency-Key': randomUUID() } })

it('makes a user with a wallet and a code, then changes only what is given', async () => {
  const made = await put({
    userId: 'asha',
    displayName: 'Asha',
    phone: '+919812345678',
    rate: { coins: 3, seconds: 30 },
    languages: ['hi'],
  })
  expect(made.status).toBe(201)
  const first = JSON.parse(made.text) as { id: string; referralCode: string }
  expect(first).toMatchObject({
    userId: 'asha',
    hasPhone: true,
    rate: { coins: 3, seconds: 30 },
    presence: 'offline',
    kycStatus: 'not_started',
  })
  expect(first.id).toMatch(/^usr_/)
  const changed = await put({ userId: 'asha', displayName: 'Asha R', rate: null })
  expect(changed.status).toBe(200)
  expect(JSON.parse(changed.text)).toMatchObject({
    id: first.id,
    displayName: 'Asha R',
    hasPhone: true,
    rate: null,
    languages: ['hi'],
    referralCode: first.referralCode,
  })
  expect(JSON.parse((await put({ userId: 'asha', displayName: 'Asha', phone: null })).text)).toMatchObject({ hasPhone: false })
  expect((await app.server.wallets.get({ userId: 'asha' })).balance).toBe(0)
})

it('makes one user of ten requests at once', async () => {
  const answers = await Promise.all(Array.from({ length: 10 }, () => put({ userId: 'race', displayName: 'Race' })))
  expect(answers.filter(({ status }) => status === 201)).toHaveLength(1)
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(9)
  expect(new Set(answers.map(({ text }) => (JSON.parse(text) as { id: string }).id)).size).toBe(1)
})

it.each(['a/b', 'ü', 'a?b#c', '%41', 'a,b', "'; drop table users; --".replaceAll(' ', '_'), 'x'.repeat(128), '__proto__', 'me'])(
  'finds the user %j under that very id',
  async (userId) => {
    expect((await put({ userId, displayName: 'Odd' })).status).toBe(201)
    const found = await ask(platform.url, { method: 'GET', path: `/v1/users/${encodeURIComponent(userId)}`, credential: app.secretKey })
    expect([found.status, (JSON.parse(found.text) as { userId: string }).userId]).toEqual([200, userId])
  },
)

it.each(['', ' ', 'a b', 'a\u0000', 'a\u202eb', '.', '..', 'x'.repeat(129), 7, null])('makes nobody with the id %j', async (userId) => {
  expect((await put({ userId, displayName: 'Odd' })).status).toBe(400)
})

it('deletes the person: nothing of them stays in the row', async () => {
  await put({ userId: 'gone', displayName: 'Gone Person', phone: '+919800001234', email: 'gone@example.org' })
  const token = (await app.server.users.createToken({ userId: 'gone' })).token
  await app.server.users.delete({ userId: 'gone' })
  const { rows } = await database.query<{ row: string }>("select u::text as row from users u where host_id = 'gone'")
  expect(rows).toHaveLength(1)
  expect(rows[0]?.row).not.toMatch(/Gone Person|9800001234|gone@example/)
  for (const [method, path] of [
    ['GET', '/v1/users/gone'],
    ['DELETE', '/v1/users/gone'],
    ['GET', '/v1/users/gone/wallet'],
  ] as const)
    expect((await ask(platform.url, { method, path, credential: app.secretKey })).status).toBe(404)
  expect((await ask(platform.url, { method: 'PATCH', path: '/v1/me', credential: token, body: { displayName: 'Back' } })).status).toBe(401)
  expect((await app.server.users.list({ limit: 100 })).data.map(({ userId }) => userId)).not.toContain('gone')
})

it('writes nothing into the row of a person who was deleted a moment ago, in a process that has not heard of it', async () => {
  await put({ userId: 'late', displayName: 'Late' })
  const token = (await app.server.users.createToken({ userId: 'late' })).token
  const deaf = await startPlatform({ beside: platform })
  const change = () => ask(deaf.url, { method: 'PATCH', path: '/v1/me', credential: token, body: { displayName: 'Late Name' } })
  expect((await change()).status).toBe(200)
  await app.server.users.delete({ userId: 'late' })
  expect([401, 404]).toContain((await change()).status)
  const { rows } = await database.query<{ display_name: string }>("select display_name from users where host_id = 'late'")
  expect(rows).toEqual([{ display_name: 'Deleted user' }])
  await deaf.stop()
})

it('lets a user change their own name and languages and nothing else', async () => {
  const bala = await app.user('bala')
  expect(await bala.client.me.update({ displayName: ' Ba\u0301la ', languages: ['ta', 'en'] })).toMatchObject({
    displayName: 'Bála',
    languages: ['ta', 'en'],
  })
  const token = await bala.token()
  for (const field of [{ blocked: false }, { phone: '+919800000000' }, { userId: 'asha' }, { id: 'usr_x' }])
    expect((await ask(platform.url, { method: 'PATCH', path: '/v1/me', credential: token, body: field })).status).toBe(400)
})

it('keeps a user’s blocks, each once, page by page', async () => {
  const chitra = await app.user('chitra')
  for (const userId of ['b1', 'b2', 'b3']) {
    await platform.advance(1)
    await app.user(userId)
    await chitra.client.me.block({ userId })
    await chitra.client.me.block({ userId })
  }
  const first = await chitra.client.me.listBlocks({ limit: 2 })
  const second = await chitra.client.me.listBlocks({ limit: 2, cursor: first.nextCursor ?? '' })
  expect([...first.data, ...second.data].map(({ userId }) => userId)).toEqual(['b3', 'b2', 'b1'])
  expect(second.nextCursor).toBeNull()
  await chitra.client.me.unblock({ userId: 'b2' })
  expect((await chitra.client.me.listBlocks()).data.map(({ userId }) => userId)).toEqual(['b3', 'b1'])
  await expect(chitra.client.me.block({ userId: 'chitra' })).rejects.toMatchObject({ code: 'invalid_request' })
})

it('keeps what was told of the sign-up when a user is made, shows it to nobody, and forgets it with the person', async () => {
  const wish = {
    userId: 'joined',
    displayName: 'Joined Person',
    referralCode: 'ABC234',
    signup: { ip: '203.0.113.9', deviceId: 'device-1', email: 'joined+1@gmail.com' },
  }
  const made = await put(wish)
  expect(made.status).toBe(201)
  for (const part of ['ABC234', '203.0.113.9', 'device-1', 'joined+1']) expect(made.text).not.toContain(part)
  await put({ ...wish, referralCode: 'OTHER2' })
  const stored = async () =>
    (
      await database.query<Record<string, string | null>>(
        'select signup_referral_code as code, signup_ip as ip, signup_device_id as device, signup_email as email from users where id = $1',
        [(JSON.parse(made.text) as { id: string }).id],
      )
    ).rows[0]
  expect(await stored()).toEqual({ code: 'ABC234', ip: '203.0.113.9', device: null, email: 'joined+1@gmail.com' })
  expect((await put({ ...wish, signup: { ip: 'not an address' } })).status).toBe(400)
  await app.server.users.delete({ userId: 'joined' })
  expect(await stored()).toEqual({ code: null, ip: null, device: null, email: null })
})

it('names a deleted person in no kept answer', async () => {
  const ask = () => app.server.users.put({ userId: 'leaving', displayName: 'Leaving Person' }, { idempotencyKey: 'leaving-1' })
  const made = await ask()
  await app.server.users.delete({ userId: 'leaving' })
  expect(await ask()).toEqual({ ...made, displayName: 'Deleted user' })
})

it('writes down who minted a token for whom', async () => {
  const { id } = await app.server.users.put({ userId: 'minted', displayName: 'Minted' })
  await app.server.users.createToken({ userId: 'minted' })
  const { rows } = await database.query('select actor from audit where action = $1 and subject = $2', ['token.minted', id])
  expect(rows).toEqual([{ actor: expect.stringMatching(/^key_/) as string }])
})
