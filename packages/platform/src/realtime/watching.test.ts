import { describe, expect, it } from 'vitest'
import { until } from '../../test/realtime/test-client.ts'
import { hello, useRealtime } from '../../test/realtime/use-realtime.ts'
import { becomes, quick, watcherOf } from '../../test/realtime/watchers.ts'
import { setAvailability } from '../features/presence/set-availability.ts'

const realtime = useRealtime()

describe('a watched user', () => {
  it('is online while connected, busy while in a call, then offline', async () => {
    const rt = await realtime.start(quick)
    const watcher = await watcherOf(rt, 'offline')
    const ana = await rt.actor('ana')
    const client = await hello(rt, 'ana')
    await becomes(watcher, 'online')
    rt.busy.add(ana.userId)
    await rt.fanOut.presenceHint(ana.tenant.id, [ana.userId])
    await becomes(watcher, 'busy')
    rt.busy.clear()
    await rt.fanOut.presenceHint(ana.tenant.id, [ana.userId])
    await becomes(watcher, 'online')
    await client.close()
    await becomes(watcher, 'offline')
  })

  it('stays online while one of several connections is left', async () => {
    const rt = await realtime.start(quick)
    const watcher = await watcherOf(rt, 'offline')
    const one = await hello(rt, 'ana')
    const two = await hello(rt, 'ana')
    await Promise.all([one.next(), two.next()])
    await becomes(watcher, 'online')
    await one.close()
    await two.close()
    await becomes(watcher, 'offline')
    expect(watcher.frames.filter((frame) => frame.type === 'presence.changed')).toHaveLength(2)
  })

  it('does not flicker when their page is loaded anew', async () => {
    const rt = await realtime.start({ ...quick, graceMs: 5_000 })
    const watcher = await watcherOf(rt, 'offline')
    const before = await hello(rt, 'ana')
    await becomes(watcher, 'online')
    await before.close()
    const after = await hello(rt, 'ana')
    await after.next()
    const ana = await rt.actor('ana')
    rt.busy.add(ana.userId)
    await rt.fanOut.presenceHint(ana.tenant.id, [ana.userId])
    await becomes(watcher, 'busy')
  })

  it('turns offline when the client vanishes without a word', async () => {
    const rt = await realtime.start(quick)
    const watcher = await watcherOf(rt, 'offline')
    const client = await hello(rt, 'ana')
    await client.next()
    await becomes(watcher, 'online')
    client.vanish()
    await becomes(watcher, 'offline')
    expect(rt.realtime.sockets).toBe(1)
    client.socket.resume()
    expect(await client.closed).toBe(1006)
  })

  it('stays online as long as pongs come, though nothing else does', async () => {
    const rt = await realtime.start(quick)
    const watcher = await watcherOf(rt, 'offline')
    const client = await hello(rt, 'ana')
    await becomes(watcher, 'online')
    let pings = 0
    client.socket.on('ping', () => pings++)
    await until(() => pings >= 4)
    expect(watcher.frames).toHaveLength(2)
    expect(client.socket.readyState).toBe(client.socket.OPEN)
  })

  it('can be called with the app closed until the time they set', async () => {
    const rt = await realtime.start(quick)
    const watcher = await watcherOf(rt, 'offline')
    const ana = await rt.actor('ana')
    const until_ = new Date(rt.clock.now().getTime() + 600_000).toISOString()
    const answer = await setAvailability(rt.presence, ana, { availability: 'always', until: until_ })
    expect(answer).toEqual({ userId: 'ana', status: 'online', availability: 'always', until: until_ })
    await becomes(watcher, 'online')
    rt.clock.advance(600_000)
    await becomes(watcher, 'offline')
  })

  it('is told to those who begin to watch, and no more to those who stop', async () => {
    const rt = await realtime.start(quick)
    const watcher = await hello(rt, 'bo')
    const other = await hello(rt, 'cy', { watch: ['ana'] })
    await Promise.all([watcher.next(), other.next()])
    watcher.send({ type: 'watch', userIds: ['ana', 'cy', 'ana'] })
    expect(await watcher.next()).toMatchObject({
      type: 'presence.snapshot',
      data: {
        presence: [
          { userId: 'ana', status: 'offline' },
          { userId: 'cy', status: 'online' },
        ],
      },
    })
    watcher.send({ type: 'watch', userIds: ['cy', 'nobody'] })
    expect(await watcher.next()).toMatchObject({ type: 'presence.snapshot', data: { presence: [{ userId: 'nobody', status: 'offline' }] } })
    await hello(rt, 'ana')
    await becomes(other, 'online')
    expect(watcher.frames).toHaveLength(3)
  })

  it('is told with a new price of theirs, once', async () => {
    const rt = await realtime.start(quick)
    const watcher = await watcherOf(rt, 'offline')
    const charge = (coins: number | null) =>
      realtime.db.transact(rt.serverActor.tenant.id, (tx) =>
        tx.query(`update users set rate_coins = $2::int, rate_seconds = $2::int * 2 where tenant_id = $1 and host_id = 'ana'`, [
          rt.serverActor.tenant.id,
          coins,
        ]),
      )
    await charge(30)
    expect(await watcher.next()).toMatchObject({
      type: 'presence.changed',
      data: { userId: 'ana', status: 'offline', rate: { coins: 30, seconds: 60 } },
    })
    const late = await hello(rt, 'cy', { watch: ['ana'] })
    expect(await late.next()).toMatchObject({ data: { presence: [{ userId: 'ana', rate: { coins: 30, seconds: 60 } }] } })
    await charge(null)
    expect(await watcher.next()).toMatchObject({ type: 'presence.changed', data: { userId: 'ana', status: 'offline', rate: null } })
    await hello(rt, 'ana')
    await becomes(watcher, 'online')
    expect(watcher.frames).toHaveLength(4)
  })

  it('who did not exist yet is told once they do', async () => {
    const rt = await realtime.start(quick)
    const watcher = await hello(rt, 'bo', { watch: ['newcomer'] })
    await watcher.next()
    await realtime.db.transact(rt.serverActor.tenant.id, (tx) =>
      tx.query(
        `insert into users (id, tenant_id, host_id, display_name, referral_code, availability, created_at) values ('usr_new', $1, 'newcomer', 'N', 'N', 'always', $2)`,
        [rt.serverActor.tenant.id, new Date()],
      ),
    )
    expect(await watcher.next()).toMatchObject({ type: 'presence.changed', data: { userId: 'newcomer', status: 'online' } })
  })

  it('is told correctly though the hint was lost', async () => {
    const rt = await realtime.start(quick)
    const watcher = await watcherOf(rt, 'offline')
    rt.busy.add((await rt.actor('ana')).userId)
    await becomes(watcher, 'busy')
  })

  it('is told before any change on resuming, and missed changes are made up', async () => {
    const rt = await realtime.start(quick)
    const watcher = await watcherOf(rt, 'offline')
    const { session } = watcher.frames[0]?.data ?? {}
    watcher.socket.terminate()
    await until(() => rt.realtime.sockets === 0)
    await hello(rt, 'ana')
    await until(
      async () => (await rt.presence.bus.alive(`${rt.serverActor.tenant.id}:connected`, [(await rt.actor('ana')).userId])).size > 0,
    )
    const back = await hello(rt, 'bo', { resume: { session, seq: 1 } })
    expect(await back.next()).toMatchObject({ type: 'session.resumed' })
    await becomes(back, 'online')
  })

  it('of a thousand is asked of the database together', async () => {
    const rt = await realtime.start()
    const ids = Array.from({ length: 1_000 }, (_, i) => `u${i}`)
    const watcher = await hello(rt, 'bo', { watch: ids })
    const snapshot = await watcher.next()
    expect(snapshot.data['presence']).toEqual(ids.map((userId) => ({ userId, status: 'offline', rate: null })))
  })
})
