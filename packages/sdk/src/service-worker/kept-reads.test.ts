import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { standInFor } from './holder.ts'
import { dropKept } from './names.ts'
import { keptAt } from './page.ts'
import { platformUrl, startWorker, tokenOf } from '../../test/test-worker.ts'

const wallet = `${platformUrl}/v1/wallet`
const asha = tokenOf('asha')
const meera = tokenOf('meera')

/** What rests on nobody's device. */
const others = [
  ...['kyc', 'kyc/notice', 'kyc/documents', 'withdrawals', 'withdrawals/terms?coins=5', 'topups/topup_1', 'calls/call_1', 'waiting'],
  ...['wallet/transactions/txn_1', 'calls/call_1/ice-servers', 'presence?userIds=a', 'realtime/poll', 'users/asha/wallet', 'me/blocks'],
]

beforeEach(() => dropKept(caches))
afterEach(() => dropKept(caches))

describe('a read', () => {
  it('is the platform’s own while the network is there, and the last one with its age when it is not', async () => {
    const { network, ask, advance } = startWorker()
    network.answers({ balance: 5 })
    expect(await ask(wallet, asha)).toMatchObject({ kept: undefined, body: { balance: 5 } })
    network.answers({ balance: 7 })
    expect(await ask(wallet, asha)).toMatchObject({ kept: undefined, body: { balance: 7 } })
    advance(90_000)
    network.fails()
    const { kept, body, response } = await ask(wallet, asha, 'another page')
    expect(body).toMatchObject({ balance: 7 })
    expect([kept, response?.headers.get('age'), response?.headers.get('cache-control')]).toEqual([
      new Date(0).toISOString(),
      '90',
      'no-store',
    ])
    expect(response?.headers.get('connect-kept-at')).toBe(kept)
  })

  it('is not answered from before to a page that the platform has answered', async () => {
    const { network, ask } = startWorker()
    network.answers({ balance: 5 })
    await ask(wallet, asha)
    network.fails()
    expect(await ask(wallet, asha)).toEqual({ lost: true })
    expect(await ask(wallet, asha, 'a reload')).toMatchObject({ body: { balance: 5 } })
  })

  it('comes from before when the network is slow, except what an app costs, and the late answer is kept', async () => {
    const { network, ask, settle } = startWorker({ slowMs: 20 })
    const app = `${platformUrl}/v1/app`
    network.answers({ balance: 5 })
    await ask(wallet, asha)
    await ask(app, 'pk_test_1-a_b')
    const late = network.answersLate({ balance: 6 })
    expect(await ask(wallet, asha, 'a reload')).toMatchObject({ body: { balance: 5 }, kept: expect.any(String) })
    const asked = ask(app, 'pk_test_1-a_b', 'a reload')
    late()
    expect(await asked).toMatchObject({ body: { balance: 6 }, kept: undefined })
    await settle()
    network.fails()
    expect(await ask(wallet, asha, 'a third')).toMatchObject({ body: { balance: 6 } })
    expect(await ask(app, 'pk_test_1-a_b', 'a third')).toMatchObject({ body: { balance: 6 }, kept: expect.any(String) })
  })

  it.each([400, 402, 429, 500, 503])('that is answered %i is answered so, and leaves what is kept', async (status) => {
    const { network, ask } = startWorker()
    network.answers({ balance: 5 })
    await ask(wallet, asha)
    network.answers({ code: 'some_problem' }, status)
    expect(await ask(wallet, asha, 'a reload')).toMatchObject({ status, kept: undefined })
    network.fails()
    expect(await ask(wallet, asha, 'a third')).toMatchObject({ body: { balance: 5 } })
  })

  it.each([
    [401, 'all of the person', true],
    [403, 'all of the person', true],
    [404, 'that one', false],
  ])('that is answered %i forgets %s', async (status, _, all) => {
    const { network, ask } = startWorker()
    const me = `${platformUrl}/v1/me`
    network.answers({ balance: 5 })
    await ask(wallet, asha)
    await ask(me, asha)
    network.answers({ code: 'some_problem' }, status)
    expect(await ask(wallet, asha)).toMatchObject({ status })
    network.fails()
    expect(await ask(wallet, asha, 'a reload')).toEqual({ lost: true })
    expect(await ask(me, asha, 'a reload')).toEqual(all ? { lost: true } : expect.objectContaining({ body: expect.anything() }))
  })

  it.each<[what: string, url: string, credential: string, init: RequestInit]>([
    ['a change', wallet, asha, { method: 'POST' }],
    ['a deletion', wallet, asha, { method: 'DELETE' }],
    ['nobody', wallet, '', {}],
    ['a secret key', wallet, 'sk_test_1', {}],
    ['an app, of a person’s coins', wallet, 'pk_test_1-a_b', {}],
    ['what is no token', wallet, 'a.b.c', {}],
    ['a person, of the app', `${platformUrl}/v1/app`, asha, {}],
    ['another platform', 'https://other.example/v1/wallet', asha, {}],
    ['a host with such a name', `${platformUrl}.evil.example/v1/wallet`, asha, {}],
    ['a further page', `${platformUrl}/v1/wallet/transactions?cursor=x`, asha, {}],
    ['the calls that go on now', `${platformUrl}/v1/calls?active=true`, asha, {}],
    ...others.map((path) => [path, `${platformUrl}/v1/${path}`, asha, {}] as [string, string, string, RequestInit]),
  ])('of %s is none of the worker’s', (_, url, credential, init) => {
    const { worker, eventOf } = startWorker()
    expect(worker.answer(eventOf(url, credential, init))).toBeUndefined()
  })

  it('keeps no answer that is no JSON, or too long, or older than a bounded number of others', async () => {
    const { network, ask } = startWorker()
    network.answers('<html>', 200, 'text/html')
    await ask(wallet, asha)
    network.answers({ text: 'x'.repeat(300_000) })
    await ask(`${platformUrl}/v1/me`, asha)
    network.answers({})
    for (let limit = 1; limit <= 30; limit++) await ask(`${platformUrl}/v1/calls?limit=${limit}`, asha)
    const names = (await caches.keys()).filter((name) => name.startsWith('ihc-kept:'))
    expect(names).toHaveLength(1)
    const urls = (await (await caches.open(names[0] ?? '')).keys()).map(({ url }) => url)
    expect([urls.length, urls.at(-1)]).toEqual([24, `${platformUrl}/v1/calls?limit=30`])
  })
})

describe('what is kept', () => {
  it('is one person’s: of another one nobody reads it, and when they come it goes', async () => {
    const { network, ask, restart } = startWorker()
    network.answers({ balance: 5 })
    await ask(wallet, asha)
    network.fails()
    for (const other of [meera, tokenOf('asha', 'live'), tokenOf('asha', 'test', 'app_2'), tokenOf('asha/x'), tokenOf('')])
      expect(await ask(wallet, other, 'their page')).not.toHaveProperty('body')
    const again = restart()
    expect(await again.ask(wallet, asha, 'a reload')).toEqual({ lost: true })
  })

  it('stays with as many people as the host allows, the latest', async () => {
    const { network, ask, restart } = startWorker({ people: 2 })
    network.answers({ balance: 5 })
    for (const person of ['asha', 'meera', 'ravi']) await ask(wallet, tokenOf(person))
    network.fails()
    const again = restart()
    const shown = async (person: string) => 'body' in (await again.ask(wallet, tokenOf(person), 'a reload'))
    expect([await shown('meera'), await shown('ravi'), await shown('asha')]).toEqual([true, true, false])
  })

  it('holds neither the token nor any header of the platform', async () => {
    const { network, ask } = startWorker()
    network.answers({ balance: 5 }, 200, 'application/json', { 'x-request-id': 'req_1', 'ratelimit-remaining': '3' })
    await ask(wallet, asha)
    const [name = ''] = await caches.keys()
    const cache = await caches.open(name)
    for (const request of await cache.keys()) {
      const kept = await cache.match(request)
      expect([...request.headers.keys()].filter((header) => header === 'authorization')).toEqual([])
      expect([...(kept?.headers.keys() ?? [])].sort()).toEqual(['connect-kept-at', 'content-type'])
    }
    expect(name).not.toContain(asha.split('.')[1])
  })

  it('is gone after its time, or when the clock has been set back', async () => {
    const { network, ask, advance, restart } = startWorker({ maxAgeSeconds: 60 })
    advance(10_000)
    network.answers({ balance: 5 })
    await ask(wallet, asha)
    network.fails()
    advance(-1)
    expect(await ask(wallet, asha, 'a reload')).toEqual({ lost: true })
    advance(60_001)
    expect(await ask(wallet, asha, 'a third')).toEqual({ lost: true })
    await restart().worker.activate()
    expect(await caches.keys()).toEqual([])
  })

  it('is forgotten at sign-out, with answers that are still on their way', async () => {
    const { network, ask, worker, settle } = startWorker()
    network.answers({ balance: 5 })
    await ask(wallet, asha)
    const late = network.answersLate({ balance: 6 })
    const asked = ask(wallet, asha)
    await worker.forget()
    late()
    expect(await asked).toMatchObject({ body: { balance: 6 } })
    await settle()
    network.fails()
    expect(await ask(wallet, asha, 'a reload')).toEqual({ lost: true })
    expect(await caches.keys()).toEqual([])
  })

  it('answers a page without a token for the person that it names, and asks the network nothing', async () => {
    const { network, ask } = startWorker()
    network.answers({ balance: 5 })
    await ask(wallet, asha)
    const before = network.asked
    const person = { app: 'app_1', mode: 'test', sub: 'asha' }
    const answer = await ask(wallet, standInFor(person, 0), 'a reload')
    expect(answer).toMatchObject({ body: { balance: 5 }, kept: expect.any(String) })
    expect(keptAt(answer.body as object)).toBe(answer.kept)
    expect(await ask(wallet, standInFor({ ...person, sub: 'meera' }, 0), 'a reload')).toEqual({ lost: true })
    expect(network.asked).toBe(before)
  })

  it('is nothing where the host keeps code only', async () => {
    const first = startWorker()
    first.network.answers({ balance: 5 })
    await first.ask(wallet, asha)
    const { worker, eventOf } = startWorker({ reads: false })
    await worker.activate()
    expect([worker.answer(eventOf(wallet, asha)), await caches.keys()]).toEqual([undefined, []])
  })
})
