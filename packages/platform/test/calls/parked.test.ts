import { afterEach, beforeEach, expect, it } from 'vitest'
import { everyTenant } from '../../src/base/tenant.ts'
import { taskStore } from '../../src/db/tasks-store.ts'
import { parkedTable, settleParked, type OperatorDeps } from '../../src/features/calls/index.ts'
import { verifyLedger } from '../../src/features/wallet/index.ts'
import { ProviderError } from '../../src/providers/telephony/port.ts'
import { account, leg, startScripted, type ScriptedPlatform } from './scripted-provider.ts'

let here: ScriptedPlatform
beforeEach(async () => {
  here = await startScripted()
  heard.length = 0
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
  const url = here.provider.dialed[0]?.urls.calleeStatus ?? ''
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

it('does not park a call whose account lags for a moment, after many looks that found it open', async () => {
  here.provider.fetchCall = () => Promise.resolve(account(leg('leg-a', 'in_progress'), leg('leg-b', 'in_progress')))
  const { id, look } = await answered()
  await here.server.calls.end({ callId: id })
  await here.advance(60)
  expect(await look()).toMatchObject({ status: 'in_progress' })
  const end = now()
  const lagging = account(leg('leg-a', 'completed', 62, end), leg('leg-b', 'completed', null, end))
  const sure = account(leg('leg-a', 'completed', 62, end), leg('leg-b', 'completed', 60, end))
  here.provider.fetchCall = () => Promise.resolve(lagging)
  await here.advance(16)
  expect(await reasonOf(id)).toEqual({ review: false, review_reason: null })
  here.provider.fetchCall = () => Promise.resolve(sure)
  await here.advance(15)
  expect(await look()).toMatchObject({ settled: true, durationSeconds: 60, chargedCoins: 1 })
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

/** A talk that the provider says nothing readable about. */
async function parked() {
  const placed = await answered()
  await here.advance(30)
  here.provider.fetchCall = () => Promise.resolve(account(leg('leg-a', 'completed', 61, now()), null, true))
  await here.server.calls.end({ callId: placed.id })
  await here.advance(60)
  expect(await placed.look()).toMatchObject({ status: 'completed', settled: false })
  return placed
}
/** What those heard who wait for a call of the caller's. */
const heard: string[] = []
const onMoney: OperatorDeps['onMoney'] = async (_tx, _tenantId, _callerId, what) => void heard.push(what)
const settle = (callId: string, connectedSeconds: number, reason = 'By the provider’s bill') =>
  settleParked({ db: here.platform().db, clock: { now }, tasks: taskStore, onMoney }, { callId, connectedSeconds, reason })
const audited = () =>
  here
    .platform()
    .db.transact(everyTenant, (tx) => tx.query(`select actor, subject, reason, details from audit where action = 'call.settled'`))

it('shows an operator what is parked, and settles it by their word, once', async () => {
  const { id, look } = await parked()
  const [head, row, ...others] = (await parkedTable(here.platform().db)).split('\n')
  expect(head).toMatch(/^call +app +mode +created +held coins +why$/)
  expect(row).toMatch(new RegExp(`^${id} +app_\\w+ +test +20\\S+Z +10 +unreadable$`))
  expect(others).toEqual([])
  const before = await look()
  await settle(id, 61)
  await here.quiet()
  const after = await look()
  expect(after).toMatchObject({ settled: true, estimated: false, durationSeconds: 61, chargedCoins: 2 })
  expect([after.status, after.endReason, after.answeredAt]).toEqual([before.status, before.endReason, before.answeredAt])
  expect([await held(), (await verifyLedger(here.platform().db)).faults]).toEqual([0, []])
  const details = { connectedSeconds: 61, heldCoins: 10, reviewReason: 'unreadable' }
  const row1 = { actor: 'operator', subject: id, reason: 'By the provider’s bill', details }
  expect(await audited()).toEqual([row1])
  await expect(settle(id, 0)).rejects.toMatchObject({ code: 'conflict' })
  expect(heard).toEqual(['paid'])
  talked(120)
  await here.advance(3_700, 60)
  expect(await look()).toEqual(after)
  expect(await audited()).toEqual([row1])
  expect(await parkedTable(here.platform().db)).toBe('No call is parked.')
})

it('settles a parked call once when two operators do it at one instant', async () => {
  const { id, look } = await parked()
  const outcomes = await Promise.allSettled([settle(id, 61), settle(id, 200)])
  expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
  expect(await audited()).toHaveLength(1)
  expect([await held(), (await look()).settled]).toEqual([0, true])
})

it('gives all coins back for a parked call of no seconds', async () => {
  const { id, look } = await parked()
  await settle(id, 0)
  expect(await look()).toMatchObject({ settled: true, durationSeconds: 0, chargedCoins: 0 })
  expect((await here.server.wallets.get({ userId: 'asha' })).balance).toBe(10)
})

it('refuses an operator a call that is live, settled or unknown', async () => {
  const { id } = await answered()
  await expect(settle(id, 10)).rejects.toMatchObject({ code: 'conflict' })
  await expect(settle('call_unknown', 10)).rejects.toMatchObject({ code: 'not_found' })
  talked(5)
  await here.server.calls.end({ callId: id })
  await here.advance(5)
  await expect(settle(id, 10)).rejects.toMatchObject({ code: 'conflict' })
})

it('refuses an operator seconds beyond the limit, no whole ones, and a settlement without a reason', async () => {
  const { id, look } = await parked()
  for (const seconds of [-1, 1.5, 601, Number.NaN]) await expect(settle(id, seconds)).rejects.toMatchObject({ code: 'invalid_request' })
  for (const reason of ['', '  ', 'x'.repeat(501)]) await expect(settle(id, 5, reason)).rejects.toMatchObject({ code: 'invalid_request' })
  await freeze(true)
  await expect(settle(id, 5)).rejects.toMatchObject({ code: 'ledger_frozen' })
  await freeze(false)
  expect([(await look()).settled, await held(), await audited()]).toEqual([false, 10, []])
})
