import { verifyWebhook } from '@impacthub/sdk/server'
import { Webhook } from 'standardwebhooks'
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { pauses } from '../../src/features/webhooks/retry-schedule.ts'
import { startPlatform, type TestApp, type TestPlatform } from '../start-platform.ts'
import { startReceiver, type Received, type Receiver } from './receiver.ts'

let platform: TestPlatform
let app: TestApp
let receiver: Receiver
let other: Receiver
beforeAll(async () => {
  platform = await startPlatform()
})
beforeEach(async () => {
  app = await platform.app()
  receiver = await startReceiver()
  other = await startReceiver()
  return () => Promise.all([receiver.close(), other.close()])
})
afterAll(() => platform.stop())

type Types = Parameters<TestApp['server']['webhookEndpoints']['create']>[0]['types']
const register = ({ url }: Receiver = receiver, types: Types = ['webhook.*']) => app.server.webhookEndpoints.create({ url, types })
const test = (endpointId: string) => app.server.webhookEndpoints.test({ endpointId })
const deliveryOf = async (eventId: string, endpointId: string) => {
  const { deliveries } = await app.server.events.get({ eventId })
  return deliveries.find((delivery) => delivery.endpointId === endpointId)
}
const timesOf = (received: readonly Received[]) => received.map(({ headers }) => Number(headers['webhook-timestamp']))
const now = () => new Date(platform.held.now())

/** The reference implementation reads the clock of the machine. */
function verifiedByReference(secret: string, { headers, body }: Received): unknown {
  vi.useFakeTimers({ toFake: ['Date'], now: platform.held.now() })
  try {
    return new Webhook(secret).verify(body, headers as Record<string, string>)
  } finally {
    vi.useRealTimers()
  }
}

/** Moves time on to the next try, and lets it end. */
async function nextTry(eventId: string, endpointId: string): Promise<void> {
  const at = (await deliveryOf(eventId, endpointId))?.nextTryAt
  if (at === null || at === undefined) throw new Error('nothing is planned')
  const seconds = Math.ceil((Date.parse(at) - platform.held.now()) / 1_000)
  await platform.advance(seconds + 1, seconds + 1)
}

describe('a delivery', () => {
  it('is signed as Standard Webhooks says: the reference believes it, and so does the SDK', async () => {
    const { id, secret } = await register()
    const event = await test(id)
    await platform.quiet()
    const [got] = await receiver.of('webhook.test')
    if (got === undefined) throw new Error('nothing came')
    expect(got.event).toEqual({
      id: event.id,
      type: 'webhook.test',
      timestamp: event.timestamp,
      sequence: 1,
      mode: 'test',
      data: { endpointId: id },
    })
    expect(got.headers).toMatchObject({ 'content-type': 'application/json', 'webhook-id': event.id })
    expect(verifiedByReference(secret, got)).toEqual(got.event)
    expect(await verifyWebhook({ secret, headers: got.headers, body: got.body, now: now() })).toEqual(got.event)
    const forged = { ...got, body: got.body.replace('"sequence":1', '"sequence":2') }
    expect(() => verifiedByReference(secret, forged)).toThrow()
    await expect(verifyWebhook({ secret, headers: forged.headers, body: forged.body, now: now() })).rejects.toMatchObject({
      code: 'invalid_signature',
    })
    expect(await deliveryOf(event.id, id)).toMatchObject({
      status: 'succeeded',
      nextTryAt: null,
      attempts: [{ at: now().toISOString(), status: 204, failure: null }],
    })
  })

  it('carries both signatures while a secret is rolled, and one afterwards', async () => {
    const { id, secret: before } = await register()
    const { secret: after } = await app.server.webhookEndpoints.rollSecret({ endpointId: id, overlapSeconds: 60 })
    expect(after).not.toBe(before)
    await test(id)
    await platform.quiet()
    const [during] = await receiver.of('webhook.test')
    if (during === undefined) throw new Error('nothing came')
    for (const secret of [before, after]) expect(verifiedByReference(secret, during)).toEqual(during.event)
    await platform.advance(61, 61)
    await test(id)
    await platform.quiet()
    const [, later] = await receiver.of('webhook.test', 2)
    if (later === undefined) throw new Error('nothing came')
    expect(verifiedByReference(after, later)).toEqual(later.event)
    expect(() => verifiedByReference(before, later)).toThrow()
    const { secret: last } = await app.server.webhookEndpoints.rollSecret({ endpointId: id, overlapSeconds: 0 })
    await test(id)
    await platform.quiet()
    const [, , final] = await receiver.of('webhook.test', 3)
    if (final === undefined) throw new Error('nothing came')
    expect(verifiedByReference(last, final)).toEqual(final.event)
    expect(() => verifiedByReference(after, final)).toThrow()
  })

  it('is tried for three days with growing pauses; then the endpoint is disabled and the owner told', async () => {
    const { id } = await register()
    await register(other, ['webhook_endpoint.disabled'])
    receiver.answer({ status: 500, body: 'a secret of the host' })
    const begun = platform.held.now()
    const event = await test(id)
    await platform.quiet()
    for (let tries = 1; tries <= pauses.length; tries++) await nextTry(event.id, id)
    const days = (platform.held.now() - begun) / 86_400_000
    expect(days).toBeGreaterThan(2.6)
    expect(days).toBeLessThan(3.4)
    const tries = await receiver.of('webhook.test', pauses.length + 1)
    expect(tries).toHaveLength(pauses.length + 1)
    expect(new Set(tries.map(({ headers }) => headers['webhook-id']))).toEqual(new Set([event.id]))
    expect(new Set(tries.map(({ body }) => body)).size).toBe(1)
    const times = timesOf(tries)
    for (const [n, pause] of pauses.entries()) {
      const waited = ((times[n + 1] ?? 0) - (times[n] ?? 0)) * 1_000
      expect(waited).toBeGreaterThanOrEqual(pause * 0.9 - 1_000)
      expect(waited).toBeLessThanOrEqual(pause * 1.1 + 3_000)
    }
    const delivery = await deliveryOf(event.id, id)
    expect(delivery).toMatchObject({ status: 'failed', nextTryAt: null })
    expect(delivery?.attempts).toHaveLength(pauses.length + 1)
    expect(delivery?.attempts.every(({ status, failure }) => status === 500 && failure === 'http_error')).toBe(true)
    expect(await app.server.webhookEndpoints.get({ endpointId: id })).toMatchObject({ status: 'disabled', disabledReason: 'failing' })
    const [told] = await other.of('webhook_endpoint.disabled')
    expect(told?.event.data).toEqual({ id, url: receiver.url, reason: 'failing' })
    expect(JSON.stringify(await app.server.events.get({ eventId: event.id }))).not.toContain('a secret of the host')
  })

  it('that fails for three days among others that succeed disables nothing', async () => {
    const { id } = await register()
    receiver.answer({ status: 422 })
    const event = await test(id)
    await platform.quiet()
    for (let tries = 1; tries < pauses.length; tries++) await nextTry(event.id, id)
    receiver.answer({ status: 204 })
    await test(id)
    await platform.quiet()
    receiver.answer({ status: 422 })
    await nextTry(event.id, id)
    expect(await deliveryOf(event.id, id)).toMatchObject({ status: 'failed' })
    expect(await app.server.webhookEndpoints.get({ endpointId: id })).toMatchObject({ status: 'enabled' })
  })

  it('ends at 410: the endpoint is disabled, what waits is called off, and it can be enabled again', async () => {
    const { id } = await register()
    await register(other, ['webhook_endpoint.*'])
    receiver.answer({ status: 500 })
    const waiting = await test(id)
    await platform.quiet()
    receiver.answer({ status: 410 })
    const event = await test(id)
    await platform.quiet()
    expect(await app.server.webhookEndpoints.get({ endpointId: id })).toMatchObject({
      status: 'disabled',
      disabledReason: 'gone',
      disabledAt: now().toISOString(),
    })
    expect((await deliveryOf(waiting.id, id))?.status).toBe('canceled')
    expect((await deliveryOf(event.id, id))?.attempts).toMatchObject([{ status: 410, failure: 'http_error' }])
    expect((await other.of('webhook_endpoint.disabled'))[0]?.event.data).toMatchObject({ reason: 'gone' })
    await expect(test(id)).rejects.toMatchObject({ code: 'conflict' })
    await expect(app.server.events.redeliver({ eventId: event.id, endpointId: id })).rejects.toMatchObject({ code: 'conflict' })
    const count = receiver.received.length
    await platform.advance(3_600, 600)
    expect(receiver.received).toHaveLength(count)
    expect(await app.server.webhookEndpoints.update({ endpointId: id, enabled: true })).toMatchObject({
      status: 'enabled',
      disabledAt: null,
    })
    receiver.answer({ status: 200 })
    await test(id)
    await platform.quiet()
    expect(receiver.received).toHaveLength(count + 1)
  })

  it('waits as long as 429 and Retry-After say, and so do those behind it', async () => {
    const { id } = await register()
    receiver.answer({ status: 429, headers: { 'retry-after': '600' } })
    const event = await test(id)
    await platform.quiet()
    receiver.answer({ status: 204 })
    const behind = await test(id)
    await platform.advance(590, 59)
    expect(receiver.received).toHaveLength(1)
    await platform.advance(12, 4)
    expect(receiver.received).toHaveLength(3)
    for (const { id: eventId } of [event, behind]) expect((await deliveryOf(eventId, id))?.status).toBe('succeeded')
  })

  it.each([502, 504])('gives the endpoint a rest at %i, also without a word of how long', async (status) => {
    const { id } = await register()
    receiver.answer({ status })
    await test(id)
    await platform.quiet()
    receiver.answer({ status: 204 })
    await test(id)
    await platform.advance(25, 5)
    expect(receiver.received).toHaveLength(1)
    await platform.advance(10, 5)
    expect(receiver.received).toHaveLength(3)
  })

  it('does not follow a redirect', async () => {
    const { id } = await register()
    receiver.answer({ status: 302, headers: { location: other.url } })
    const event = await test(id)
    await platform.quiet()
    expect(other.received).toEqual([])
    expect(await deliveryOf(event.id, id)).toMatchObject({ status: 'pending', attempts: [{ status: 302, failure: 'redirect' }] })
  })

  it('succeeds by its status, whatever masses of body come with it', async () => {
    const { id } = await register()
    receiver.answer({ status: 200, body: Buffer.alloc(4_000_000, 'x') })
    const event = await test(id)
    await platform.quiet()
    expect((await deliveryOf(event.id, id))?.status).toBe('succeeded')
  })

  it('is given up when no answer comes in 15 seconds', async () => {
    const { id } = await register()
    receiver.answer('hang')
    const event = await test(id)
    await receiver.of('webhook.test')
    await platform.held.advance(14_900)
    expect((await deliveryOf(event.id, id))?.attempts).toEqual([])
    await platform.held.advance(100)
    await expect.poll(async () => (await deliveryOf(event.id, id))?.attempts).toMatchObject([{ status: null, failure: 'timeout' }])
  })

  it('finds nobody, and says so', async () => {
    const { id } = await register()
    await receiver.close()
    const event = await test(id)
    await platform.quiet()
    expect((await deliveryOf(event.id, id))?.attempts).toMatchObject([{ status: null, failure: 'connection' }])
    receiver = await startReceiver()
  })

  it('goes to the address that the endpoint has now', async () => {
    const { id } = await register()
    receiver.answer({ status: 500 })
    const event = await test(id)
    await platform.quiet()
    await app.server.webhookEndpoints.update({ endpointId: id, url: other.url })
    await nextTry(event.id, id)
    expect([receiver.received.length, other.received.length]).toEqual([1, 1])
  })
})

describe('a redelivery', () => {
  it('has the same webhook-id and body, a new time, and is tried like a first one', async () => {
    const { id, secret } = await register()
    const event = await test(id)
    await platform.quiet()
    await platform.advance(100, 100)
    receiver.answer({ status: 500 })
    expect((await app.server.events.redeliver({ eventId: event.id })).deliveries).toMatchObject([{ endpointId: id, status: 'pending' }])
    await platform.quiet()
    receiver.answer({ status: 204 })
    await nextTry(event.id, id)
    const all = await receiver.of('webhook.test', 3)
    const last = all.at(-1)
    if (last === undefined) throw new Error('nothing came')
    expect(new Set(all.map(({ headers, body }) => `${String(headers['webhook-id'])} ${body}`)).size).toBe(1)
    expect(new Set(timesOf(all)).size).toBe(3)
    expect(verifiedByReference(secret, last)).toEqual(last.event)
    expect((await deliveryOf(event.id, id))?.attempts.map(({ status }) => status)).toEqual([204, 500, 204])
  })

  it('goes to one endpoint when it is named, also to one that has never seen the event', async () => {
    const { id } = await register()
    const { id: second } = await register(other, ['user.created'])
    const event = await test(id)
    await platform.quiet()
    await app.server.events.redeliver({ eventId: event.id, endpointId: second })
    await platform.quiet()
    expect([receiver.received.length, other.received.length]).toEqual([1, 1])
    expect(other.received[0]?.headers['webhook-id']).toBe(event.id)
  })

  it('asked for twice under one key happens once', async () => {
    const { id } = await register()
    const event = await test(id)
    await platform.quiet()
    const again = () => app.server.events.redeliver({ eventId: event.id }, { idempotencyKey: `again-${event.id}` })
    await again()
    await platform.quiet()
    await again()
    await platform.quiet()
    expect(receiver.received).toHaveLength(2)
  })
})
