import { connect as connectTcp } from 'node:net'
import { describe, expect, it } from 'vitest'
import type { RealtimeUnderTest } from '../../test/realtime/start-realtime.ts'
import { TestClient, until } from '../../test/realtime/test-client.ts'
import { hello, useRealtime, walletOf } from '../../test/realtime/use-realtime.ts'

const realtime = useRealtime()

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
    const rt = await realtime.start()
    const client = new TestClient(rt.url)
    await new Promise((resolve) => client.socket.once('open', resolve))
    client.socket.send(message)
    expect(await client.closed).toBe(4400)
  })

  it('wants hello first, and only once', async () => {
    const rt = await realtime.start()
    const rude = new TestClient(rt.url)
    await new Promise((resolve) => rude.socket.once('open', resolve))
    rude.send({ type: 'watch', userIds: ['bo'] })
    expect(await rude.closed).toBe(4400)
    const twice = await hello(rt, 'ana')
    twice.send({ type: 'hello', token: rt.token('ana') })
    expect(await twice.closed).toBe(4400)
  })

  it('takes messages up to 16 KiB', async () => {
    const rt = await realtime.start()
    const client = await hello(rt, 'ana')
    await client.next()
    client.send({ type: 'watch', userIds: Array.from({ length: 10_000 }, (_, i) => `user-${i}`) })
    expect(await client.closed).toBe(1009)
  })

  it('takes a message in at most 16 fragments', async () => {
    const rt = await realtime.start()
    const client = await hello(rt, 'ana')
    await client.next()
    for (let i = 0; i < 20; i++) client.socket.send('x', { fin: false })
    expect([1008, 1009]).toContain(await client.closed)
  })

  it('closes with 4429 for too many messages', async () => {
    const rt = await realtime.start()
    const client = await hello(rt, 'ana')
    await client.next()
    for (let i = 0; i < 100; i++) client.send({ type: 'watch', userIds: [] })
    expect(await client.closed).toBe(4429)
  })

  it('lets a user have ten sockets, and another when one is gone', async () => {
    const rt = await realtime.start()
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
    const rt = await realtime.start({ handshakesPerMinute: 3 })
    const from = (ip: string) => new TestClient(rt.url, { headers: { 'x-test-ip': ip } })
    for (let i = 0; i < 3; i++) await new Promise((resolve) => from('192.0.2.1').socket.once('open', resolve))
    const refused = from('192.0.2.1')
    expect(await refused.closed).toBe(429)
    expect(Number(refused.refusal.retryAfter)).toBeGreaterThan(0)
    await new Promise((resolve) => from('192.0.2.2').socket.once('open', resolve))
  })

  it('turns away strangers in a storm', async () => {
    const rt = await realtime.start({ maxUnidentified: 2 })
    for (let i = 0; i < 2; i++) await new Promise((resolve) => new TestClient(rt.url).socket.once('open', resolve))
    const refused = new TestClient(rt.url)
    expect(await refused.closed).toBe(503)
    expect(Number(refused.refusal.retryAfter)).toBeGreaterThan(0)
  })

  it('closes with 4408 for a client that does not read, and lets it resume', async () => {
    const rt = await realtime.start({ maxUnsentBytes: 64 * 1024 })
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
    const rt = await realtime.start()
    const { port } = new URL(rt.url)
    const upgrade = 'GET /v1/realtime HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n'
    const handshake = `${upgrade}Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${Buffer.alloc(16).toString('base64')}\r\n\r\n`
    const attacks = [
      `${upgrade}\r\n`,
      handshake.replace('GET', 'POST'),
      handshake.replace('/v1/realtime', '//['),
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
    const rt = await realtime.start()
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
