import { randomUUID } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ask, codeOf, type Asked } from '../../test/ask.ts'
import { sendRaw } from '../../test/raw-http.ts'
import { startPlatform, type TestApp, type TestPlatform } from '../../test/start-platform.ts'

let platform: TestPlatform
let app: TestApp
beforeAll(async () => {
  platform = await startPlatform()
  app = await platform.app()
  await app.user('asha', { coins: 10 })
})
afterAll(() => platform.stop())

const credits = '/v1/users/asha/credits'
const post = (body: unknown, headers: Record<string, string> = {}, path = credits): Promise<Asked> =>
  ask(platform.url, { method: 'POST', path, body, credential: app.secretKey, headers: { 'Idempotency-Key': randomUUID(), ...headers } })
const get = (path: string, headers: Record<string, string> = {}): Promise<Asked> =>
  ask(platform.url, { method: 'GET', path, credential: app.secretKey, headers })

interface Body {
  readonly code: string
  readonly status: number
  readonly errors?: readonly { pointer: string; detail: string }[]
}
const bodyOf = ({ text }: Pick<Asked, 'text'>): Body => JSON.parse(text) as Body
const pointers = (answer: Asked): string[] => (bodyOf(answer).errors ?? []).map(({ pointer }) => pointer)

const head = (line: string, ...headers: string[]): string =>
  [`${line} HTTP/1.1`, 'Host: x', `Authorization: Bearer ${app.secretKey}`, ...headers, '', ''].join('\r\n')

describe('a body', () => {
  it.each([
    ['a fraction', { coins: 1.5, reason: 'x' }, '/coins'],
    ['a number beyond 2^53 − 1', '{"coins":9007199254740992,"reason":"x"}', '/coins'],
    ['a rounded number', '{"coins":0.99999999999999999,"reason":"x"}', '/coins'],
    ['a negative number', { coins: -1, reason: 'x' }, '/coins'],
    ['a number as text', { coins: '1', reason: 'x' }, '/coins'],
    ['a missing field', { coins: 1 }, '/reason'],
    ['an empty text', { coins: 1, reason: '  ' }, '/reason'],
    ['control characters', { coins: 1, reason: 'a\u0007b' }, '/reason'],
    ['a bidi override', { coins: 1, reason: 'a\u202eb' }, '/reason'],
    ['NUL', '{"coins":1,"reason":"a\\u0000b"}', '/reason'],
    ['a lone surrogate', '{"coins":1,"reason":"\\ud800"}', '/reason'],
    ['an unknown field', { coins: 1, reason: 'x', tenantId: 2 }, '/tenantId'],
    ['app and mode', { coins: 1, reason: 'x', app: 'app_x', mode: 'live' }, '/app'],
    ['a field given twice', '{"coins":1,"coins":2,"reason":"x"}', '/coins'],
    ['__proto__', '{"coins":1,"reason":"x","__proto__":{"bucket":"earned"}}', '/__proto__'],
    ['a list', '[]', ''],
    ['null', 'null', ''],
    ['no JSON', '{"coins":', ''],
  ])('with %s is refused', async (_, body, pointer) => {
    const answer = await post(body)
    expect(answer.status).toBe(400)
    expect(bodyOf(answer)).toMatchObject({ code: 'invalid_request', status: 400 })
    expect(pointers(answer)).toContain(pointer)
  })

  it('is not repeated in the refusal', async () => {
    const answer = await post({ coins: 'secret-value-1', reason: 7, bucket: 'secret-value-2' })
    expect(answer.status).toBe(400)
    expect(answer.text).not.toContain('secret-value')
  })

  it('is told once what is wrong with it', async () => {
    const answer = await post('{"coins":1e18,"reason":""}')
    expect(bodyOf(answer)).toMatchObject({
      errors: [
        { pointer: '/coins', detail: 'must be at most 9007199254740991' },
        { pointer: '/reason', detail: 'must have at least 1 character' },
      ],
    })
  })

  it('gets at most 20 errors', async () => {
    const many = Object.fromEntries(Array.from({ length: 50 }, (_, i) => [`field${i}`, i]))
    expect(pointers(await post(many))).toHaveLength(20)
  })

  it('is normalised: NFC, trimmed', async () => {
    const answer = await post({ coins: 1, reason: '  Cafe\u0301 ' })
    expect(JSON.parse(answer.text)).toMatchObject({ transaction: { description: 'Caf\u00e9' } })
  })

  it('may be 64 KiB and no more, said or found out', async () => {
    const sized = (bytes: number) => {
      const frame = '{"coins":1,"reason":"x"}'
      return frame + ' '.repeat(bytes - frame.length)
    }
    expect((await post(sized(65_536))).status).toBe(201)
    const answer = await post(sized(65_537))
    expect([answer.status, codeOf(answer)]).toEqual([413, 'payload_too_large'])
    const key = `Idempotency-Key: ${randomUUID()}`
    const chunk = `10000\r\n${' '.repeat(65_536)}\r\n`
    const chunked = await sendRaw(platform.url, [
      head(`POST ${credits}`, 'Content-Type: application/json', key, 'Transfer-Encoding: chunked'),
      chunk,
      chunk,
      '0\r\n\r\n',
    ])
    expect(chunked.status).toBe(413)
    expect(chunked.body).toContain('payload_too_large')
    expect(chunked.headers.get('connection')).toBe('close')
  })

  it.each(['text/plain', 'application/x-www-form-urlencoded', 'application/json; charset=latin1', 'application/jsonx', ''])(
    'of type %j is refused',
    async (type) => {
      const answer = await post({ coins: 1, reason: 'x' }, { 'Content-Type': type })
      expect([answer.status, codeOf(answer)]).toEqual([415, 'unsupported_media_type'])
    },
  )

  it('may say its charset', async () => {
    expect((await post({ coins: 1, reason: 'x' }, { 'Content-Type': 'application/json; charset=UTF-8' })).status).toBe(201)
  })

  it.each(['gzip', 'br', 'deflate'])('is not taken compressed (%s)', async (encoding) => {
    const bytes = gzipSync('{"coins":1,"reason":"x"}')
    const answer = await sendRaw(platform.url, [
      head(
        `POST ${credits}`,
        'Content-Type: application/json',
        `Content-Encoding: ${encoding}`,
        `Content-Length: ${bytes.length}`,
        'Idempotency-Key: zip',
        'Connection: close',
      ),
      bytes,
    ])
    expect(answer.status).toBe(415)
  })

  it('must be UTF-8', async () => {
    const bytes = Buffer.from('{"coins":1,"reason":"caf\xe9"}', 'latin1')
    const answer = await sendRaw(platform.url, [
      head(
        `POST ${credits}`,
        'Content-Type: application/json',
        `Content-Length: ${bytes.length}`,
        'Idempotency-Key: utf',
        'Connection: close',
      ),
      bytes,
    ])
    expect(answer.status).toBe(400)
  })
})

describe('a query', () => {
  it.each([
    ['limit=0', '/query/limit'],
    ['limit=101', '/query/limit'],
    ['limit=1.5', '/query/limit'],
    ['limit=many', '/query/limit'],
    ['limit=1&limit=2', '/query/limit'],
    ['unknown=1', '/query/unknown'],
    ['__proto__=1', '/query/__proto__'],
    ['cursor=', '/query/cursor'],
    ['cursor=forged', '/query/cursor'],
    ['cursor=%00', '/query/cursor'],
    ['app=app_x&mode=live', '/query/app'],
  ])('with %s is refused', async (query, pointer) => {
    const answer = await get(`/v1/users?${query}`)
    expect(answer.status).toBe(400)
    expect(pointers(answer)).toContain(pointer)
  })

  it('is refused on a route that has none', async () => {
    expect(pointers(await get('/v1/app?debug=1'))).toEqual(['/query/debug'])
  })
})

describe('a cursor', () => {
  it('leads through every row once', async () => {
    for (let i = 0; i < 7; i++) await app.user(`row-${i}`)
    const seen: string[] = []
    let query = 'limit=3'
    for (;;) {
      const page = JSON.parse((await get(`/v1/users?${query}`)).text) as { data: { userId: string }[]; nextCursor: string | null }
      seen.push(...page.data.map(({ userId }) => userId))
      if (page.nextCursor === null) break
      query = `limit=3&cursor=${page.nextCursor}`
    }
    expect(seen).toHaveLength(8)
    expect(new Set(seen).size).toBe(8)
  })

  it('is good for its app, mode, route and filter only', async () => {
    const other = await platform.app('Other')
    for (const userId of ['one', 'two', 'three']) await other.user(userId)
    for (let i = 0; i < 3; i++) await post({ coins: 1, reason: 'x' })
    const cursorOf = async (path: string) => (JSON.parse((await get(path)).text) as { nextCursor: string }).nextCursor
    const cursor = await cursorOf('/v1/users?limit=1')
    const wallet = await cursorOf('/v1/users/asha/transactions?limit=1')
    expect((await get(`/v1/users?cursor=${cursor}`)).status).toBe(200)
    expect((await get(`/v1/users/asha/transactions?cursor=${wallet}`)).status).toBe(200)
    await app.user('bala', { coins: 1 })
    const refused = [
      await get(`/v1/keys?cursor=${cursor}`),
      await get(`/v1/users/asha/transactions?cursor=${cursor}`),
      await get(`/v1/users/bala/transactions?cursor=${wallet}`),
      await get(`/v1/users?cursor=${cursor.slice(0, 20)}${cursor[20] === 'A' ? 'B' : 'A'}${cursor.slice(21)}`),
      await ask(platform.url, { method: 'GET', path: `/v1/users?cursor=${cursor}`, credential: other.secretKey }),
      await ask(platform.url, { method: 'GET', path: `/v1/users?cursor=${cursor}`, credential: app.app.modes.live.secretKey }),
    ]
    for (const answer of refused) {
      expect(answer.status).toBe(400)
      expect(pointers(answer)).toEqual(['/query/cursor'])
    }
  })
})

describe('a path', () => {
  it.each([
    '/v1/users/%00',
    '/v1/users/a%20b',
    '/v1/users/%E2%80%AE',
    `/v1/users/${'x'.repeat(129)}`,
    '/v1/calls/call_x',
    "/v1/calls/'%20or%201=1--",
  ])('with a malformed id is refused: %s', async (path) => {
    const answer = await get(path)
    expect([answer.status, codeOf(answer)]).toEqual([400, 'invalid_request'])
  })

  it.each([
    '/v1/users/%zz',
    '/v1/users/%ff',
    '/v1/nothing',
    '/v1/users/',
    '//v1/users',
    '/V1/users',
    '/v1/users/asha/nothing',
    '/.env',
    '/v1/../v1/users/%2e%2e',
  ])('that is none is not found: %s', async (path) => {
    const answer = await sendRaw(platform.url, head(`GET ${path}`, 'Connection: close'))
    expect([400, 404]).toContain(answer.status)
    expect(answer.headers.get('content-type')).toMatch(/^application\/problem\+json/)
  })

  it('names its methods when asked with another', async () => {
    const answer = await ask(platform.url, { method: 'PATCH', path: '/v1/users', credential: app.secretKey })
    expect([answer.status, codeOf(answer), answer.headers.get('allow')]).toEqual([405, 'method_not_allowed', 'GET, HEAD, POST, OPTIONS'])
    expect((await ask(platform.url, { method: 'GET', path: '/providers/twilio/test/incoming' })).headers.get('allow')).toBe('POST')
  })

  it('of the socket asks for the handshake', async () => {
    const answer = await sendRaw(platform.url, head('GET /v1/realtime', 'Connection: close'))
    expect([answer.status, answer.headers.get('upgrade')]).toEqual([426, 'websocket'])
  })
})

describe('a request', () => {
  it('may have a URL of 8 KiB', async () => {
    const filler = (bytes: number) => `/v1/nothing?${'q'.repeat(bytes - '/v1/nothing?'.length)}`
    expect((await get(filler(8_192))).status).toBe(404)
    const answer = await get(filler(8_193))
    expect([answer.status, codeOf(answer)]).toEqual([414, 'uri_too_long'])
  })

  it.each([
    ['one header over 8 KiB', { 'X-Long': 'x'.repeat(8_193) }],
    ['headers over 16 KiB', { 'X-A': 'x'.repeat(8_000), 'X-B': 'x'.repeat(8_000), 'X-C': 'x'.repeat(500) }],
    ['more than 100 headers', Object.fromEntries(Array.from({ length: 101 }, (_, i) => [`X-${i}`, '1']))],
    [
      'headers beyond what is read at all',
      { 'X-A': 'x'.repeat(8_000), 'X-B': 'x'.repeat(8_000), 'X-C': 'x'.repeat(8_000), 'X-D': 'x'.repeat(8_000) },
    ],
  ])('with %s is refused', async (_, headers: Record<string, string>) => {
    const answer = await sendRaw(
      platform.url,
      head('GET /v1/app', ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`), 'Connection: close'),
    )
    expect(answer.status).toBe(431)
    expect(JSON.parse(answer.body)).toMatchObject({ code: 'headers_too_large', status: 431 })
  })

  it.each([
    ['two lengths of body', ['Transfer-Encoding: chunked', 'Content-Length: 5']],
    ['two Content-Lengths', ['Content-Length: 5', 'Content-Length: 6']],
    ['a length that is none', ['Content-Length: 1e3']],
    ['a folded header', ['X-A: 1\r\n b']],
    ['an unknown transfer coding', ['Transfer-Encoding: chunked, identity']],
  ])('with %s is refused and the connection closed', async (_, lines) => {
    const answer = await sendRaw(platform.url, [head(`POST ${credits}`, 'Content-Type: application/json', ...lines), '0\r\n\r\n'])
    expect(answer.status).toBe(400)
    expect(answer.headers.get('connection')).toBe('close')
    expect(JSON.parse(answer.body)).toMatchObject({ code: 'invalid_request' })
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff')
    expect(answer.headers.get('x-request-id')).toMatch(/^req_/)
  })

  it('that is not HTTP gets a problem too', async () => {
    const answer = await sendRaw(platform.url, 'HELO x\r\n\r\n')
    expect(answer.status).toBe(400)
    expect(answer.headers.get('content-type')).toMatch(/^application\/problem\+json/)
  })

  it('has the times of the baseline to arrive', () => {
    const { headersTimeout, requestTimeout, keepAliveTimeout } = platform.platform.server
    expect({ headersTimeout, requestTimeout, keepAliveTimeout }).toEqual({
      headersTimeout: 10_000,
      requestTimeout: 120_000,
      keepAliveTimeout: 60_000,
    })
  })
})

it('ends a request whose headers or body come too slowly', async () => {
  const slow = await startPlatform()
  slow.platform.server.headersTimeout = 200
  slow.platform.server.requestTimeout = 300
  const [headers, body] = await Promise.all([
    sendRaw(slow.url, 'GET /v1/app HTTP/1.1\r\nHost: x\r\nX-Slow: '),
    sendRaw(slow.url, 'POST /providers/twilio/x HTTP/1.1\r\nHost: x\r\nContent-Length: 50\r\n\r\nslow'),
  ])
  expect([headers.status, body.status]).toEqual([408, 408])
  expect(JSON.parse(headers.body)).toMatchObject({ code: 'request_timeout' })
  await slow.stop()
})
