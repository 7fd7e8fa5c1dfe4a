import { describe, expect, it } from 'vitest'
import { until } from '../../test/realtime/test-client.ts'
import { hello, useRealtime, walletOf } from '../../test/realtime/use-realtime.ts'

const realtime = useRealtime()

describe('a broken connection', () => {
  it('is resumed with exactly the frames missed', async () => {
    const rt = await realtime.start()
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
    const rt = await realtime.start()
    const client = await hello(rt, 'ana')
    const { session } = (await client.next()).data
    const back = await hello(rt, 'ana', { resume: { session, seq: 1 } })
    expect(await back.next()).toMatchObject({ type: 'session.resumed' })
    expect(await client.closed).toBe(1000)
  })

  it('begins anew with a snapshot when too much was missed', async () => {
    const rt = await realtime.start()
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
    const rt = await realtime.start()
    const client = await hello(rt, 'ana')
    const { session } = (await client.next()).data
    const back = await hello(rt, user, { resume: { session, seq } })
    expect(await back.next()).toMatchObject({ seq: 1, type: 'session.snapshot', data: { userId: user } })
  })

  it('is forgotten after its time', async () => {
    const rt = await realtime.start({ keepMs: 1, recheckMs: 20 })
    const client = await hello(rt, 'ana')
    const { session } = (await client.next()).data
    await client.close()
    await new Promise((resolve) => setTimeout(resolve, 100))
    const back = await hello(rt, 'ana', { resume: { session, seq: 1 } })
    expect(await back.next()).toMatchObject({ type: 'session.snapshot' })
  })
})
