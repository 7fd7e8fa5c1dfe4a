import { createServer } from '@impacthub/sdk/server'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { startPlatform, type TestApp, type TestPlatform } from '../start-platform.ts'
import { callOf, inProgress, legsTo, pair, phone, purses, settled, until } from './scene.ts'

/** Which provider carries a call, why, and what happens when it does not. */

let here: TestPlatform
let app: TestApp
beforeAll(async () => {
  here = await startPlatform({ exotel: 'legs' })
})
beforeEach(async () => {
  app = await here.app()
  here.twilio.control.clearFaults()
  here.exotel?.control.clearFaults()
})
afterAll(async () => {
  expect(await here.trialBalance()).toBe(0)
  await here.stop()
})

const exotelLegs = (number: string) => here.exotel?.control.legs({ all: true }).filter(({ contactUri }) => contactUri === number) ?? []
const creating = { method: 'POST', path: '/legs' } as const
const routed = (reason: string, ...passedOver: { provider: string; reason: string }[]) => ({ reason, passedOver })

async function abroad(userId: string, wish: { coins?: number } = {}) {
  return app.user(userId, { phone: `+1415555${phone().slice(-8, -4)}`, availability: 'always', ...wish })
}

it('takes Exotel within India and Twilio elsewhere, and tells the app’s server why', async () => {
  const two = await pair(app)
  const home = await callOf(two)
  const far = await abroad('far', { coins: 10 })
  const near = await abroad('near')
  const away = await far.client.calls.create({ calleeId: near.userId })
  expect([home.provider, away.provider]).toEqual(['exotel', 'twilio'])
  expect([home.number?.slice(0, 3), away.number?.slice(0, 5)]).toEqual(['+91', '+1415'])
  // What a provider is chosen for is the app's business, not its users'.
  expect([home.routing, away.routing]).toEqual([null, null])
  expect((await app.server.calls.get({ callId: home.id })).routing).toEqual(routed('domestic_india'))
  expect((await app.server.calls.get({ callId: away.id })).routing).toEqual(routed('default'))
})

it('takes Twilio from India abroad: Exotel does not reach there, and no Indian number is shown', async () => {
  const { caller } = await pair(app)
  const far = await abroad('far')
  await app.server.app.update({ providerOrder: ['exotel', 'twilio'] })
  const call = await app.server.calls.create({ callerId: caller.userId, calleeId: far.userId })
  expect(call).toMatchObject({ provider: 'twilio', routing: routed('app_order', { provider: 'exotel', reason: 'out_of_reach' }) })
  expect(call.number).toMatch(/^\+1415/)
})

it('follows the app’s own order, until the app takes it back', async () => {
  expect((await app.server.app.get()).providerOrder).toBeNull()
  expect((await app.server.app.update({ providerOrder: ['twilio'] })).providerOrder).toEqual(['twilio'])
  const [one, other] = [await pair(app), await pair(app)]
  expect(await callOf(one)).toMatchObject({ provider: 'twilio' })
  // What is not said stays as it is.
  expect((await app.server.app.update({ ringSeconds: 40 })).providerOrder).toEqual(['twilio'])
  expect((await app.server.app.update({ providerOrder: null })).providerOrder).toBeNull()
  expect(await callOf(other)).toMatchObject({ provider: 'exotel' })
  for (const providerOrder of [[], ['twilio', 'twilio'], ['skype']])
    await expect(app.server.app.update({ providerOrder: providerOrder as never })).rejects.toMatchObject({ code: 'invalid_request' })
})

it('passes over a provider at which the app has no number', async () => {
  const bare = await here.platform.createApp('Twilio only')
  const server = createServer({ baseUrl: here.url, secretKey: bare.modes.test.secretKey })
  here.twilio.control.ownNumber('+14155559999')
  await server.numbers.create({ phoneNumber: '+14155559999' })
  for (const userId of ['a', 'b']) await server.users.put({ userId, displayName: userId, phone: phone() })
  await server.wallets.credit({ userId: 'a', coins: 5, reason: 'Start' })
  await server.presence.set({ userId: 'b', availability: 'always' })
  const call = await server.calls.create({ callerId: 'a', calleeId: 'b' })
  expect(call).toMatchObject({ provider: 'twilio', routing: routed('domestic_india', { provider: 'exotel', reason: 'no_number' }) })
})

it('refuses where no provider reaches, with nothing held and nobody busy', async () => {
  await app.server.app.update({ providerOrder: ['exotel'] })
  const far = await abroad('far', { coins: 10 })
  const near = await abroad('near')
  await expect(far.client.calls.create({ calleeId: near.userId })).rejects.toMatchObject({ code: 'provider_unavailable', status: 503 })
  expect((await far.client.wallet.get()).buckets.held).toBe(0)
})

it.each([
  ['says no', 403, 'refused'],
  ['takes no more', 429, 'not_sent'],
])('goes to the next when the first %s, rings once, and is paid there', async (_, status, reason) => {
  here.exotel?.control.faultApi({ action: 'fail', ...creating, status, times: 100 })
  const two = await pair(app, { calleeDoes: '1061' })
  const { id } = await callOf(two)
  const call = await until(here, app, id, settled)
  expect(call).toMatchObject({
    provider: 'twilio',
    status: 'completed',
    durationSeconds: 61,
    chargedCoins: 2,
    canEnd: true,
    routing: routed('domestic_india', { provider: 'exotel', reason }),
  })
  expect(call.number).toMatch(/^\+1415/)
  expect(legsTo(here, two.callerPhone)).toHaveLength(1)
  expect(exotelLegs(two.callerPhone)).toEqual([])
  expect(await purses(two)).toMatchObject({ left: 8, held: 0 })
})

it('goes to no other when the first may have rung', async () => {
  here.exotel?.control.faultApi({ action: 'lose-answer', ...creating })
  const two = await pair(app, { calleeDoes: '1061' })
  const { id } = await callOf(two)
  expect(await until(here, app, id, settled)).toMatchObject({ provider: 'exotel', durationSeconds: 61, chargedCoins: 2 })
  expect(exotelLegs(two.callerPhone)).toHaveLength(1)
  expect(legsTo(here, two.callerPhone)).toEqual([])
})

it('hears nothing at the address of a provider that has lost the call', async () => {
  here.exotel?.control.faultApi({ action: 'fail', ...creating, status: 403, times: 100 })
  const two = await pair(app)
  const { id } = await callOf(two)
  await until(here, app, id, inProgress)
  const stranger = await fetch(`${here.url}/providers/exotel/calls/${id}/${'x'.repeat(32)}/leg-events?leg=caller`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ event_sid: 'e'.repeat(32), event_name: 'leg_terminated', data: { leg_sid: 'e'.repeat(32) } }),
  })
  expect(stranger.status).toBe(404)
  expect(await app.server.calls.get({ callId: id })).toMatchObject({ status: 'in_progress' })
  await app.server.calls.end({ callId: id })
  await until(here, app, id, settled)
})

it('fails when the last one says no, and gives the coins back', async () => {
  here.exotel?.control.faultApi({ action: 'fail', ...creating, status: 403, times: 100 })
  here.twilio.control.faultApi({ action: 'fail', method: 'POST', path: 'Calls.json', status: 403, times: 100 })
  const two = await pair(app)
  const { id } = await callOf(two)
  expect(await until(here, app, id, settled)).toMatchObject({ status: 'failed', endReason: 'provider_error', chargedCoins: 0 })
  expect(await purses(two)).toEqual({ left: 10, held: 0, earned: 0 })
})
