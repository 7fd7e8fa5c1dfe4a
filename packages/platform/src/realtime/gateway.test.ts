import { describe, expect, it } from 'vitest'
import { TestClient, until } from '../../test/realtime/test-client.ts'
import { hello, ticketFor, useRealtime, walletOf } from '../../test/realtime/use-realtime.ts'
import { createLogger } from '../base/logger.ts'
import { memoryBus } from '../bus/memory-bus.ts'
import { createTicket, redeemTicket } from './tickets.ts'

const realtime = useRealtime()

describe('signing in', () => {
  it('begins with a snapshot of everything the client should know', async () => {
    const rt = await realtime.start()
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
          { userId: 'bo', status: 'offline', rate: null },
          { userId: 'nobody', status: 'offline', rate: null },
        ],
      },
    })
  })

  it('takes a ticket once, in the first message or in the address', async () => {
    const rt = await realtime.start()
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
    const rt = await realtime.start()
    const { ticket } = await ticketFor(rt, 'ana')
    const clients = await Promise.all(Array.from({ length: 5 }, () => TestClient.hello(rt.url, { ticket })))
    const ends = await Promise.all(clients.map((client) => Promise.race([client.closed, client.next()])))
    expect(ends.filter((end) => end === 4401)).toHaveLength(4)
  })

  it('refuses a ticket after 30 seconds, or when its credentials were revoked meanwhile', async () => {
    const rt = await realtime.start()
    const late = await ticketFor(rt, 'ana')
    rt.clock.advance(30_000)
    expect(await (await TestClient.hello(rt.url, { ticket: late.ticket })).closed).toBe(4401)
    const void_ = await ticketFor(rt, 'ana')
    rt.revoked.add((await rt.actor('ana')).userId)
    expect(await (await TestClient.hello(rt.url, { ticket: void_.ticket })).closed).toBe(4401)
  })

  it('keeps a ticket’s tenant: who redeems it acts where it was made', async () => {
    const rt = await realtime.start()
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
    const rt = await realtime.start()
    expect(await (await TestClient.hello(rt.url, message)).closed).toBe(4401)
  })

  it('closes with 4401 when no hello comes in time', async () => {
    const rt = await realtime.start({ helloMs: 50, tickMs: 20 })
    expect(await new TestClient(rt.url).closed).toBe(4401)
  })

  it('checks the page’s origin, and never takes a page for a server', async () => {
    const rt = await realtime.start()
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
    const rt = await realtime.start()
    expect(await new TestClient(rt.url.replace('realtime', 'elsewhere')).closed).toBe(404)
  })
})

describe('events', () => {
  it('reach every connection of the user, in order, and nobody else', async () => {
    const rt = await realtime.start()
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
    const rt = await realtime.start()
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
    const rt = await realtime.start()
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
    const rt = await realtime.start()
    const foreign = await realtime.startBeside({ bus: rt.presence.bus })
    const here = await hello(rt, 'bo', { watch: ['ana'] })
    await here.next()
    const there = await hello(foreign, 'ana')
    await there.next()
    const ana = await rt.actor('ana')
    await rt.fanOut.toUser(ana.tenant.id, ana.userId, 'wallet.updated', walletOf('ana', 1))
    await hello(rt, 'ana')
    expect(await here.next()).toMatchObject({ seq: 2, type: 'presence.changed' })
    expect(there.frames).toHaveLength(1)
  })
})

describe('the end of credentials', () => {
  it('closes with 4401 when the token ends, unless it was renewed', async () => {
    const rt = await realtime.start({ tickMs: 20 })
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
    const rt = await realtime.start()
    const client = await hello(rt, 'ana')
    client.send({ type: 'renew', token: rt.token('bo') })
    expect(await client.closed).toBe(4401)
  })

  it('closes with 4403 when they are revoked: found by asking', async () => {
    const rt = await realtime.start({ recheckMs: 20 })
    const client = await hello(rt, 'ana')
    const other = await hello(rt, 'bo')
    await Promise.all([client.next(), other.next()])
    rt.revoked.add((await rt.actor('ana')).userId)
    expect(await client.closed).toBe(4403)
    expect(other.socket.readyState).toBe(other.socket.OPEN)
  })

  it('closes with 4403 when they are revoked: at once when told', async () => {
    const rt = await realtime.start({ recheckMs: 3_600_000 })
    const { ticket } = await ticketFor(rt)
    const server = await TestClient.hello(rt.url, { ticket })
    await server.next()
    rt.revoked.add(rt.serverActor.keyId)
    await rt.fanOut.credentialsChanged(rt.serverActor.tenant.id)
    expect(await server.closed).toBe(4403)
  })
})
