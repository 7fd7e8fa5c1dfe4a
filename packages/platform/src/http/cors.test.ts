import { afterAll, beforeAll, expect, it } from 'vitest'
import { ask, codeOf, type Asked } from '../../test/ask.ts'
import { sendRaw } from '../../test/raw-http.ts'
import { startPlatform, type TestApp, type TestPlatform } from '../../test/start-platform.ts'

let platform: TestPlatform
let app: TestApp
let other: TestApp
beforeAll(async () => {
  platform = await startPlatform()
  app = await platform.app()
  other = await platform.app('Other')
  await app.server.app.update({ allowedOrigins: ['https://app.example'] })
  await other.server.app.update({ allowedOrigins: ['https://other.example'] })
})
afterAll(() => platform.stop())

// fetch keeps Origin to itself, so these go over a plain socket.
async function from(origin: string, credential = app.publishableKey, path = '/v1/app'): Promise<Asked> {
  const lines = ['Host: x', `Origin: ${origin}`, `Authorization: Bearer ${credential}`, 'Connection: close']
  const { status, headers, body } = await sendRaw(platform.url, `GET ${path} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`)
  return { status, headers: new Headers([...headers]), text: body }
}

async function preflight(origin: string): Promise<Asked> {
  const lines = ['Host: x', `Origin: ${origin}`, 'Access-Control-Request-Method: POST', 'Connection: close']
  const { status, headers, body } = await sendRaw(platform.url, `OPTIONS /v1/calls HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`)
  return { status, headers: new Headers([...headers]), text: body }
}
const allowed = ({ headers }: Asked): string | null => headers.get('access-control-allow-origin')

it('answers a preflight of an origin that an app lets in', async () => {
  const answer = await preflight('https://app.example')
  expect(answer.status).toBe(204)
  expect(allowed(answer)).toBe('https://app.example')
  expect(answer.headers.get('access-control-allow-methods')).toContain('POST')
  expect(answer.headers.get('access-control-allow-headers')).toMatch(/Authorization.*Idempotency-Key/)
  expect(answer.headers.get('vary')).toMatch(/Origin/)
  expect(answer.headers.get('access-control-allow-credentials')).toBeNull()
})

const foreign = [
  'https://evil.example',
  'null',
  'http://app.example',
  'https://app.example:8443',
  'https://app.example.evil.example',
  'https://sub.app.example',
  'https://APP.example',
  'https://app.example/',
  'http://localhost.evil.example',
  'http://localhost:5173@evil.example',
  '*',
]

it.each(foreign)('gives nothing to a preflight of %s', async (origin) => {
  const answer = await preflight(origin)
  expect(allowed(answer)).toBeNull()
  expect(answer.headers.get('access-control-allow-methods')).toBeNull()
  expect(answer.headers.get('vary')).toMatch(/Origin/)
})

it.each(foreign)('refuses a request of %s', async (origin) => {
  const answer = await from(origin)
  expect([answer.status, codeOf(answer)]).toEqual([403, 'origin_not_allowed'])
  expect(allowed(answer)).toBeNull()
})

it('lets the exact origin in, and no other app’s', async () => {
  const own = await from('https://app.example')
  expect([own.status, allowed(own)]).toEqual([200, 'https://app.example'])
  expect(own.headers.get('access-control-expose-headers')).toMatch(/X-Request-Id/)
  expect(own.headers.get('vary')).toMatch(/Origin/)
  const foreignApp = await from('https://other.example')
  expect([foreignApp.status, codeOf(foreignApp)]).toEqual([403, 'origin_not_allowed'])
})

it.each([
  [404, '/v1/nothing', undefined],
  [403, '/v1/users', undefined],
  [401, '/v1/app', 'pk_test_nobody'],
  [200, '/healthz', undefined],
])('lets a page read what it was answered, refusals too: %s of %s', async (status, path, credential) => {
  const answer = await from('https://app.example', credential, path)
  expect([answer.status, allowed(answer)]).toEqual([status, 'https://app.example'])
  expect(answer.headers.get('access-control-expose-headers')).toMatch(/X-Request-Id/)
  expect(answer.headers.get('vary')).toMatch(/Origin/)
})

it('lets a page on the developer’s own machine in where nothing is real', async () => {
  expect((await from('http://localhost:5173')).status).toBe(200)
  expect((await from('http://127.0.0.1')).status).toBe(200)
  expect((await from('http://localhost:5173', app.app.modes.live.publishableKey)).status).toBe(403)
})

it('checks the origin of user tokens too', async () => {
  await app.user('asha')
  const { token } = await app.server.users.createToken({ userId: 'asha' })
  expect((await from('https://app.example', token, '/v1/me')).status).toBe(200)
  expect((await from('https://other.example', token, '/v1/me')).status).toBe(403)
})

it('lets an origin in from the moment the app names it, and no longer than it does', async () => {
  expect(allowed(await preflight('https://new.example'))).toBeNull()
  await app.server.app.update({ allowedOrigins: ['https://app.example', 'https://new.example'] })
  expect(allowed(await preflight('https://new.example'))).toBe('https://new.example')
  await app.server.app.update({ allowedOrigins: ['https://app.example'] })
  expect(allowed(await preflight('https://new.example'))).toBeNull()
  expect((await from('https://new.example')).status).toBe(403)
})

it.each(['*', 'null', 'https://a.example/path', 'https://user@a.example', 'ftp://a.example', 'https://A.example', 'https://*.example'])(
  'takes no %s as an app’s origin',
  async (origin) => {
    const answer = await ask(platform.url, {
      method: 'PATCH',
      path: '/v1/app',
      credential: app.secretKey,
      body: { allowedOrigins: [origin] },
    })
    expect(answer.status).toBe(400)
  },
)
