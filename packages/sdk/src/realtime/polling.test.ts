import { afterEach, beforeEach, expect, it } from 'vitest'
import { problem, startContractServer, type Answer, type ContractServer, type Seen } from '../../test/contract-server.ts'
import { fastTiming, tokenOf } from '../../test/fast-timing.ts'
import { giveTickets, listenTo, meter, nextHello, snapshot } from '../../test/live.ts'
import { createQueue, type Queue } from '../../test/queue.ts'
import { buildClient } from '../client.ts'
import type { ConnectClient } from '../client-types.ts'
import type { Timing } from '../timing.ts'

interface Waiting {
  readonly query: Readonly<Record<string, string>>
  readonly gone: Promise<unknown>
  answer(answer: Answer): void
}

let platform: ContractServer
let client: ConnectClient | undefined
let polls: Queue<Waiting>

beforeEach(async () => {
  platform = await startContractServer()
  giveTickets(platform)
  polls = createQueue()
  platform.on(
    'GET /v1/realtime/poll',
    ({ query, gone }: Seen) => new Promise<Answer>((answer) => polls.push({ query: Object.fromEntries(query), gone, answer })),
  )
})
afterEach(async () => {
  client?.realtime.close()
  await platform.close()
})

function pollingClient(WebSocket: null | undefined, timing: Partial<Timing> = {}) {
  const settings = { baseUrl: platform.baseUrl, publishableKey: 'pk_test_1', getToken: async () => tokenOf('asha') }
  client = buildClient(WebSocket === null ? { ...settings, WebSocket } : settings, { ...fastTiming, ...timing })
  return client.realtime
}

const frames = (session: string, ...list: readonly (readonly [number, string, object])[]): Answer => ({
  body: { session, frames: list.map(([seq, type, data]) => ({ seq, type, data })) },
})

it('brings the same frames where WebSocket is not to be used', async () => {
  const { heard, until } = listenTo(pollingClient(null))
  const first = await polls.next()
  expect(first.query).toEqual({ watch: '', waitSeconds: '25' })
  first.answer(frames('ses_1', [1, 'session.snapshot', snapshot('ses_1')], [2, 'call.meter', meter(2)]))
  expect(await heard.next()).toEqual({ type: 'session.snapshot', data: snapshot('ses_1') })
  expect(await heard.next()).toEqual({ type: 'call.meter', data: meter(2) })
  const second = await polls.next()
  expect(second.query).toMatchObject({ session: 'ses_1', after: '2' })
  await until('polling')
  second.answer(frames('ses_1', [2, 'call.meter', meter(2)], [3, 'call.meter', meter(3)]))
  expect(await heard.next()).toEqual({ type: 'call.meter', data: meter(3) })
  expect(platform.to('POST /v1/realtime/tickets')).toEqual([])
})

it('takes over when a socket failed twice though tickets came', async () => {
  platform.refusal.sockets = true
  const { until, states } = listenTo(pollingClient(undefined))
  ;(await polls.next()).answer(frames('ses_1', [1, 'session.snapshot', snapshot('ses_1')]))
  await until('polling')
  expect(platform.to('POST /v1/realtime/tickets')).toHaveLength(2)
  expect(states).toEqual(['connecting', 'polling'])
})

it('leads back to WebSocket with the session it had', async () => {
  platform.refusal.sockets = true
  const { heard } = listenTo(pollingClient(undefined, { socketRetryMs: 20 }))
  const first = await polls.next()
  platform.refusal.sockets = false
  await new Promise((resolve) => setTimeout(resolve, 25)) // the time after which a socket is tried again is over
  first.answer(frames('ses_1', [1, 'session.snapshot', snapshot('ses_1')]))
  await heard.next()
  expect((await nextHello(platform)).hello).toMatchObject({ resume: { session: 'ses_1', seq: 1 } })
})

it('begins anew after a gap', async () => {
  const { heard } = listenTo(pollingClient(null))
  ;(await polls.next()).answer(frames('ses_1', [1, 'session.snapshot', snapshot('ses_1')]))
  await heard.next()
  ;(await polls.next()).answer(frames('ses_1', [3, 'call.meter', meter(3)]))
  const third = await polls.next()
  expect(third.query).not.toHaveProperty('session')
  third.answer(frames('ses_2', [1, 'session.snapshot', snapshot('ses_2')]))
  expect(await heard.next()).toEqual({ type: 'session.snapshot', data: snapshot('ses_2') })
})

it('tells at once when other users are watched', async () => {
  const realtime = pollingClient(null)
  const { heard } = listenTo(realtime)
  ;(await polls.next()).answer(frames('ses_1', [1, 'session.snapshot', snapshot('ses_1')]))
  await heard.next()
  const waiting = await polls.next()
  realtime.watch(['ravi', 'a,b', 'mina'])
  await waiting.gone
  expect((await polls.next()).query).toMatchObject({ session: 'ses_1', after: '1', watch: 'ravi,mina' })
})

it('watches as many as a URL has room for: those who came first', async () => {
  const realtime = pollingClient(null)
  const { heard } = listenTo(realtime)
  const ids = Array.from({ length: 90 }, (_, n) => `${n}`.padEnd(40, 'é'))
  const ends = ids.map((id) => realtime.watch([id]))
  const first = await polls.next()
  const told = (first.query['watch'] ?? '').split(',')
  expect(told).toEqual(ids.slice(0, told.length))
  expect(encodeURIComponent(told.join()).length).toBeLessThanOrEqual(8_000)
  expect(encodeURIComponent(ids.slice(0, told.length + 1).join()).length).toBeGreaterThan(7_900)
  first.answer(frames('ses_1', [1, 'session.snapshot', snapshot('ses_1')]))
  await heard.next()
  const waiting = await polls.next()
  ends[0]?.()
  await waiting.gone
  expect((await polls.next()).query).toMatchObject({ watch: ids.slice(1, told.length + 1).join() })
})

it('is offline while the platform does not answer, and polling again when it does', async () => {
  const { heard, until } = listenTo(pollingClient(null))
  ;(await polls.next()).answer(frames('ses_1', [1, 'session.snapshot', snapshot('ses_1')]))
  await heard.next()
  ;(await polls.next()).answer(problem('internal'))
  await until('offline')
  ;(await polls.next()).answer(frames('ses_1', [2, 'call.meter', meter(2)]))
  await until('polling')
})
