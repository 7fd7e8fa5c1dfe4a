import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { problem, startContractServer, type ContractServer, type Seen } from '../../test/contract-server.ts'
import { fastTiming, tokenOf } from '../../test/fast-timing.ts'
import { buildServer } from '../build-server.ts'
import { buildClient } from '../client.ts'
import type { Timing } from '../timing.ts'
import { ConnectError } from './connect-error.ts'

let platform: ContractServer
beforeEach(async () => {
  platform = await startContractServer()
})
afterEach(() => platform.close())

const serverWith = (timing: Partial<Timing> = {}) =>
  buildServer({ baseUrl: `${platform.baseUrl}/`, secretKey: 'sk_test_1' }, { ...fastTiming, ...timing })

const userWith = (getToken: () => Promise<string> = async () => tokenOf('asha'), timing: Partial<Timing> = {}) =>
  buildClient({ baseUrl: platform.baseUrl, publishableKey: 'pk_test_1', getToken }, { ...fastTiming, ...timing })

const keysOf = (requests: readonly Seen[]) => requests.map(({ headers }) => headers['idempotency-key'])
const failure = (work: Promise<unknown>): Promise<ConnectError> =>
  work.then(
    () => expect.fail('it should have failed'),
    (error: unknown) => (error instanceof ConnectError ? error : expect.fail(`not a ConnectError: ${String(error)}`)),
  )

describe('a request', () => {
  it('goes out with method, path, query, body and key of its route', async () => {
    platform.on('GET /v1/calls', { body: { data: [], nextCursor: null } })
    platform.on('POST /v1/users/a%2Fb%20%C3%A9%3F/credits', { status: 201, body: { transaction: {}, wallet: {} } })
    const server = serverWith()
    await server.calls.list({ limit: 5, userId: 'a&b', cursor: undefined })
    await server.wallets.credit({ userId: 'a/b é?', coins: 5, reason: 'welcome' })
    const [list, credit] = platform.seen
    expect(list).toMatchObject({ headers: { authorization: 'Bearer sk_test_1' }, body: undefined })
    expect([...(list?.query ?? [])]).toEqual([
      ['limit', '5'],
      ['userId', 'a&b'],
    ])
    expect(list?.headers).not.toHaveProperty('idempotency-key')
    expect(credit?.body).toEqual({ coins: 5, reason: 'welcome' })
    expect(credit?.headers['idempotency-key']).toMatch(/^\d+(-\d+){3}$/)
  })

  it('answers undefined for 204', async () => {
    platform.on('DELETE /v1/users/asha', { status: 204 })
    expect(await serverWith().users.delete({ userId: 'asha' })).toBeUndefined()
  })

  it.each(['.', '..', ''])('refuses the path parameter %j, which would lead to another route', async (userId) => {
    expect(await failure(serverWith().wallets.credit({ userId, coins: 1, reason: 'x' }))).toMatchObject({ code: 'invalid_argument' })
    expect(platform.seen).toEqual([])
  })

  it.each(['', 'with space', 'é', 'a\nb', 'x'.repeat(256)])('refuses the idempotency key %j before sending', async (idempotencyKey) => {
    const work = serverWith().wallets.credit({ userId: 'asha', coins: 1, reason: 'x' }, { idempotencyKey })
    expect(await failure(work)).toMatchObject({ code: 'invalid_argument' })
    expect(platform.seen).toEqual([])
  })

  it('keeps the path of the base address', async () => {
    platform.on('GET /connect/v1/users/asha', { body: {} })
    const server = buildServer({ baseUrl: `${platform.baseUrl}/connect/`, secretKey: 'sk' }, fastTiming)
    expect(await server.users.get({ userId: 'asha' })).toEqual({})
  })
})

describe('retries', () => {
  it('keep one idempotency key over a broken connection, an overload and a stalled body', async () => {
    platform.on('POST /v1/calls', 'drop', problem('unavailable'), 'stall', { status: 201, body: { id: 'call_1' } })
    const call = await userWith(undefined, { tryMs: 200 }).calls.create({ calleeId: 'ravi' })
    const keys = keysOf(platform.to('POST /v1/calls'))
    expect(call).toEqual({ id: 'call_1' })
    expect(keys).toHaveLength(4)
    expect(new Set(keys).size).toBe(1)
  })

  it('use another key for another request, and the given one where one is given', async () => {
    platform.on('POST /v1/calls', { status: 201, body: {} })
    const { calls } = userWith()
    await calls.create({ calleeId: 'ravi' })
    await calls.create({ calleeId: 'ravi' })
    await calls.create({ calleeId: 'ravi' }, { idempotencyKey: 'mine' })
    const [first, second, third] = keysOf(platform.seen)
    expect(first).not.toBe(second)
    expect(third).toBe('mine')
  })

  it.each(['rate_limited', 'unavailable', 'provider_unavailable', 'idempotency_in_progress'] as const)('follow %s', async (code) => {
    platform.on('POST /v1/calls', problem(code, { 'retry-after': '0.01' }), { status: 201, body: { id: 'call_1' } })
    // Were Retry-After not honoured, the first pause would be a minute.
    expect(await userWith(undefined, { retryBaseMs: 60_000 }).calls.create({ calleeId: 'ravi' })).toEqual({ id: 'call_1' })
    expect(new Set(keysOf(platform.seen)).size).toBe(1)
  })

  it.each(['callee_busy', 'insufficient_balance', 'invalid_request', 'internal', 'ledger_frozen', 'idempotency_key_reused'] as const)(
    'do not follow %s',
    async (code) => {
      platform.on('POST /v1/calls', problem(code))
      expect(await failure(userWith().calls.create({ calleeId: 'ravi' }))).toMatchObject({ code })
      expect(platform.seen).toHaveLength(1)
    },
  )

  it('leave a long Retry-After to the caller', async () => {
    platform.on('GET /v1/wallet', problem('rate_limited', { 'retry-after': '3600' }))
    expect(await failure(userWith().wallet.get())).toMatchObject({ code: 'rate_limited', retryAfterSeconds: 3600 })
    expect(platform.seen).toHaveLength(1)
  })

  it('end after four tries', async () => {
    platform.on('GET /v1/wallet', problem('unavailable'))
    expect(await failure(userWith().wallet.get())).toMatchObject({ code: 'unavailable', status: 503 })
    expect(platform.seen).toHaveLength(4)
  })

  it('never repeat a PATCH, which carries no key', async () => {
    platform.on('PATCH /v1/me', 'drop')
    expect(await failure(userWith().me.update({ displayName: 'Asha' }))).toMatchObject({ code: 'network_error', status: undefined })
    expect(platform.seen).toHaveLength(1)
  })
})

describe('a failure', () => {
  it('tells code, status, request, detail and fields', async () => {
    const errors = [{ pointer: '/coins', detail: 'must be positive' }]
    const { body, ...answer } = problem('invalid_request')
    platform.on('POST /v1/users/asha/credits', { ...answer, body: { ...Object(body), errors: [...errors, { pointer: 7 }, null] } })
    const error = await failure(serverWith().wallets.credit({ userId: 'asha', coins: -1, reason: 'x' }))
    expect(error).toMatchObject({
      name: 'ConnectError',
      code: 'invalid_request',
      status: 400,
      requestId: 'req_1',
      detail: 'said the test',
      errors,
    })
    expect(error.errors).toHaveLength(1)
    expect(error.message).toBe('invalid_request: said the test')
  })

  it.each([
    [{ status: 502, body: '<html>Bad gateway</html>' }, 502],
    [{ status: 404, body: 'null' }, 404],
    [{ status: 200, body: '<html>Sign in to the hotel network</html>' }, 200],
  ])('is unexpected_answer when somebody else answers: %j', async (answer, status) => {
    platform.on('GET /v1/wallet', answer)
    expect(await failure(userWith().wallet.get())).toMatchObject({ code: 'unexpected_answer', status })
  })

  it('is network_error when nobody answers', async () => {
    const { baseUrl } = platform
    await platform.close()
    const client = buildClient({ baseUrl, publishableKey: 'pk', getToken: async () => tokenOf('asha') }, fastTiming)
    expect(await failure(client.wallet.get())).toMatchObject({ code: 'network_error', status: undefined })
    platform = await startContractServer()
  })

  it('is timeout when no answer comes in time', async () => {
    platform.on('GET /v1/wallet', 'hang')
    expect(await failure(userWith(undefined, { tryMs: 10 }).wallet.get())).toMatchObject({ code: 'timeout' })
  })
})

describe('an abort', () => {
  const aborted = { code: 'aborted' }

  it('ends a request that waits for its answer', async () => {
    const giveUp = new AbortController()
    platform.on('GET /v1/wallet', () => {
      giveUp.abort()
      return 'hang'
    })
    expect(await failure(userWith().wallet.get({}, { signal: giveUp.signal }))).toMatchObject(aborted)
    await platform.seen[0]?.gone
    expect(platform.seen).toHaveLength(1)
  })

  it('ends a pause between tries', async () => {
    const giveUp = new AbortController()
    platform.on('GET /v1/wallet', problem('unavailable'))
    const work = failure(userWith(undefined, { retryBaseMs: 60_000 }).wallet.get({}, { signal: giveUp.signal }))
    await expect.poll(() => platform.seen.length).toBe(1)
    giveUp.abort()
    expect(await work).toMatchObject(aborted)
  })

  it('ends the wait for a token, and sends nothing when it came first', async () => {
    const giveUp = new AbortController()
    const work = failure(userWith(() => new Promise(() => undefined)).wallet.get({}, { signal: giveUp.signal }))
    giveUp.abort()
    expect(await work).toMatchObject(aborted)
    expect(await failure(userWith().wallet.get({}, { signal: AbortSignal.abort() }))).toMatchObject(aborted)
    expect(platform.seen).toEqual([])
  })
})

describe('the credential', () => {
  it('is refreshed once for twenty requests that were refused together', async () => {
    let made = 0
    const tokens = [tokenOf('revoked'), tokenOf('fresh')]
    const client = userWith(async () => tokens[made++] ?? '')
    platform.on('POST /v1/calls', ({ headers }) =>
      headers.authorization === `Bearer ${tokens[1]}` ? { status: 201, body: {} } : problem('unauthenticated'),
    )
    await Promise.all(Array.from({ length: 20 }, () => client.calls.create({ calleeId: 'ravi' })))
    expect(made).toBe(2)
    expect(platform.seen).toHaveLength(40)
    expect(new Set(keysOf(platform.seen)).size).toBe(20)
  })

  it('is refreshed only once a request', async () => {
    let made = 0
    platform.on('GET /v1/wallet', problem('unauthenticated'))
    expect(await failure(userWith(async () => tokenOf(String(++made))).wallet.get())).toMatchObject({
      code: 'unauthenticated',
      status: 401,
    })
    expect(made).toBe(2)
  })

  it('is the publishable key for the app, which can be asked before anybody has signed in', async () => {
    const client = userWith(() => Promise.reject(new Error('nobody is signed in')))
    platform.on('GET /v1/app', { body: { id: 'app_1' } }, problem('unauthenticated'))
    expect(await client.app.get()).toEqual({ id: 'app_1' })
    expect(await failure(client.app.get())).toMatchObject({ code: 'unauthenticated' })
    expect(platform.seen.map(({ headers }) => headers.authorization)).toEqual(['Bearer pk_test_1', 'Bearer pk_test_1'])
  })
})
