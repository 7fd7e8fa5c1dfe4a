import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import pg from 'pg'
import { ask } from '../ask.ts'
import { startPlatform, type TestApp, type TestPlatform } from '../start-platform.ts'

let platform: TestPlatform
let app: TestApp
let database: pg.Client
beforeAll(async () => {
  platform = await startPlatform()
  database = new pg.Client(platform.database.connection)
  await database.connect()
})
beforeEach(async () => {
  app = await platform.app()
})
afterAll(async () => {
  await database.end()
  await platform.stop()
})

const url = 'https://hooks.example.com/connect'
const create = (body: unknown, key?: string, credential = app.secretKey) =>
  ask(platform.url, {
    method: 'POST',
    path: '/v1/webhook-endpoints',
    credential,
    body,
    headers: key === undefined ? {} : { 'Idempotency-Key': key },
  })

describe('an endpoint', () => {
  it('is made with a secret that no other answer and no table shows', async () => {
    const made = await app.server.webhookEndpoints.create({ url, types: ['call.*', 'user.created', 'call.*'], description: ' Orders ' })
    expect(made).toMatchObject({ url, types: ['call.*', 'user.created'], description: 'Orders', status: 'enabled', disabledReason: null })
    expect(made.id).toMatch(/^whe_/)
    expect(made.secret).toMatch(/^whsec_[A-Za-z0-9+/]+=*$/)
    const bytes = Buffer.from(made.secret.slice(6), 'base64').length
    expect(bytes).toBeGreaterThanOrEqual(24)
    expect(bytes).toBeLessThanOrEqual(64)
    const { secret, ...shown } = made
    expect(await app.server.webhookEndpoints.get({ endpointId: made.id })).toEqual(shown)
    expect((await app.server.webhookEndpoints.list()).data).toEqual([shown])
    for (const table of ['webhook_endpoints', 'idempotency_keys', 'audit']) {
      const { rows } = await database.query<{ row: string }>(`select t::text as row from ${table} t`)
      expect(rows.length).toBeGreaterThan(0)
      for (const { row } of rows) expect(row).not.toContain(secret.slice(6))
    }
  })

  it('is made once by a request that comes twice, which both get the secret; and refused under its key with another content', async () => {
    const [first, again] = [await create({ url, types: ['*'] }, 'one-key'), await create({ url, types: ['*'] }, 'one-key')]
    expect([first.status, again.status, again.headers.get('idempotent-replay')]).toEqual([201, 201, 'true'])
    expect(JSON.parse(again.text)).toEqual(JSON.parse(first.text))
    expect((await app.server.webhookEndpoints.list()).data).toHaveLength(1)
    const other = await create({ url, types: ['call.*'] }, 'one-key')
    expect([other.status, JSON.parse(other.text)]).toMatchObject([409, { code: 'idempotency_key_reused' }])
  })

  it.each<[string, string]>([
    ['http://10.0.0.1/hook', 'must name a host, not an address'],
    ['https://169.254.169.254/latest/meta-data', 'must name a host, not an address'],
    ['https://user:pw@hooks.example.com/', 'must not hold credentials'],
    ['https://hooks.example.com:25/', 'must use port 443, 80, or one from 1024'],
    ['https://metadata.google.internal/', 'must be a public host'],
    ['gopher://hooks.example.com/', 'must be an https or http URL'],
    ['not a url', 'must be a URL'],
  ])('is not made for %s', async (bad, detail) => {
    const refused = await create({ url: bad, types: ['*'] })
    expect([refused.status, JSON.parse(refused.text)]).toMatchObject([
      400,
      { code: 'invalid_request', errors: [{ pointer: '/url', detail }] },
    ])
    const { id } = await app.server.webhookEndpoints.create({ url, types: ['*'] })
    await expect(app.server.webhookEndpoints.update({ endpointId: id, url: bad })).rejects.toMatchObject({ code: 'invalid_request' })
    expect((await app.server.webhookEndpoints.get({ endpointId: id })).url).toBe(url)
  })

  it('of live mode is at a public host over https, whatever the operator lets test mode do', async () => {
    const live = app.app.modes.live.secretKey
    for (const bad of ['http://hooks.example.com/', 'http://127.0.0.1:3000/', 'https://localhost/', 'https://127.0.0.1/'])
      expect((await create({ url: bad, types: ['*'] }, undefined, live)).status, bad).toBe(400)
    expect((await create({ url, types: ['*'] }, undefined, live)).status).toBe(201)
    expect((await create({ url: 'http://127.0.0.1:3000/', types: ['*'] })).status).toBe(201)
  })

  it('may be at this machine in test mode only where the operator says so', async () => {
    const hosted = await startPlatform({ beside: platform, webhookReach: 'public' })
    const answer = await ask(hosted.url, {
      method: 'POST',
      path: '/v1/webhook-endpoints',
      credential: app.secretKey,
      body: { url: 'http://127.0.0.1:3000/', types: ['*'] },
    })
    expect(answer.status).toBe(400)
    await hosted.stop()
  })

  it.each([[[]], [['call']], [['call.unheard_of']], [['nobody.*']], [['*.*']], [['call.*', 7]], ['*'], [Array(51).fill('*')]])(
    'is not made for the types %j',
    async (types) => {
      expect((await create({ url, types })).status).toBe(400)
    },
  )

  it('may ask for areas whose events come later', async () => {
    expect((await create({ url, types: ['topup.*', 'withdrawal.*', 'referral.*', 'kyc.*', 'wallet.*'] })).status).toBe(201)
  })

  it('is changed, disabled, enabled and deleted, each on record', async () => {
    const { id } = await app.server.webhookEndpoints.create({ url, types: ['*'], description: 'first' })
    const update = app.server.webhookEndpoints.update
    expect(await update({ endpointId: id, types: ['call.*'], description: null })).toMatchObject({
      types: ['call.*'],
      description: null,
      url,
    })
    expect(await update({ endpointId: id, enabled: false })).toMatchObject({ status: 'disabled', disabledReason: 'requested' })
    expect(await update({ endpointId: id })).toMatchObject({ status: 'disabled' })
    expect(await update({ endpointId: id, enabled: true })).toMatchObject({ status: 'enabled', disabledReason: null })
    await app.server.webhookEndpoints.delete({ endpointId: id })
    const gone = { code: 'not_found' }
    await expect(app.server.webhookEndpoints.get({ endpointId: id })).rejects.toMatchObject(gone)
    await expect(app.server.webhookEndpoints.delete({ endpointId: id })).rejects.toMatchObject(gone)
    await expect(app.server.webhookEndpoints.rollSecret({ endpointId: id })).rejects.toMatchObject(gone)
    await expect(app.server.webhookEndpoints.test({ endpointId: id })).rejects.toMatchObject(gone)
    const { rows } = await database.query<{ action: string }>('select action from audit where subject = $1 order by id', [id])
    expect(rows.map(({ action }) => action)).toEqual([
      'webhook-endpoint.created',
      ...Array<string>(4).fill('webhook-endpoint.updated'),
      'webhook-endpoint.deleted',
    ])
    const left = await database.query<{ n: number }>('select length(secret_sealed) as n from webhook_endpoints where id = $1', [id])
    expect(left.rows).toEqual([{ n: 0 }])
  })

  it('is one of sixteen at most, also when many are made at once', async () => {
    const answers = await Promise.all(Array.from({ length: 20 }, () => create({ url, types: ['user.created'] })))
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(16)
    expect(answers.filter(({ status }) => status === 409)).toHaveLength(4)
    const first = await app.server.webhookEndpoints.list({ limit: 10 })
    const second = await app.server.webhookEndpoints.list({ limit: 10, cursor: first.nextCursor ?? '' })
    expect([first.data.length, second.data.length, second.nextCursor]).toEqual([10, 6, null])
  })

  it('shows a rolled secret once, and the same to the same request', async () => {
    const { id, secret } = await app.server.webhookEndpoints.create({ url, types: ['*'] })
    const roll = () => app.server.webhookEndpoints.rollSecret({ endpointId: id, overlapSeconds: 60 }, { idempotencyKey: `roll-${id}` })
    const [first, again] = [await roll(), await roll()]
    expect(first.secret).not.toBe(secret)
    expect(again).toEqual(first)
  })

  it('and its events are another app’s, and the other mode’s, in no way', async () => {
    const { id } = await app.server.webhookEndpoints.create({ url, types: ['*'] })
    const event = await app.server.webhookEndpoints.test({ endpointId: id })
    const other = await platform.app('Other')
    for (const credential of [other.secretKey, app.app.modes.live.secretKey]) {
      for (const [method, path, body] of [
        ['GET', `/v1/webhook-endpoints/${id}`, undefined],
        ['PATCH', `/v1/webhook-endpoints/${id}`, { enabled: false }],
        ['DELETE', `/v1/webhook-endpoints/${id}`, undefined],
        ['POST', `/v1/webhook-endpoints/${id}/roll-secret`, {}],
        ['POST', `/v1/webhook-endpoints/${id}/test`, undefined],
        ['GET', `/v1/events/${event.id}`, undefined],
        ['POST', `/v1/events/${event.id}/redeliver`, {}],
      ] as const)
        expect((await ask(platform.url, { method, path, body, credential })).status, `${method} ${path}`).toBe(404)
      const listed = await ask(platform.url, { method: 'GET', path: '/v1/events', credential })
      expect(listed.text).not.toContain(event.id)
    }
    const theirs = await other.server.webhookEndpoints.create({ url, types: ['*'] })
    await expect(app.server.events.redeliver({ eventId: event.id, endpointId: theirs.id })).rejects.toMatchObject({ code: 'not_found' })
    expect((await app.server.webhookEndpoints.get({ endpointId: id })).status).toBe('enabled')
  })
})
