import { randomUUID } from 'node:crypto'
import { problems } from '@impacthub/sdk/contract'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ask, codeOf, type Asked } from '../../test/ask.ts'
import { TestClient } from '../../test/realtime/test-client.ts'
import { startPlatform, type TestApp, type TestPlatform } from '../../test/start-platform.ts'
import { createLogger } from '../base/logger.ts'

const lines: string[] = []
let platform: TestPlatform
let app: TestApp
beforeAll(async () => {
  platform = await startPlatform({ logger: createLogger('info', { write: (line: string) => void lines.push(line) }) })
  app = await platform.app()
})
afterAll(() => platform.stop())

const get = (path: string, credential: string | undefined = app.secretKey): Promise<Asked> =>
  ask(platform.url, { method: 'GET', path, credential })

describe('every answer', () => {
  it.each([
    ['GET', '/v1/app', 200],
    ['HEAD', '/v1/app', 200],
    ['GET', '/v1/nothing', 404],
    ['GET', '/v1/users?limit=0', 400],
    ['PATCH', '/v1/users', 405],
    ['POST', '/v1/users', 400],
    ['OPTIONS', '/v1/users', 405],
    ['DELETE', '/v1/users/leaves', 204],
    ['GET', '/v1/realtime', 426],
    ['GET', '/healthz', 200],
    ['HEAD', '/readyz', 200],
    ['GET', '/metrics', 404],
    ['GET', '/docs', 200],
    ['GET', '/openapi.json', 200],
    ['POST', '/providers/x', 404],
    ['GET', `/v1/nothing?${'q'.repeat(8_192)}`, 414],
  ])('carries the headers that protect its reader: %s %s', async (method, path, status) => {
    if (status === 204) await app.user('leaves')
    const answer = await ask(platform.url, { method, path, credential: app.secretKey })
    expect(answer.status).toBe(status)
    const { headers } = answer
    expect(headers.get('vary')).toBe('Origin')
    expect(headers.get('x-request-id')).toMatch(/^req_[0-9a-z]{26}$/)
    expect(headers.get('x-content-type-options')).toBe('nosniff')
    expect(headers.get('referrer-policy')).toBe('no-referrer')
    expect(headers.get('strict-transport-security')).toMatch(/^max-age=31536000/)
    expect(headers.get('content-security-policy')).toMatch(/^default-src 'none'/)
    expect(headers.get('content-security-policy')).not.toMatch(/script-src[^;]*(unsafe|https?:|\*)/)
    expect(headers.get('cache-control')).toBeTruthy()
    expect(headers.get('server')).toBeNull()
    expect(headers.get('x-powered-by')).toBeNull()
  })

  it('of the API is kept by no cache', async () => {
    expect((await get('/v1/app')).headers.get('cache-control')).toBe('no-store')
  })
})

it('presents a refusal as RFC 9457 has it', async () => {
  const answer = await get('/v1/users/nobody')
  expect(answer.headers.get('content-type')).toMatch(/^application\/problem\+json/)
  expect(JSON.parse(answer.text)).toEqual({
    type: `${platform.url}/docs/problems#not_found`,
    title: problems.not_found.title,
    status: 404,
    detail: problems.not_found.remedy,
    code: 'not_found',
    requestId: answer.headers.get('x-request-id'),
  })
  expect((await get('/docs/problems')).text).toContain('id="not_found"')
})

it('says how to sign in where nobody is signed in', async () => {
  const answer = await ask(platform.url, { method: 'GET', path: '/v1/app' })
  expect([answer.status, answer.headers.get('www-authenticate')]).toEqual([401, 'Bearer'])
})

it('serves health to everybody and metrics to nobody without the operator’s token', async () => {
  expect(JSON.parse((await get('/healthz', undefined)).text)).toEqual({ status: 'ok' })
  expect(JSON.parse((await get('/readyz', undefined)).text)).toEqual({ status: 'ready' })
  expect((await get('/metrics')).status).toBe(404)
})

it('serves the reference without asking another host for anything', async () => {
  const page = await get('/docs')
  const files = [...page.text.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, file = '']) => file)
  expect(files.filter((file) => !file.startsWith('/docs/') && file !== 'data:,')).toEqual([])
  expect(page.text).not.toMatch(/<script>/)
  for (const file of files.filter((name) => name.startsWith('/'))) expect((await get(file)).status).toBe(200)
  const document = JSON.parse((await get('/openapi.json')).text) as { openapi: string; paths: Record<string, unknown> }
  expect(document.openapi).toBe('3.1.0')
  expect(Object.keys(document.paths)).toContain('/v1/calls')
})

it.each(['/docs/../package.json', '/docs/..%2fpackage.json', '/docs/swagger-ui.js', '/docs/constructor', '/docs/__proto__'])(
  'serves no other file: %s',
  async (path) => {
    expect((await get(path)).status).toBe(404)
  },
)

describe('the log', () => {
  it('holds ids and measures, and nothing that a thief could use or a person would mind', async () => {
    lines.length = 0
    const phone = '+919812340000'
    const asha = await app.user('asha-of-the-host', { phone, coins: 5 })
    const token = await asha.token()
    const key = await app.server.keys.create({ kind: 'secret' })
    await ask(platform.url, { method: 'GET', path: '/v1/me', credential: token })
    await ask(platform.url, { method: 'GET', path: `/v1/users/asha-of-the-host?phone=${phone}`, credential: key.key })
    await ask(platform.url, { method: 'GET', path: '/v1/me', credential: `${token}x` })
    const all = lines.join('')
    for (const secret of [phone.slice(1), token, key.key, app.secretKey, app.publishableKey, 'asha-of-the-host', 'Bearer', '127.0.0.1'])
      expect(all, secret).not.toContain(secret)
    const last = lines.map((line) => JSON.parse(line) as Record<string, unknown>)
    expect(last).toContainEqual(
      expect.objectContaining({ level: 'info', route: '/v1/users/{userId}', method: 'GET', status: 400, app: app.app.appId, mode: 'test' }),
    )
    for (const line of last) expect(line['requestId']).toMatch(/^req_/)
  })
})

describe('a fault of ours', () => {
  it('says nothing of what is inside, to the caller or in the log’s words', async () => {
    lines.length = 0
    const { db } = platform.platform
    const real = db.sequelize.connectionManager.getConnection.bind(db.sequelize.connectionManager)
    db.sequelize.connectionManager.getConnection = () => Promise.reject(new TypeError('select * from secrets where pin = 1234'))
    const answer = await get('/v1/users').finally(() => {
      db.sequelize.connectionManager.getConnection = real
    })
    expect(answer.status).toBe(500)
    expect(JSON.parse(answer.text)).toEqual({
      type: `${platform.url}/docs/problems#internal`,
      title: problems.internal.title,
      status: 500,
      detail: problems.internal.remedy,
      code: 'internal',
      requestId: answer.headers.get('x-request-id'),
    })
    const line = JSON.parse(lines.find((one) => one.includes('request failed')) ?? '{}') as { error: { name: string; frames: string[] } }
    expect(line).toMatchObject({ level: 'error', status: 500, requestId: answer.headers.get('x-request-id'), error: { name: 'TypeError' } })
    expect(lines.join('')).not.toContain('1234')
    expect((await get('/v1/users')).status).toBe(200)
  })
})

describe('limits', () => {
  it('are told with every refusal, and are each user’s and each app’s own', async () => {
    const tight = await startPlatform({
      beside: platform,
      limits: { user: { perSecond: 0.01, burst: 3 }, secretTest: { perSecond: 0.01, burst: 40 } },
    })
    const at = (credential: string, path = '/v1/me') => ask(tight.url, { method: 'GET', path, credential })
    const [asha, bala] = [await (await app.user('asha')).token(), await (await app.user('bala')).token()]
    for (let i = 0; i < 3; i++) expect((await at(asha)).status).toBe(200)
    const refused = await at(asha)
    expect([refused.status, codeOf(refused)]).toEqual([429, 'rate_limited'])
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
    expect(refused.headers.get('ratelimit-limit')).toBe('3')
    expect(refused.headers.get('ratelimit-remaining')).toBe('0')
    expect(Number(refused.headers.get('ratelimit-reset'))).toBeGreaterThan(0)
    expect((await at(bala)).status).toBe(200)
    let last = await at(app.secretKey, '/v1/app')
    for (let i = 0; i < 60 && last.status === 200; i++) last = await at(app.secretKey, '/v1/app')
    expect(last.status).toBe(429)
    expect((await at((await platform.app('Third')).secretKey, '/v1/app')).status).toBe(200)
    await tight.stop()
  })

  it('hold back what others have work with: ratings, disputes, places in queues, and questions to telephone providers', async () => {
    const few = { perSecond: 0.001, burst: 2 }
    const tight = await startPlatform({ beside: platform, limits: { rarePerUser: few, providerPerApp: few } })
    const token = await (await app.user('eager')).token()
    const byUser = (method: string, path: string, body: unknown) => ask(tight.url, { method, path, credential: token, body })
    const nobody = `call_${'0'.repeat(26)}`
    for (const [method, path, body] of [
      ['POST', `/v1/calls/${nobody}/rating`, { score: 1 }],
      ['POST', `/v1/calls/${nobody}/dispute`, { reason: 'other' }],
      ['PUT', '/v1/waiting/nobody', undefined],
    ] as const) {
      const statuses = [await byUser(method, path, body), await byUser(method, path, body), await byUser(method, path, body)]
      expect([path, ...statuses.map(({ status }) => status)]).toEqual([path, 404, 404, 429])
    }
    const search = () => ask(tight.url, { method: 'GET', path: '/v1/numbers/available?country=US', credential: app.secretKey })
    expect([(await search()).status, (await search()).status, (await search()).status]).toEqual([200, 200, 429])
    await tight.stop()
  })

  it('count what is refused, too', async () => {
    const tight = await startPlatform({ beside: platform, limits: { user: { perSecond: 0.01, burst: 3 } } })
    const token = await (await app.user('chitra')).token()
    const forbidden = () => ask(tight.url, { method: 'GET', path: '/v1/users', credential: token })
    for (let i = 0; i < 3; i++) expect((await forbidden()).status).toBe(403)
    expect((await forbidden()).status).toBe(429)
    await tight.stop()
  })

  it('do not hold an old token against the address that many people share', async () => {
    const tight = await startPlatform({ beside: platform, limits: { failedAuth: { perSecond: 0.01, burst: 3 } } })
    await app.user('daya')
    const { token } = await app.server.users.createToken({ userId: 'daya', ttlSeconds: 60 })
    await platform.advance(100, 100)
    const old = () => ask(tight.url, { method: 'GET', path: '/v1/me', credential: token })
    for (let i = 0; i < 10; i++) expect((await old()).status).toBe(401)
    expect((await ask(tight.url, { method: 'GET', path: '/v1/app', credential: app.secretKey })).status).toBe(200)
    await tight.stop()
  })

  it('stop an address that guesses over live connections', async () => {
    const tight = await startPlatform({ beside: platform, limits: { failedAuth: { perSecond: 0.01, burst: 3 } } })
    const live = `${tight.url.replace('http', 'ws')}/v1/realtime`
    const guess = async () => (await TestClient.hello(live, { token: `a.b.${randomUUID()}` })).closed
    const ticket = async () => (await TestClient.hello(live, { ticket: randomUUID() })).closed
    expect([await guess(), await ticket(), await guess()]).toEqual([4401, 4401, 4401])
    expect([await guess(), await ticket()]).toEqual([1013, 1013])
    expect((await ask(tight.url, { method: 'GET', path: '/v1/app', credential: `sk_test_${randomUUID().slice(0, 32)}` })).status).toBe(429)
    const ana = await app.user('guessed-beside')
    const client = await TestClient.hello(live, { token: await ana.token() })
    expect((await client.next()).type).toBe('session.snapshot')
    client.socket.close()
    await tight.stop()
  })

  it('stop an address that guesses, and still let in who signs in rightly from it', async () => {
    const tight = await startPlatform({ beside: platform, limits: { failedAuth: { perSecond: 0.01, burst: 5 } } })
    const guess = () => ask(tight.url, { method: 'GET', path: '/v1/app', credential: `sk_test_${randomUUID().slice(0, 32)}` })
    for (let i = 0; i < 5; i++) expect((await guess()).status).toBe(401)
    const stopped = await guess()
    // Behind a carrier's address are thousands: one guesser must not shut the others out.
    expect((await ask(tight.url, { method: 'GET', path: '/v1/app', credential: app.secretKey })).status).toBe(200)
    expect([stopped.status, codeOf(stopped)]).toEqual([429, 'rate_limited'])
    expect(Number(stopped.headers.get('retry-after'))).toBeGreaterThan(0)
    await tight.stop()
  })
})
