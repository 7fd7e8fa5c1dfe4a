import pg from 'pg'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { ProviderError } from '../../src/providers/telephony/port.ts'
import { account, leg, startScripted, type ScriptedPlatform } from './scripted-provider.ts'

let here: ScriptedPlatform
beforeEach(async () => {
  here = await startScripted()
})
afterEach(() => here.stop())

async function call(): Promise<{ id: string; look: () => ReturnType<ScriptedPlatform['server']['calls']['get']> }> {
  const { id } = await here.server.calls.create({ callerId: 'asha', calleeId: 'ravi' })
  await here.quiet()
  return { id, look: () => here.server.calls.get({ callId: id }) }
}
const statusUrl = (): string => here.provider.dialed[0]?.urls.callerStatus ?? ''
const calleeUrl = (): string => statusUrl().replace('caller-status', 'callee-status')
const held = async (): Promise<number> => (await here.server.wallets.get({ userId: 'asha' })).buckets.held
const busy = async (): Promise<boolean[]> =>
  (await here.server.presence.get({ userIds: 'asha,ravi' })).data.map(({ status }) => status === 'busy')
/** As the database's owner, above the application's rights. */
async function asOwner(sql: string): Promise<void> {
  const owner = new pg.Client(here.database.connection)
  await owner.connect()
  try {
    await owner.query(sql)
  } finally {
    await owner.end()
  }
}
const now = (): Date => new Date(here.held.now())

it('never dials again after an error that may have come behind the dialling', async () => {
  here.provider.dial = () => Promise.reject(new TypeError('a bug of ours'))
  const { look } = await call()
  await here.advance(95)
  expect(here.provider.dialed).toHaveLength(1)
  expect(await look()).toMatchObject({ status: 'failed', endReason: 'provider_error', settled: true, chargedCoins: 0 })
  expect([await held(), await busy()]).toEqual([0, [false, false]])
})

it('guesses nothing when two legs could be the lost one: the callback says which it is', async () => {
  here.provider.dial = () => Promise.reject(new ProviderError('unknown'))
  here.provider.findDialed = () => Promise.resolve([leg('leg-a', 'ringing'), leg('leg-b', 'ringing')])
  here.provider.fetchCall = (id) => Promise.resolve(account(leg(id, 'ringing'), null))
  const { look } = await call()
  await here.advance(20)
  expect((await look()).providerIds).toEqual({ caller: null, callee: null })
  expect(await here.callBack(statusUrl(), { legId: 'leg-b' })).toBe(204)
  expect((await look()).providerIds).toEqual({ caller: 'leg-b', callee: null })
  expect(here.provider.hungUp).toEqual([])
})

it('takes down a leg that shows up when its call was given up, and one that is a second for its call', async () => {
  here.provider.dial = () => Promise.reject(new ProviderError('unknown'))
  const { look } = await call()
  await here.advance(95)
  const given = await look()
  expect(given).toMatchObject({ status: 'failed', settled: true })
  await here.callBack(statusUrl(), { legId: 'leg-late', status: 'in_progress' })
  await here.callBack(statusUrl(), { legId: 'leg-twin', status: 'in_progress' })
  expect(here.provider.hungUp).toEqual(['leg-late', 'leg-twin'])
  expect(await look()).toEqual({ ...given, providerIds: { caller: 'leg-late', callee: null } })
})

it('parks a call whose account stays unreadable, and settles it by the first that is not', async () => {
  here.provider.fetchCall = () => Promise.resolve(account(leg('leg-a', 'completed', 61, now()), null, true))
  const { look } = await call()
  await here.callBack(calleeUrl(), { leg: 'callee', legId: 'leg-b', otherLegId: 'leg-a', status: 'in_progress' })
  await here.advance(30)
  await here.callBack(calleeUrl(), { leg: 'callee', legId: 'leg-b', otherLegId: 'leg-a', status: 'completed' })
  expect(await look()).toMatchObject({ status: 'in_progress', settled: false })
  await here.advance(60)
  const parked = await look()
  expect(parked).toMatchObject({ status: 'completed', settled: false, estimated: true, chargedCoins: 0 })
  expect([await held(), await busy()]).toEqual([10, [false, false]])
  const end = now()
  here.provider.fetchCall = () => Promise.resolve(account(leg('leg-a', 'completed', 63, end), leg('leg-b', 'completed', 61, end)))
  await here.advance(3_700, 100)
  expect(await look()).toMatchObject({
    status: parked.status,
    endReason: parked.endReason,
    settled: true,
    durationSeconds: 61,
    chargedCoins: 2,
  })
  expect(await held()).toBe(0)
})

it('waits for an account that lags behind a flurry of callbacks', async () => {
  const { look } = await call()
  const end = now()
  here.provider.fetchCall = () => Promise.resolve(account(leg('leg-a', 'completed', 63, end), null, true))
  for (let n = 0; n < 8; n++) await here.callBack(calleeUrl(), { leg: 'callee', legId: 'leg-b', otherLegId: 'leg-a', status: 'completed' })
  expect(await look()).toMatchObject({ endedAt: null })
  here.provider.fetchCall = () => Promise.resolve(account(leg('leg-a', 'completed', 63, end), leg('leg-b', 'completed', 61, end)))
  await here.advance(15)
  expect(await look()).toMatchObject({ settled: true, durationSeconds: 61, chargedCoins: 2 })
})

it('charges no more than was held when the provider let the two talk too long; the app bears the rest', async () => {
  const { look } = await call()
  const end = now()
  here.provider.fetchCall = () => Promise.resolve(account(leg('leg-a', 'completed', 700, end), leg('leg-b', 'completed', 661, end)))
  await here.callBack(statusUrl(), { status: 'completed' })
  expect(await look()).toMatchObject({ durationSeconds: 661, chargedCoins: 10, heldCoins: 10, endReason: 'balance_exhausted' })
  expect(await here.server.wallets.get({ userId: 'asha' })).toMatchObject({ balance: 0, buckets: { held: 0 } })
})

it('believes no callback about an end, however authentic, against the provider’s account', async () => {
  here.provider.fetchCall = () => Promise.resolve(account(leg('leg-a', 'in_progress'), leg('leg-b', 'in_progress')))
  const { look } = await call()
  for (const status of ['completed', 'busy', 'failed', 'unknown'] as const) await here.callBack(statusUrl(), { status })
  expect(await look()).toMatchObject({ status: 'in_progress', settled: false })
  expect(await busy()).toEqual([true, true])
})

it('hangs up again and again on a provider that refuses, but not for ever', async () => {
  here.provider.fetchCall = () => Promise.resolve(account(leg('leg-a', 'in_progress'), leg('leg-b', 'in_progress')))
  here.provider.hangUp = () => Promise.reject(new ProviderError('refused', '20003'))
  const { id, look } = await call()
  await here.server.calls.end({ callId: id })
  await here.advance(30)
  expect(here.provider.hungUp.length).toBeGreaterThan(3)
  // The call's limit comes after ten minutes; each ten tries last up to four minutes, a fifth of that left to chance.
  await here.advance(1_200, 10)
  expect(await busy()).toEqual([false, false])
  const tries = here.provider.hungUp.length
  await here.advance(600, 10)
  expect(here.provider.hungUp).toHaveLength(tries)
  const end = now()
  here.provider.fetchCall = () => Promise.resolve(account(leg('leg-a', 'completed', 500, end), leg('leg-b', 'completed', 490, end)))
  await here.advance(3_700, 60)
  expect(await look()).toMatchObject({ settled: true, endReason: 'platform', durationSeconds: 490, chargedCoins: 9 })
})

it('cuts off a call at its limit while more dials hang than there are places', async () => {
  await here.server.wallets.debit({ userId: 'asha', coins: 9, reason: 'Leave one minute' })
  const { look } = await call()
  here.provider.fetchCall = () => Promise.resolve(account(leg('leg-a', 'in_progress'), leg('leg-b', 'in_progress')))
  await here.callBack(calleeUrl(), { leg: 'callee', legId: 'leg-b', otherLegId: 'leg-a', status: 'in_progress' })
  expect(await look()).toMatchObject({ status: 'in_progress', limitSeconds: 60 })
  let release: (() => void) | undefined
  const hanging = new Promise<void>((resolve) => (release = resolve))
  here.provider.dial = () => hanging.then(() => Promise.reject(new ProviderError('refused')))
  for (let n = 0; n < 20; n++) {
    const [caller, callee] = [`caller-${String(n)}`, `callee-${String(n)}`]
    for (const [m, userId] of [caller, callee].entries())
      await here.server.users.put({ userId, displayName: userId, phone: `+919800010${String(n).padStart(2, '0')}${String(m)}` })
    await here.server.wallets.credit({ userId: caller, coins: 1, reason: 'Start' })
    await here.server.presence.set({ userId: callee, availability: 'always' })
    await here.server.calls.create({ callerId: caller, calleeId: callee })
  }
  await expect.poll(() => here.provider.dialed.length).toBeGreaterThanOrEqual(10)
  expect(here.provider.hungUp).toEqual([])
  await here.held.advance(59_900)
  const passes = async () => {
    await here.held.advance(100)
    return here.provider.hungUp
  }
  await expect.poll(passes).toContain('leg-a')
  release?.()
})

it('looks after a call that every task forgot', async () => {
  const { look } = await call()
  await asOwner(`delete from tasks where kind like 'call.%'`)
  here.provider.fetchCall = () => Promise.resolve(account(leg('leg-a', 'no_answer', 0, now()), null))
  await here.advance(65)
  expect(await look()).toMatchObject({ status: 'no_answer', settled: true })
  expect([await held(), await busy()]).toEqual([0, [false, false]])
})

it('admits no call while the ledger is frozen, frees who is in one, and settles when it is released', async () => {
  const { look } = await call()
  await asOwner('update tenants set ledger_frozen = true')
  const end = now()
  here.provider.fetchCall = () => Promise.resolve(account(leg('leg-a', 'completed', 5, end), leg('leg-b', 'completed', 3, end)))
  await here.callBack(statusUrl(), { status: 'completed' })
  expect(await look()).toMatchObject({ settled: false })
  await here.advance(720, 10)
  expect([await held(), await busy()]).toEqual([10, [false, false]])
  await expect(here.server.calls.create({ callerId: 'ravi', calleeId: 'asha' })).rejects.toMatchObject({ code: 'ledger_frozen' })
  expect(await busy()).toEqual([false, false])
  await asOwner('update tenants set ledger_frozen = false')
  await here.advance(3_700, 60)
  expect(await look()).toMatchObject({ settled: true, durationSeconds: 3, chargedCoins: 1 })
})
