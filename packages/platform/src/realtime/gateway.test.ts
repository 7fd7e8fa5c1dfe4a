import { connect as connectTcp } from 'node:net'
import type { WalletBalances } from '@impacthub/sdk/contract'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { startRealtime, createTenant, type RealtimeUnderTest } from '../../test/realtime/start-realtime.ts'
import { TestClient, until } from '../../test/realtime/test-client.ts'
import { freshDatabase, type FreshDatabase } from '../../test/server/fresh-database.ts'
import { createLogger } from '../base/logger.ts'
import { memoryBus } from '../bus/memory-bus.ts'
import { connect, type Db } from '../db/connect.ts'
import { migrate } from '../db/migrate.ts'
import type { RealtimeSettings } from './index.ts'
import { createTicket, redeemTicket } from './tickets.ts'

let database: FreshDatabase
let db: Db
let running: RealtimeUnderTest | undefined

beforeAll(async () => {
  database = await freshDatabase({ migrate })
  db = connect(database.connection)
})
afterAll(async () => {
  await db.close()
  await database.drop()
})
afterEach(async () => {
  await running?.close()
  running = undefined
})

/** Realtime with the users ana, bo and cy. */
async function start(settings: Partial<RealtimeSettings> = {}): Promise<RealtimeUnderTest> {
  const tenant = await createTenant(db, ['ana', 'bo', 'cy'])
  running = await startRealtime({ db, bus: memoryBus(createLogger('silent')), tenant, settings })
  return running
}

const hello = (rt: RealtimeUnderTest, user: string, more: Record<string, unknown> = {}) =>
  TestClient.hello(rt.url, { token: rt.token(user), ...more })

const walletOf = (userId: string, balance: number): WalletBalances => ({
  userId,
  balance,
  buckets: { bonus: 0, purchased: balance, earned: 0, held: 0 },
  withdrawable: 0,
})

const ticketFor = async (rt: RealtimeUnderTest, user?: string) => {
  const operation = rt.realtime.operations.find((one) => one.name === 'realtime.createTicket')
  const actor = user === undefined ? rt.serverActor : await rt.actor(user)
  return (await operation?.handler({} as never, { actor } as never)) as { ticket: string; expiresAt: string; url: string }
}

describe('signing in', () => {
  it('begins with a snapshot of everything the client should know', async () => {
    const rt = await start()
    rt.state = async () => ({ calls: [], wallet: walletOf('ana', 7) })
    const client = await hello(rt, 'ana', { watch: ['bo', 'nobody'] })
    expect(await client.next()).toEqual({
      seq: 1,
      type: 'session.snapshot',
      data: {
        session: expect.stringMatching(/^ses_/),
        userId: 'ana',
        calls: [],
        wallet: walletOf('ana', 7),
        presence: [
          { userId: 'bo', status: 'offline' },
          { userId: 'nobody', status: 'offline' },
        ],
      },
    })
  })

  it('takes a ticket once, in the first message or in the address', async () => {
    const rt = await start()
    const first = await ticketFor(rt, 'ana')
    expect(first.url).toBe('wss://connect.example/v1/realtime')
    expect(Buffer.from(first.ticket, 'base64url').length).toBeGreaterThanOrEqual(16)
    const client = await TestClient.hello(rt.url, { ticket: first.ticket })
    expect((await client.next()).data).toMatchObject({ userId: 'ana' })
    const again = await TestClient.hello(rt.url, { ticket: first.ticket })
    expect(await again.closed).toBe(4401)
    const second = await ticketFor(rt, 'bo')
    const byQuery = await TestClient.hello(`${rt.url}?ticket=${second.ticket}`, {})
    expect((await byQuery.next()).data).toMatchObject({ userId: 'bo' })
  })

  it('gives one connection for a ticket used by many at once', async () => {
    const rt = await start()
    const { ticket } = await ticketFor(rt, 'ana')
    const clients = await Promise.all(Array.from({ length: 5 }, () => TestClient.hello(rt.url, { ticket })))
    const ends = await Promise.all(clients.map((client) => Promise.race([client.closed, client.next()])))
    expect(ends.filter((end) => end === 4401)).toHaveLength(4)
  })

  it('refuses a ticket after 30 seconds, or when its credentials were revoked meanwhile', async () => {
    const rt = await start()
    const late = await ticketFor(rt, 'ana')
    rt.clock.advance(30_000)
    expect(await (await TestClient.hello(rt.url, { ticket: late.ticket })).closed).toBe(4401)
    const void_ = await ticketFor(rt, 'ana')
    rt.revoked.add((await rt.actor('ana')).userId)
    expect(await (await TestClient.hello(rt.url, { ticket: void_.ticket })).closed).toBe(4401)
  })

  it('keeps a ticket’s tenant: who redeems it acts where it was made', async () => {
    const rt = await start()
    const bus = memoryBus(createLogger('silent'))
    const parts = { bus, clock: rt.clock, publicUrl: 'http://x', stillValid: async () => true } as never
    const actor = await rt.actor('ana')
    const { ticket } = await createTicket(parts, actor)
    expect(await redeemTicket(parts, ticket)).toEqual(actor)
  })

  it.each([
    ['no credential', {}],
    ['a wrong token', { token: 'nonsense' }],
    ['an unknown user', { token: `${Date.UTC(2026, 0, 1)} zoe` }],
    ['an unknown ticket', { ticket: 'x'.repeat(32) }],
  ])('closes with 4401 for %s', async (_name, message) => {
    const rt = await start()
    expect(await (await TestClient.hello(rt.url, message)).closed).toBe(4401)
  })

  it('closes with 4401 when no hello comes in time', async () => {
    const rt = await start({ helloMs: 50, tickMs: 20 })
    expect(await new TestClient(rt.url).closed).toBe(4401)
  })

  it('checks the page’s origin, and never takes a page for a server', async () => {
    const rt = await start()
    const token = rt.token('ana')
    const own = await TestClient.hello(rt.url, { token }, { origin: 'https://host.example' })
    expect((await own.next()).type).toBe('session.snapshot')
    for (const origin of ['https://evil.example', 'null']) {
      expect(await (await TestClient.hello(rt.url, { token }, { origin })).closed).toBe(4403)
    }
    const { ticket } = await ticketFor(rt)
    expect(await (await TestClient.hello(rt.url, { ticket }, { origin: 'https://host.example' })).closed).toBe(4403)
  })

  it('answers other paths with 404', async () => {
    const rt = await start()
    expect(await new TestClient(rt.url.replace('realtime', 'elsewhere')).closed).toBe(404)
  })
})

describe('events', () => {
  it('reach every connection of the user, in order, and nobody else', async () => {
    const rt = await start()
    const ana = await rt.actor('ana')
    const one = await hello(rt, 'ana')
    const two = await hello(rt, 'ana')
    const other = await hello(rt, 'bo')
    await Promise.all([one.next(), two.next(), other.next()])
    for (let i = 1; i <= 5; i++) await rt.fanOut.toUser(ana.tenant.id, ana.userId, 'wallet.updated', walletOf('ana', i))
    await rt.fanOut.toUser(ana.tenant.id, (await rt.actor('bo')).userId, 'wallet.updated', walletOf('bo', 1))
    for (const client of [one, two]) {
      for (let i = 1; i <= 5; i++) expect(await client.next()).toMatchObject({ seq: i + 1, data: { userId: 'ana', balance: i } })
    }
    expect(await other.next()).toMatchObject({ seq: 2, data: { userId: 'bo' } })
  })

  it('come after the snapshot, however long it takes to read', async () => {
    const rt = await start()
    const { promise, resolve } = Promise.withResolvers<void>()
    let reading = false
    rt.state = async () => {
      reading = true
      await promise
      return { calls: [], wallet: null }
    }
    const client = await hello(rt, 'ana')
    await until(() => reading)
    const ana = await rt.actor('ana')
    await rt.fanOut.toUser(ana.tenant.id, ana.userId, 'wallet.updated', walletOf('ana', 3))
    resolve()
    expect(await client.next()).toMatchObject({ seq: 1, type: 'session.snapshot' })
    expect(await client.next()).toMatchObject({ seq: 2, type: 'wallet.updated', data: { balance: 3 } })
  })

  it('of the whole app reach a server connection', async () => {
    const rt = await start()
    const { ticket } = await ticketFor(rt)
    const server = await TestClient.hello(rt.url, { ticket, watch: ['ana'] })
    expect((await server.next()).data).not.toHaveProperty('userId')
    await rt.fanOut.toApp(rt.serverActor.tenant.id, 'wallet.updated', walletOf('ana', 2))
    expect(await server.next()).toMatchObject({ type: 'wallet.updated', data: { balance: 2 } })
    await rt.fanOut.toUser(rt.serverActor.tenant.id, (await rt.actor('ana')).userId, 'wallet.updated', walletOf('ana', 9))
    await hello(rt, 'ana')
    expect(await server.next()).toMatchObject({ type: 'presence.changed', data: { userId: 'ana', status: 'online' } })
  })

  it('never cross from one app to another', async () => {
    const rt = await start()
    const foreign = await startRealtime({ db, bus: rt.presence.bus, tenant: await createTenant(db, ['ana', 'bo']) })
    const here = await hello(rt, 'bo', { watch: ['ana'] })
    await here.next()
    const there = await hello(foreign, 'ana')
    await there.next()
    const ana = await rt.actor('ana')
    await rt.fanOut.toUser(ana.tenant.id, ana.userId, 'wallet.updated', walletOf('ana', 1))
    await hello(rt, 'ana')
    expect(await here.next()).toMatchObject({ seq: 2, type: 'presence.changed' })
    expect(there.frames).toHaveLength(1)
    await foreign.close()
  })
})

describe('a broken connection', () => {
  it('is resumed with exactly the frames missed', async () => {
    const rt = await start()
    const ana = await rt.actor('ana')
    const tell = (balance: number) => rt.fanOut.toUser(ana.tenant.id, ana.userId, 'wallet.updated', walletOf('ana', balance))
    const client = await hello(rt, 'ana')
    const { session } = (await client.next()).data
    await tell(1)
    await client.next()
    client.socket.terminate()
    await until(() => rt.realtime.sockets === 0)
    await tell(2)
    await tell(3)
    const back = await hello(rt, 'ana', { resume: { session, seq: 1 } })
    expect(await back.next()).toEqual({ seq: 1, type: 'session.resumed', data: { session } })
    for (const balance of [1, 2, 3]) expect(await back.next()).toMatchObject({ seq: balance + 1, data: { balance } })
    await tell(4)
    expect(await back.next()).toMatchObject({ seq: 5, data: { balance: 4 } })
  })

  it('is taken over from a socket that hangs', async () => {
    const rt = await start()
    const client = await hello(rt, 'ana')
    const { session } = (await client.next()).data
    const back = await hello(rt, 'ana', { resume: { session, seq: 1 } })
    expect(await back.next()).toMatchObject({ type: 'session.resumed' })
    expect(await client.closed).toBe(1000)
  })

  it('begins anew with a snapshot when too much was missed', async () => {
    const rt = await start()
    const ana = await rt.actor('ana')
    const client = await hello(rt, 'ana')
    const { session } = (await client.next()).data
    client.socket.terminate()
    await until(() => rt.realtime.sockets === 0)
    for (let i = 0; i < 300; i++) await rt.fanOut.toUser(ana.tenant.id, ana.userId, 'wallet.updated', walletOf('ana', i))
    const back = await hello(rt, 'ana', { resume: { session, seq: 1 } })
    const fresh = await back.next()
    expect(fresh).toMatchObject({ seq: 1, type: 'session.snapshot' })
    expect(fresh.data['session']).not.toBe(session)
  })

  it.each([
    ['of somebody else', 'bo', 1],
    ['with a number that never was', 'ana', 99],
  ])('is not resumed %s', async (_name, user, seq) => {
    const rt = await start()
    const client = await hello(rt, 'ana')
    const { session } = (await client.next()).data
    const back = await hello(rt, user, { resume: { session, seq } })
    expect(await back.next()).toMatchObject({ seq: 1, type: 'session.snapshot', data: { userId: user } })
  })

  it('is forgotten after its time', async () => {
    const rt = await start({ keepMs: 1, recheckMs: 20 })
    const client = await hello(rt, 'ana')
    const { session } = (await client.next()).data
    await client.close()
    await new Promise((resolve) => setTimeout(resolve, 100))
    const back = await hello(rt, 'ana', { resume: { session, seq: 1 } })
    expect(await back.next()).toMatchObject({ type: 'session.snapshot' })
  })
})

describe('the end of credentials', () => {
  it('closes with 4401 when the token ends, unless it was renewed', async () => {
    const rt = await start({ tickMs: 20 })
    const renewed = await hello(rt, 'ana')
    const expired = await hello(rt, 'ana')
    await Promise.all([renewed.next(), expired.next()])
    rt.clock.advance(14 * 60_000)
    renewed.send({ type: 'renew', token: rt.token('ana') })
    const ana = await rt.actor('ana')
    renewed.send({ type: 'watch', userIds: ['bo'] })
    await renewed.nextOf('presence.snapshot')
    rt.clock.advance(2 * 60_000)
    expect(await expired.closed).toBe(4401)
    await rt.fanOut.toUser(ana.tenant.id, ana.userId, 'wallet.updated', walletOf('ana', 1))
    expect((await renewed.nextOf('wallet.updated')).data).toMatchObject({ balance: 1 })
  })

  it('does not let a session be renewed for another user', async () => {
    const rt = await start()
    const client = await hello(rt, 'ana')
    client.send({ type: 'renew', token: rt.token('bo') })
    expect(await client.closed).toBe(4401)
  })

  it('closes with 4403 when they are revoked: found by asking', async () => {
    const rt = await start({ recheckMs: 20 })
    const client = await hello(rt, 'ana')
    const other = await hello(rt, 'bo')
    await Promise.all([client.next(), other.next()])
    rt.revoked.add((await rt.actor('ana')).userId)
    expect(await client.closed).toBe(4403)
    expect(other.socket.readyState).toBe(other.socket.OPEN)
  })

  it('closes with 4403 when they are revoked: at once when told', async () => {
    const rt = await start({ recheckMs: 3_600_000 })
    const { ticket } = await ticketFor(rt)
    const server = await TestClient.hello(rt.url, { ticket })
    await server.next()
    rt.revoked.add(rt.serverActor.keyId)
    await rt.fanOut.credentialsChanged(rt.serverActor.tenant.id)
    expect(await server.closed).toBe(4403)
  })
})

describe('limits', () => {
  it.each([
    ['text that is not JSON', 'hello'],
    ['a message of no known type', '{"type":"shout"}'],
    ['a field too many', '{"type":"hello","tenant":7}'],
    ['an array', '[]'],
    ['a prototype', '{"type":"hello","__proto__":{"token":"x"},"token":7}'],
    ['an id that cannot be stored', JSON.stringify({ type: 'hello', watch: ['a\u0000b'] })],
    ['half a character', '{"type":"hello","watch":["\\ud800"]}'],
    ['more users than can be watched', JSON.stringify({ type: 'hello', watch: Array.from({ length: 1_001 }, (_, i) => `u${i}`) })],
    ['bytes', Buffer.from('{"type":"hello"}')],
  ])('closes with 4400 for %s', async (_name, message) => {
    const rt = await start()
    const client = new TestClient(rt.url)
    await new Promise((resolve) => client.socket.once('open', resolve))
    client.socket.send(message)
    expect(await client.closed).toBe(4400)
  })

  it('wants hello first, and only once', async () => {
    const rt = await start()
    const rude = new TestClient(rt.url)
    await new Promise((resolve) => rude.socket.once('open', resolve))
    rude.send({ type: 'watch', userIds: ['bo'] })
    expect(await rude.closed).toBe(4400)
    const twice = await hello(rt, 'ana')
    twice.send({ type: 'hello', token: rt.token('ana') })
    expect(await twice.closed).toBe(4400)
  })

  it('takes messages up to 16 KiB', async () => {
    const rt = await start()
    const client = await hello(rt, 'ana')
    await client.next()
    client.send({ type: 'watch', userIds: Array.from({ length: 10_000 }, (_, i) => `user-${i}`) })
    expect(await client.closed).toBe(1009)
  })

  it('takes a message in at most 16 fragments', async () => {
    const rt = await start()
    const client = await hello(rt, 'ana')
    await client.next()
    for (let i = 0; i < 20; i++) client.socket.send('x', { fin: false })
    expect([1008, 1009]).toContain(await client.closed)
  })

  it('closes with 4429 for too many messages', async () => {
    const rt = await start()
    const client = await hello(rt, 'ana')
    await client.next()
    for (let i = 0; i < 100; i++) client.send({ type: 'watch', userIds: [] })
    expect(await client.closed).toBe(4429)
  })

  it('lets a user have ten sockets, and another when one is gone', async () => {
    const rt = await start()
    const clients = await Promise.all(Array.from({ length: 10 }, () => hello(rt, 'ana')))
    await Promise.all(clients.map((client) => client.next()))
    expect(await (await hello(rt, 'ana')).closed).toBe(4430)
    const { session } = clients[0]?.frames[0]?.data ?? {}
    // Naming a session that is alive is no way around it.
    expect(await (await hello(rt, 'ana', { resume: { session, seq: 99 } })).closed).toBe(4430)
    expect((await (await hello(rt, 'bo')).next()).type).toBe('session.snapshot')
    await clients[0]?.close()
    await until(async () => {
      const next = await hello(rt, 'ana')
      return (await Promise.race([next.closed, next.next()])) !== 4430
    })
  })

  it('lets an address make 100 handshakes a minute, and says when to come again', async () => {
    const rt = await start({ handshakesPerMinute: 3 })
    const from = (ip: string) => new TestClient(rt.url, { headers: { 'x-test-ip': ip } })
    for (let i = 0; i < 3; i++) await new Promise((resolve) => from('192.0.2.1').socket.once('open', resolve))
    const refused = from('192.0.2.1')
    expect(await refused.closed).toBe(429)
    expect(Number(refused.refusal.retryAfter)).toBeGreaterThan(0)
    await new Promise((resolve) => from('192.0.2.2').socket.once('open', resolve))
  })

  it('turns away strangers in a storm', async () => {
    const rt = await start({ maxUnidentified: 2 })
    for (let i = 0; i < 2; i++) await new Promise((resolve) => new TestClient(rt.url).socket.once('open', resolve))
    const refused = new TestClient(rt.url)
    expect(await refused.closed).toBe(503)
    expect(Number(refused.refusal.retryAfter)).toBeGreaterThan(0)
  })

  it('closes with 4408 for a client that does not read, and lets it resume', async () => {
    const rt = await start({ maxUnsentBytes: 64 * 1024 })
    const ana = await rt.actor('ana')
    const client = await hello(rt, 'ana')
    const { session } = (await client.next()).data
    client.socket.pause()
    const bulk = { ...walletOf('ana', 1), padding: 'x'.repeat(60_000) }
    await until(async () => {
      await rt.fanOut.toUser(ana.tenant.id, ana.userId, 'wallet.updated', bulk)
      return rt.realtime.sockets === 0 || (await presenceOf(rt, 'ana')) === 'offline'
    })
    client.socket.resume()
    expect([4408, 1006]).toContain(await client.closed)
    const back = await hello(rt, 'ana', { resume: { session, seq: client.frames.at(-1)?.seq } })
    expect(['session.resumed', 'session.snapshot']).toContain((await back.next()).type)
  })

  it('survives whatever is thrown at its port', async () => {
    const rt = await start()
    const { port } = new URL(rt.url)
    const upgrade = 'GET /v1/realtime HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n'
    const handshake = `${upgrade}Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${Buffer.alloc(16).toString('base64')}\r\n\r\n`
    const attacks = [
      `${upgrade}\r\n`,
      `${handshake.replace('GET', 'POST')}`,
      `${handshake.replace('/v1/realtime', '//[')}`,
      `${handshake}\xff\xff\xff\xff`,
      Buffer.concat([Buffer.from(handshake), Buffer.from([0x81, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff])]),
    ]
    for (const attack of attacks) {
      const socket = connectTcp(Number(port), '127.0.0.1')
      socket.on('error', () => undefined)
      socket.resume()
      socket.write(attack)
      await new Promise((resolve) => socket.once('close', resolve))
    }
    expect((await (await hello(rt, 'ana')).next()).type).toBe('session.snapshot')
  })

  it('sends everybody elsewhere when it stops', async () => {
    const rt = await start()
    const client = await hello(rt, 'ana')
    await client.next()
    await rt.realtime.close()
    expect(await client.closed).toBe(1012)
  })
})

async function presenceOf(rt: RealtimeUnderTest, user: string): Promise<string> {
  const { userId, tenant } = await rt.actor(user)
  return (await rt.presence.bus.alive(`${tenant.id}:connected`, [userId])).has(userId) ? 'online' : 'offline'
}
