import { expect, it } from 'vitest'
import type { RealtimeUnderTest } from '../../test/realtime/start-realtime.ts'
import { TestClient, until } from '../../test/realtime/test-client.ts'
import { useRealtime } from '../../test/realtime/use-realtime.ts'
import type { RealtimeActor } from './index.ts'
import type { PolledFrame, PollWish } from './poll.ts'

const realtime = useRealtime()

type Answer = Promise<{ session: string; frames: PolledFrame[] }>

const never = new AbortController().signal

const poll = (rt: RealtimeUnderTest, actor: RealtimeActor, wish: Partial<PollWish> = {}, signal = never): Answer => {
  const operation = rt.realtime.operations.find((one) => one.name === 'realtime.poll')
  return operation?.handler({ query: { waitSeconds: 25, ...wish } } as never, { actor, signal } as never) as Answer
}

const tell = (rt: RealtimeUnderTest, actor: RealtimeActor & { kind: 'user' }, session: string) =>
  rt.fanOut.toUser(actor.tenant.id, actor.userId, 'session.resumed', { session })

it('gives the snapshot first, then the same frames as a socket', async () => {
  const rt = await realtime.start()
  const ana = await rt.actor('ana')
  const socket = await TestClient.hello(rt.url, { token: rt.token('ana'), watch: ['bo'] })
  await socket.next()
  const { session, frames } = await poll(rt, ana, { watch: ['bo'] })
  expect(frames).toEqual([{ ...socket.frames[0], data: { ...socket.frames[0]?.data, session } }])
  const waiting = poll(rt, ana, { session, after: 1 })
  await TestClient.hello(rt.url, { token: rt.token('bo') })
  expect(await waiting).toEqual({ session, frames: [await socket.next()] })
})

it('keeps frames between polls, and gives them again until they are acknowledged', async () => {
  const rt = await realtime.start()
  const ana = await rt.actor('ana')
  const { session } = await poll(rt, ana)
  await tell(rt, ana, 'one')
  await tell(rt, ana, 'two')
  const lost = await poll(rt, ana, { session, after: 1 })
  expect(lost.frames.map((frame) => frame.seq)).toEqual([2, 3])
  expect(await poll(rt, ana, { session, after: 1 })).toEqual(lost)
  expect((await poll(rt, ana, { session, after: 2 })).frames.map((frame) => frame.seq)).toEqual([3])
  // What was acknowledged is gone: who asks for it again begins anew.
  const anew = await poll(rt, ana, { session, after: 0 })
  expect(anew.session).not.toBe(session)
  expect(anew.frames).toMatchObject([{ seq: 1, type: 'session.snapshot' }])
})

it('answers with nothing when the time is over or the client hangs up', async () => {
  const rt = await realtime.start()
  const ana = await rt.actor('ana')
  const { session } = await poll(rt, ana)
  expect(await poll(rt, ana, { session, after: 1, waitSeconds: 0 })).toEqual({ session, frames: [] })
  const hangUp = new AbortController()
  const waiting = poll(rt, ana, { session, after: 1 }, hangUp.signal)
  hangUp.abort()
  expect(await waiting).toEqual({ session, frames: [] })
})

it('waits for nobody who hung up before the poll began', async () => {
  const rt = await realtime.start()
  const ana = await rt.actor('ana')
  const { session } = await poll(rt, ana)
  expect(await poll(rt, ana, { session, after: 1 }, AbortSignal.abort())).toEqual({ session, frames: [] })
})

it('lets the newer of two polls win', async () => {
  const rt = await realtime.start()
  const ana = await rt.actor('ana')
  const { session } = await poll(rt, ana)
  const older = poll(rt, ana, { session, after: 1 })
  const newer = poll(rt, ana, { session, after: 1 })
  expect(await older).toEqual({ session, frames: [] })
  await tell(rt, ana, 'one')
  expect((await newer).frames).toMatchObject([{ seq: 2 }])
})

it('gives nobody another’s session', async () => {
  const rt = await realtime.start()
  const { session } = await poll(rt, await rt.actor('ana'))
  const foreign = await poll(rt, await rt.actor('bo'), { session, after: 0 })
  expect(foreign.session).not.toBe(session)
  expect(foreign.frames).toMatchObject([{ seq: 1, data: { userId: 'bo' } }])
})

it('continues the session of a socket that broke', async () => {
  const rt = await realtime.start()
  const ana = await rt.actor('ana')
  const socket = await TestClient.hello(rt.url, { token: rt.token('ana') })
  const { session } = (await socket.next()).data
  socket.socket.terminate()
  await until(() => rt.realtime.sockets === 0)
  await tell(rt, ana, 'missed')
  const answer = await poll(rt, ana, { session: String(session), after: 1 })
  expect(answer).toMatchObject({ session, frames: [{ seq: 2, data: { session: 'missed' } }] })
})

it('keeps its user online from poll to poll, and not much longer', async () => {
  const rt = await realtime.start({ pollGraceMs: 2_000, aliveMs: 2_600, touchMs: 500, sweepMs: 50 })
  const bo = await rt.actor('bo')
  const watcher = await TestClient.hello(rt.url, { token: rt.token('ana'), watch: ['bo'] })
  await watcher.next()
  let { session } = await poll(rt, bo)
  expect(await watcher.next()).toMatchObject({ data: { userId: 'bo', status: 'online' } })
  for (let i = 0; i < 3; i++) {
    await new Promise((resolve) => setTimeout(resolve, 900)) // together longer than the grace
    session = (await poll(rt, bo, { session, after: 1, waitSeconds: 0 })).session
  }
  expect(watcher.frames).toHaveLength(2)
  expect(await watcher.next()).toMatchObject({ data: { userId: 'bo', status: 'offline' } })
})

it('changes who is watched', async () => {
  const rt = await realtime.start()
  const ana = await rt.actor('ana')
  const { session } = await poll(rt, ana)
  const answer = await poll(rt, ana, { session, after: 1, watch: ['bo'] })
  expect(answer.frames).toMatchObject([{ seq: 2, type: 'presence.snapshot', data: { presence: [{ userId: 'bo', status: 'offline' }] } }])
  // Named again they are no news.
  expect((await poll(rt, ana, { session, after: 2, watch: ['bo'], waitSeconds: 0 })).frames).toEqual([])
})

it('ends with 401 when the credentials are revoked while it waits', async () => {
  const rt = await realtime.start({ recheckMs: 20 })
  const ana = await rt.actor('ana')
  const { session } = await poll(rt, ana)
  const waiting = poll(rt, ana, { session, after: 1 })
  rt.revoked.add(ana.userId)
  await expect(waiting).rejects.toMatchObject({ code: 'unauthenticated' })
})

it('lets a user have ten at once', async () => {
  const rt = await realtime.start()
  const ana = await rt.actor('ana')
  const sessions = []
  for (let i = 0; i < 10; i++) sessions.push((await poll(rt, ana)).session)
  const waiting = sessions.map((session) => poll(rt, ana, { session, after: 1 }))
  await expect(poll(rt, ana)).rejects.toMatchObject({ code: 'rate_limited' })
  await tell(rt, ana, 'on')
  expect((await Promise.all(waiting)).every(({ frames }) => frames.length === 1)).toBe(true)
})

it('does not pile up sessions that nobody comes back to', async () => {
  const rt = await realtime.start()
  const ana = await rt.actor('ana')
  const { session } = await poll(rt, ana)
  for (let i = 0; i < 11; i++) await poll(rt, ana)
  expect((await poll(rt, ana, { session, after: 0 })).session).not.toBe(session)
})

it('answers those who wait when the platform stops', async () => {
  const rt = await realtime.start()
  const ana = await rt.actor('ana')
  const { session } = await poll(rt, ana)
  const waiting = poll(rt, ana, { session, after: 1 })
  await rt.realtime.close()
  expect(await waiting).toEqual({ session, frames: [] })
  await expect(poll(rt, ana)).rejects.toMatchObject({ code: 'unavailable' })
})
