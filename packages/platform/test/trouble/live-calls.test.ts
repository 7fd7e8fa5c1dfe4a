import { setTimeout as sleep } from 'node:timers/promises'
import type { Call } from '@impacthub/sdk/contract'
import { createServer, type ConnectServer } from '@impacthub/sdk/server'
import { afterEach, expect, it } from 'vitest'
import { startExotelSandbox, type ExotelSandbox } from '../../sandbox/exotel/server.ts'
import { startTwilioSandbox, type TwilioSandbox } from '../../sandbox/twilio/server.ts'
import { connect } from '../../src/db/connect.ts'
import { verifyLedger } from '../../src/features/wallet/index.ts'
import { forget, startChild } from './child-platform.ts'
import { ownPostgres } from './own-postgres.ts'
import { startTalks } from './live-talks.ts'

const cleanUp: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const work of cleanUp.splice(0).reverse()) await work()
})

/** Enough coins for 18 seconds: by then the platform looks by itself at what nobody has told it about. */
const coins = 9
const rate = { coins: 1, seconds: 2 }

interface Phoned {
  readonly id: string
  /** After so many seconds of talk the callee hangs up. */
  readonly seconds: number
}

/** Rings as many pairs of phones through one provider. Who answers hangs up after 8 to 13 seconds. */
async function phone(server: ConnectServer, provider: 'twilio' | 'exotel', count: number): Promise<Phoned[]> {
  const way = provider === 'twilio' ? 1 : 2
  await server.app.update({ providerOrder: [provider] })
  return Promise.all(
    Array.from({ length: count }, async (_, n) => {
      const seconds = 8 + (n % 6)
      const [callerId, calleeId] = [`${provider}-caller-${n}`, `${provider}-callee-${n}`]
      const line = String(n).padStart(2, '0')
      await server.users.put({ userId: callerId, displayName: callerId, phone: `+9198${way}1${line}0000` })
      await server.users.put({ userId: calleeId, displayName: calleeId, phone: `+9198${way}2${line}${1_000 + seconds}`, rate })
      await server.wallets.credit({ userId: callerId, coins, reason: 'Start' })
      await server.presence.set({ userId: calleeId, availability: 'always' })
      return { id: (await server.calls.create({ callerId, calleeId })).id, seconds }
    }),
  )
}

interface Sandboxes {
  readonly twilio: TwilioSandbox
  readonly exotel: ExotelSandbox
}

async function startSandboxes(): Promise<Sandboxes> {
  // Nobody picks up before all phones ring: the talks run side by side.
  const twilio = await startTwilioSandbox({ answerAfterMs: null })
  const exotel = await startExotelSandbox({ answerAfterMs: null, figuresAfterMs: 500, requestsPerMinute: null })
  cleanUp.push(() => Promise.all([twilio.close(), exotel.close()]))
  return { twilio, exotel }
}

const envOf = ({ twilio, exotel }: Sandboxes, legs: 'on' | 'off') => ({
  TWILIO_BASE_URL: twilio.url,
  TWILIO_ACCOUNT_SID: twilio.accountSid,
  TWILIO_AUTH_TOKEN: twilio.authToken,
  EXOTEL_BASE_URL: exotel.url,
  EXOTEL_LEGS_BASE_URL: exotel.url,
  EXOTEL_ACCOUNT_SID: exotel.accountSid,
  EXOTEL_API_KEY: exotel.apiKey,
  EXOTEL_API_TOKEN: exotel.apiToken,
  EXOTEL_LEGS: legs,
})

/** Every phone that rings is picked up. */
function pickUp({ twilio, exotel }: Sandboxes): void {
  for (const { sid, status } of twilio.control.calls()) if (status === 'ringing') twilio.control.answer(sid)
  for (const { sid } of [...exotel.control.calls(), ...exotel.control.legs()]) exotel.control.answer(sid)
}

/** Whether two people still talk anywhere. Of a call that is made leg by leg, the caller's phone stays on the line until the platform comes. */
const someoneTalks = ({ twilio, exotel }: Sandboxes): boolean =>
  [...twilio.control.calls(), ...exotel.control.calls()].length > 0 ||
  exotel.control.legs().some(({ contactUri }) => !contactUri.endsWith('0000'))

const isLive = ({ status }: Call): boolean => status === 'in_progress'

async function expectPaid(server: ConnectServer, call: Call, seconds: number): Promise<void> {
  const chargedCoins = Math.ceil(seconds / 2)
  expect(call).toMatchObject({ status: 'completed', durationSeconds: seconds, chargedCoins, estimated: false })
  expect(await server.wallets.get({ userId: call.callerId })).toMatchObject({ balance: coins - chargedCoins, buckets: { held: 0 } })
  expect(await server.wallets.get({ userId: call.calleeId })).toMatchObject({ balance: call.earnedCoins, buckets: { held: 0 } })
}

it.each([
  { legs: 'off', twilio: 22, exotel: 22, browser: 6 },
  { legs: 'on', twilio: 0, exotel: 10, browser: 0 },
] as const)(
  'settles every live call once, to the provider’s seconds, after the platform was killed and the calls ended without it: %o',
  async (counts) => {
    const postgres = await ownPostgres()
    cleanUp.push(() => postgres.remove())
    const sandboxes = await startSandboxes()
    const env = envOf(sandboxes, counts.legs)
    const first = await startChild({ databaseUrl: postgres.url, env })
    cleanUp.push(async () => forget(first.dataDir))
    const { platformUrl, secretKey } = first.demo
    const server = createServer({ baseUrl: platformUrl, secretKey })

    const phoned = [...(await phone(server, 'twilio', counts.twilio)), ...(await phone(server, 'exotel', counts.exotel))]
    const talks = await startTalks(first.demo, server, counts.browser, { coins, rate })
    const active = async () => (await server.calls.list({ active: 'true', limit: 100 })).data
    const all = counts.twilio + counts.exotel + counts.browser
    // Leg by leg, two who have both answered hear each other only once they are joined.
    const unjoined = () => sandboxes.exotel.control.legs().some(({ bridge }) => bridge === undefined)
    while ((await active()).filter(isLive).length < all || unjoined()) {
      pickUp(sandboxes)
      await sleep(100)
    }

    await first.kill()
    const proved = talks.stop()
    while (someoneTalks(sandboxes)) await sleep(100)
    const port = Number(new URL(platformUrl).port)
    const second = await startChild({ databaseUrl: postgres.url, env, dataDir: first.dataDir, port })
    cleanUp.push(() => second.stop())

    const ids = [...phoned, ...proved].map(({ id }) => id)
    const records = () => Promise.all(ids.map((callId) => server.calls.get({ callId })))
    let settled = await records()
    while (settled.some((call) => !call.settled)) {
      await sleep(250)
      settled = await records()
    }
    for (const [n, { seconds }] of phoned.entries()) await expectPaid(server, settled[n] as Call, seconds)
    for (const [n, { atLeast, atMost }] of proved.entries()) {
      const call = settled[phoned.length + n] as Call
      expect(call.durationSeconds).toBeGreaterThanOrEqual(atLeast)
      expect(call.durationSeconds).toBeLessThanOrEqual(atMost)
      await expectPaid(server, call, call.durationSeconds)
    }
    expect(await active()).toEqual([])
    expect(sandboxes.exotel.control.legs()).toEqual([])
    const userIds = settled.slice(0, 50).map(({ calleeId }) => calleeId)
    const { data: presence } = await server.presence.get({ userIds: userIds.join(',') })
    expect(presence.filter(({ status }) => status === 'busy')).toEqual([])
    const db = connect({ url: postgres.url }, { poolSize: 2 })
    expect((await verifyLedger(db)).faults).toEqual([])
    await db.close()
  },
)
