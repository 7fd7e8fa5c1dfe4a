import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { problem, startContractServer, type ContractServer } from '../../test/contract-server.ts'
import { fastTiming, tokenOf } from '../../test/fast-timing.ts'
import { giveTickets, listenTo, meter, nextHello, snapshot, welcome } from '../../test/live.ts'
import { buildClient } from '../client.ts'
import type { ConnectClient } from '../client-types.ts'
import { closeCodes } from '../contract/events.ts'
import type { Timing } from '../timing.ts'

let platform: ContractServer
let clients: ConnectClient[] = []
beforeEach(async () => {
  platform = await startContractServer()
  giveTickets(platform)
})
afterEach(async () => {
  for (const client of clients) client.realtime.close()
  clients = []
  vi.unstubAllGlobals()
  await platform.close()
})

function liveClient(timing: Partial<Timing> = {}, getToken = async () => tokenOf('asha')) {
  const client = buildClient({ baseUrl: platform.baseUrl, publishableKey: 'pk_test_1', getToken }, { ...fastTiming, ...timing })
  clients.push(client)
  return client
}

describe('the live connection', () => {
  it('begins at the first listener, with a ticket, and is open at the first frame', async () => {
    const { realtime } = liveClient()
    expect(realtime.state).toBe('idle')
    const { heard, states } = listenTo(realtime)
    expect(realtime.state).toBe('connecting')
    const { hello } = await welcome(platform)
    expect(await heard.next()).toEqual({ type: 'session.snapshot', data: snapshot('ses_1') })
    expect(hello).toEqual({ type: 'hello', ticket: 'ticket-1', watch: [] })
    expect(states).toEqual(['connecting', 'open'])
  })

  it('hands frames on in order, and none twice', async () => {
    const { heard } = listenTo(liveClient().realtime)
    const { peer } = await welcome(platform)
    await heard.next()
    for (const seq of [2, 3, 2, 4]) peer.send(seq, 'call.meter', meter(seq))
    for (const seq of [2, 3, 4]) expect(await heard.next()).toEqual({ type: 'call.meter', data: meter(seq) })
  })

  it('says over an open socket what a call has to say, and tells when there is none', async () => {
    const { realtime } = liveClient()
    const proof = { type: 'call.proof', callId: 'call_1', peer: 'peer-of-this-tab1', media: 'connected', bytesReceived: 7 } as const
    expect(realtime.send(proof)).toBe(false)
    const { heard, until } = listenTo(realtime)
    const first = await nextHello(platform)
    expect(realtime.send(proof)).toBe(false) // the platform has not spoken yet
    first.peer.send(1, 'session.snapshot', snapshot('ses_1'))
    await heard.next()
    expect(realtime.send(proof)).toBe(true)
    expect(await first.peer.messages.next()).toEqual(proof)
    first.peer.terminate()
    await until('connecting')
    expect(realtime.send(proof)).toBe(false)
  })

  it('goes on where a broken connection stopped', async () => {
    const { heard, states } = listenTo(liveClient().realtime)
    const first = await welcome(platform)
    first.peer.send(2, 'call.meter', meter(2))
    await heard.next()
    await heard.next()
    first.peer.terminate()
    const { peer, hello } = await nextHello(platform)
    expect(hello).toMatchObject({ ticket: 'ticket-2', resume: { session: 'ses_1', seq: 2 } })
    peer.send(2, 'session.resumed', { session: 'ses_1' })
    peer.send(3, 'call.meter', meter(3))
    expect(await heard.next()).toMatchObject({ type: 'session.resumed' })
    expect(await heard.next()).toEqual({ type: 'call.meter', data: meter(3) })
    expect(states).toEqual(['connecting', 'open', 'connecting', 'open'])
  })

  it('answers a gap with a new session, never with a guess', async () => {
    const { heard } = listenTo(liveClient().realtime)
    const first = await welcome(platform)
    await heard.next()
    first.peer.send(3, 'call.meter', meter(3))
    await first.peer.closed
    const { hello } = await welcome(platform, 'ses_2')
    expect(hello).not.toHaveProperty('resume')
    expect(await heard.next()).toEqual({ type: 'session.snapshot', data: snapshot('ses_2') })
  })

  it('takes rubbish for nothing, and an event that it does not know for a frame', async () => {
    const { heard } = listenTo(liveClient().realtime)
    const { peer } = await welcome(platform)
    await heard.next()
    for (const rubbish of ['{', 'null', '7', '{"seq":"2"}', '{"seq":2,"type":"call.meter"}', '[]']) peer.sendRaw(rubbish)
    peer.send(2, 'something.new', { wonderful: true })
    peer.send(3, 'call.meter', meter(3))
    expect(await heard.next()).toEqual({ type: 'call.meter', data: meter(3) })
  })

  it('shields listeners from each other, and counts one function given twice as two', async () => {
    const { realtime } = liveClient()
    const complain = vi.spyOn(console, 'error').mockImplementation(() => undefined)
    const twice = vi.fn()
    realtime.on('call.meter', () => {
      throw new Error('a faulty listener')
    })
    const endOne = realtime.on('call.meter', twice)
    realtime.on('call.meter', twice)
    const { heard } = listenTo(realtime)
    const { peer } = await welcome(platform)
    await heard.next()
    peer.send(2, 'call.meter', meter(2))
    await heard.next()
    expect(twice).toHaveBeenCalledTimes(2)
    expect(complain).toHaveBeenCalledTimes(1)
    endOne()
    endOne()
    peer.send(3, 'call.meter', meter(3))
    await heard.next()
    expect(twice).toHaveBeenCalledTimes(3)
    complain.mockRestore()
  })

  it('ends for good with close()', async () => {
    const { realtime } = liveClient()
    const { until } = listenTo(realtime)
    const { peer } = await welcome(platform)
    await until('open')
    realtime.close()
    await peer.closed
    expect(realtime.state).toBe('idle')
    realtime.connect()
    realtime.on('call.meter', () => undefined)
    expect(realtime.state).toBe('idle')
  })
})

describe('a close by the platform', () => {
  it('4401 brings a fresh token and a new connection', async () => {
    let made = 0
    const tokens = [tokenOf('one'), tokenOf('two')]
    const { heard } = listenTo(liveClient({}, async () => tokens[made++] ?? '').realtime)
    const { peer } = await welcome(platform)
    await heard.next()
    peer.close(closeCodes.unauthenticated)
    await nextHello(platform)
    const used = platform.to('POST /v1/realtime/tickets').map(({ headers }) => headers.authorization)
    expect(used).toEqual(tokens.map((token) => `Bearer ${token}`))
  })

  it('4403 is the end until connect() is called', async () => {
    const { realtime } = liveClient()
    const { until, heard } = listenTo(realtime)
    const { peer } = await welcome(platform)
    await heard.next()
    peer.close(closeCodes.revoked)
    await until('offline')
    realtime.on('call.meter', () => undefined)
    realtime.watch(['ravi'])()
    expect(realtime.state).toBe('offline')
    realtime.connect()
    await welcome(platform, 'ses_2')
    await until('open')
    expect(platform.to('POST /v1/realtime/tickets')).toHaveLength(2)
  })

  it('a ticket refused with 403 is the end too', async () => {
    platform.on('POST /v1/realtime/tickets', problem('forbidden'))
    const { until } = listenTo(liveClient().realtime)
    await until('offline')
    expect(platform.to('POST /v1/realtime/tickets')).toHaveLength(1)
  })

  it.each([closeCodes.restarting, closeCodes.tooSlow, closeCodes.badMessage, closeCodes.tooManySockets, 1013])(
    '%i is followed by another try',
    async (code) => {
      const { heard } = listenTo(liveClient().realtime)
      const { peer } = await welcome(platform)
      await heard.next()
      peer.close(code)
      expect((await nextHello(platform)).hello).toMatchObject({ resume: { session: 'ses_1', seq: 1 } })
    },
  )

  it('1012 before the first frame does not count as a blocked WebSocket', async () => {
    const { until } = listenTo(liveClient().realtime)
    for (let round = 0; round < 4; round++) (await nextHello(platform)).peer.close(closeCodes.restarting)
    await welcome(platform)
    await until('open')
  })
})

describe('the watched users', () => {
  it('are told with hello and, counted, when they change', async () => {
    const { realtime } = liveClient()
    const endFirst = realtime.watch(['ravi', 'mina', 'ravi'])
    const { heard } = listenTo(realtime)
    const { peer, hello } = await welcome(platform)
    expect(hello).toMatchObject({ watch: ['ravi', 'mina'] })
    await heard.next()
    const endSecond = realtime.watch(['ravi', 'tara'])
    expect(await peer.messages.next()).toEqual({ type: 'watch', userIds: ['ravi', 'mina', 'tara'] })
    endFirst()
    endFirst()
    expect(await peer.messages.next()).toEqual({ type: 'watch', userIds: ['ravi', 'tara'] })
    endSecond()
    expect(await peer.messages.next()).toEqual({ type: 'watch', userIds: [] })
  })

  it('go out as one message when many change at once, and as none when nothing did', async () => {
    const { realtime } = liveClient()
    const { heard } = listenTo(realtime)
    const { peer } = await welcome(platform)
    await heard.next()
    for (let n = 0; n < 50; n++) realtime.watch([`user-${n}`])
    expect((await peer.messages.next())['userIds']).toHaveLength(50)
    realtime.watch(['user-1'])()
    realtime.watch(['last'])
    expect((await peer.messages.next())['userIds']).toHaveLength(51)
    expect(peer.messages.size).toBe(0)
  })

  it('are at most a thousand, as the platform takes no more', async () => {
    const { realtime } = liveClient()
    realtime.watch(Array.from({ length: 1_200 }, (_, n) => `user-${n}`))
    expect((await nextHello(platform)).hello['watch']).toHaveLength(1_000)
  })

  it.each([
    ['long', (n: number) => `user-${n}-`.padEnd(128, 'x')],
    ['not Latin', (n: number) => `${'क'.repeat(100)}${n}`],
    ['full of quotes', (n: number) => `${'"'.repeat(100)}${n}`],
  ])('never make a message that the platform refuses for its length, with ids that are %s', async (_, idOf) => {
    const { realtime } = liveClient()
    const ends = Array.from({ length: 500 }, (_unused, n) => realtime.watch([idOf(n)]))
    const { heard } = listenTo(realtime)
    const { peer, hello } = await welcome(platform)
    await heard.next()
    const all = Array.from({ length: 500 }, (_unused, n) => idOf(n))
    const told = Array.isArray(hello['watch']) ? hello['watch'].length : 0
    // Those who came first, as many as there is room for.
    expect(hello['watch']).toEqual(all.slice(0, told))
    const bytes = (message: object) => Buffer.byteLength(JSON.stringify(message))
    expect(bytes(hello)).toBeLessThanOrEqual(16_384)
    expect(bytes({ ...hello, watch: all.slice(0, told + 6) })).toBeGreaterThan(16_384)
    // Who came too late takes the place of who leaves.
    ends[0]?.()
    const message = await peer.messages.next()
    expect(message['userIds']).toEqual(all.slice(1, told + 1))
    expect(bytes(message)).toBeLessThanOrEqual(16_384)
  })
})

describe('a token', () => {
  it('is renewed over the open socket before it ends', async () => {
    let made = 0
    // Long enough for the socket to open on a slow machine, before it is time for the next one.
    const tokens = [tokenOf('short', { iat: 0, exp: 3 }), tokenOf('long')]
    const { heard } = listenTo(liveClient({ tokenMarginMs: 10 }, async () => tokens[made++] ?? tokenOf('later')).realtime)
    const { peer } = await welcome(platform)
    await heard.next()
    expect(await peer.messages.next()).toEqual({ type: 'renew', token: tokens[1] })
    expect(platform.to('POST /v1/realtime/tickets')).toHaveLength(1)
  })

  it('that the host cannot give leaves the client offline and trying', async () => {
    let made = 0
    const { until } = listenTo(
      liveClient({}, () => (made++ < 2 ? Promise.reject(new Error('backend down')) : Promise.resolve(tokenOf('asha')))).realtime,
    )
    await until('offline')
    await welcome(platform)
    await until('open')
  })
})

describe('the page', () => {
  it('proves a connection anew when the network came or went', async () => {
    const page = new EventTarget()
    vi.stubGlobal('addEventListener', page.addEventListener.bind(page))
    const { heard } = listenTo(liveClient().realtime)
    const first = await welcome(platform)
    await heard.next()
    page.dispatchEvent(new Event('online'))
    await first.peer.closed
    expect((await nextHello(platform)).hello).toMatchObject({ resume: { session: 'ses_1', seq: 1 } })
  })

  it('cuts a pause short when the network is back', async () => {
    const page = new EventTarget()
    vi.stubGlobal('addEventListener', page.addEventListener.bind(page))
    platform.on('POST /v1/realtime/tickets', problem('internal'))
    // Full jitter of a day: without the event this test would not end.
    vi.spyOn(Math, 'random').mockReturnValue(0.9)
    const { until } = listenTo(liveClient({ reconnectBaseMs: 86_400_000, reconnectMaxMs: 86_400_000 }).realtime)
    await until('offline')
    giveTickets(platform)
    page.dispatchEvent(new Event('online'))
    await welcome(platform)
    await until('open')
    vi.restoreAllMocks()
  })
})
