import { afterEach, beforeEach, expect, it } from 'vitest'
import { everyTenant } from '../../src/base/tenant.ts'
import { ProviderError } from '../../src/providers/telephony/port.ts'
import { account, leg, startScripted, type ScriptedPlatform } from './scripted-provider.ts'

let here: ScriptedPlatform
beforeEach(async () => {
  here = await startScripted()
})
afterEach(() => here.stop())

const now = (): Date => new Date(here.held.now())
const held = async (): Promise<number> => (await here.server.wallets.get({ userId: 'asha' })).buckets.held
const busy = async (): Promise<boolean[]> =>
  (await here.server.presence.get({ userIds: 'asha,ravi' })).data.map(({ status }) => status === 'busy')

async function call() {
  const { id } = await here.server.calls.create({ callerId: 'asha', calleeId: 'ravi' })
  await here.quiet()
  return { id, look: () => here.server.calls.get({ callId: id }) }
}

async function answered() {
  const placed = await call()
  const url = (here.provider.dialed[0]?.statusUrl ?? '').replace('caller-status', 'callee-status')
  await here.callBack(url, { leg: 'callee', legId: 'leg-b', otherLegId: 'leg-a', status: 'in_progress' })
  return placed
}

function talked(seconds: number): void {
  const end = now()
  here.provider.fetchCall = () =>
    Promise.resolve(account(leg('leg-a', 'completed', seconds + 2, end), leg('leg-b', 'completed', seconds, end)))
}

const freeze = (frozen: boolean) => here.platform().db.statement('update tenants set ledger_frozen = $1', [frozen])
const reasonOf = async (id: string): Promise<unknown> => {
  const read = 'select review, review_reason from calls where id = $1'
  const [row] = await here.platform().db.transact(everyTenant, (tx) => tx.query(read, [id]))
  return row
}

it('ends a call whose callee has no room for its coins, and settles it when there is room', async () => {
  const { id, look } = await answered()
  await here.server.wallets.credit({ userId: 'ravi', coins: Number.MAX_SAFE_INTEGER - 10, reason: 'All there is' })
  await here.advance(30)
  talked(30)
  await here.server.calls.end({ callId: id })
  await here.quiet()
  expect(await busy()).toEqual([false, false])
  expect(await look()).toMatchObject({ status: 'completed', settled: false, durationSeconds: 30 })
  expect([await held(), await reasonOf(id)]).toEqual([10, { review: true, review_reason: 'wallet_full' }])
  await here.server.wallets.debit({ userId: 'ravi', coins: 1_000, reason: 'Room' })
  await here.advance(3_700, 60)
  expect(await look()).toMatchObject({ settled: true, durationSeconds: 30, chargedCoins: 1 })
  expect([await held(), await reasonOf(id)]).toEqual([0, { review: false, review_reason: null }])
})

it('lets nobody stay busy when the provider of a call is configured no longer, and settles it when it is back', async () => {
  const { id, look } = await answered()
  await here.advance(10)
  await here.restart('without provider')
  await here.advance(600 + 30 + 90, 10)
  expect(await busy()).toEqual([false, false])
  expect(await look()).toMatchObject({ status: 'completed', settled: false })
  expect([await held(), await reasonOf(id)]).toEqual([10, { review: true, review_reason: 'no_provider' }])
  talked(61)
  await here.restart('with provider')
  await here.advance(130, 10)
  expect(await look()).toMatchObject({ settled: true, durationSeconds: 61, chargedCoins: 2 })
})

it('lets nobody stay busy when every look at a call meets a fault of ours', async () => {
  const { id } = await answered()
  here.provider.fetchCall = () => Promise.reject(new TypeError('a bug of ours'))
  await here.advance(600 + 30 + 90, 10)
  expect([await busy(), await held()]).toEqual([[false, false], 10])
  expect(await reasonOf(id)).toEqual({ review: true, review_reason: 'fault' })
})

it('fails a call that no provider is there to dial', async () => {
  await here.restart('without provider')
  await expect(here.server.calls.create({ callerId: 'asha', calleeId: 'ravi' })).rejects.toMatchObject({ code: 'provider_unavailable' })
  await here.restart('with provider')
  here.provider.dial = () => Promise.reject(new ProviderError('not_sent'))
  const { look } = await call()
  await here.restart('without provider')
  await here.advance(25)
  expect(await look()).toMatchObject({ status: 'failed', endReason: 'provider_error', settled: true, chargedCoins: 0 })
  expect([await held(), await busy()]).toEqual([0, [false, false]])
})

it('never dials a call that was ended before while the ledger is frozen', async () => {
  here.provider.dial = () => Promise.reject(new ProviderError('not_sent'))
  const { id, look } = await call()
  const dialed = here.provider.dialed.length
  await freeze(true)
  expect(await here.server.calls.end({ callId: id })).toMatchObject({ status: 'canceled', endReason: 'platform', settled: false })
  await here.advance(60)
  expect(here.provider.dialed).toHaveLength(dialed)
  expect([await held(), await busy(), await reasonOf(id)]).toEqual([10, [false, false], { review: true, review_reason: 'ledger_frozen' }])
  await freeze(false)
  await here.advance(130, 10)
  expect(await look()).toMatchObject({ status: 'canceled', settled: true, chargedCoins: 0 })
  expect([await held(), here.provider.dialed.length]).toEqual([0, dialed])
})
