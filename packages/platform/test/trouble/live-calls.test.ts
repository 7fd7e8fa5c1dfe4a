import { setTimeout as sleep } from 'node:timers/promises'
import { createServer } from '@impacthub/sdk/server'
import { afterEach, expect, it } from 'vitest'
import { startTwilioSandbox } from '../../sandbox/twilio/server.ts'
import { connect } from '../../src/db/connect.ts'
import { verifyLedger } from '../../src/features/wallet/index.ts'
import { forget, startChild } from './child-platform.ts'
import { ownPostgres } from './own-postgres.ts'

const cleanUp: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const work of cleanUp.splice(0).reverse()) await work()
})

const calls = 10

it(
  'settles every live call once, to the provider’s seconds, after the platform was killed and the calls ended without it',
  { timeout: 120_000 },
  async () => {
    const postgres = await ownPostgres()
    cleanUp.push(() => postgres.remove())
    const twilio = await startTwilioSandbox({ answerAfterMs: 200 })
    cleanUp.push(() => twilio.close())
    const env = { TWILIO_BASE_URL: twilio.url, TWILIO_ACCOUNT_SID: twilio.accountSid, TWILIO_AUTH_TOKEN: twilio.authToken }
    const first = await startChild({ databaseUrl: postgres.url, env })
    cleanUp.push(async () => forget(first.dataDir))
    const server = createServer({ baseUrl: first.demo.platformUrl, secretKey: first.demo.secretKey })

    // The Exotel sandbox of an embedded start dies with it; Twilio's goes on without the platform.
    await server.app.update({ providerOrder: ['twilio'] })

    // Callees hang up by themselves 3 to 12 seconds after they answered.
    const ids = await Promise.all(
      Array.from({ length: calls }, async (_, n) => {
        const [callerId, calleeId] = [`caller-${n}`, `callee-${n}`]
        await server.users.put({ userId: callerId, displayName: callerId, phone: `+91980001${n}0000` })
        await server.users.put({
          userId: calleeId,
          displayName: calleeId,
          phone: `+91980002${n}10${String(3 + n).padStart(2, '0')}`,
          rate: { coins: 3, seconds: 2 },
        })
        await server.wallets.credit({ userId: callerId, coins: 100, reason: 'Start' })
        await server.presence.set({ userId: calleeId, availability: 'always' })
        return (await server.calls.create({ callerId, calleeId })).id
      }),
    )
    const live = async () => (await server.calls.list({ active: 'true', limit: 100 })).data
    while ((await live()).some((call) => call.status !== 'in_progress' && call.status !== 'completed')) await sleep(50)
    expect((await live()).length).toBeGreaterThan(calls / 2)

    await first.kill()
    while (twilio.control.calls().length > 0) await sleep(100)
    const second = await startChild({
      databaseUrl: postgres.url,
      env,
      dataDir: first.dataDir,
      port: Number(new URL(first.demo.platformUrl).port),
    })
    cleanUp.push(() => second.stop())

    const records = async () => Promise.all(ids.map((callId) => server.calls.get({ callId })))
    let settled = await records()
    while (settled.some((call) => !call.settled)) {
      await sleep(250)
      settled = await records()
    }
    for (const [n, call] of settled.entries()) {
      const seconds = 3 + n
      expect(call).toMatchObject({
        status: 'completed',
        durationSeconds: seconds,
        chargedCoins: 3 * Math.ceil(seconds / 2),
        estimated: false,
      })
      expect(await server.wallets.get({ userId: call.callerId })).toMatchObject({ balance: 100 - call.chargedCoins, buckets: { held: 0 } })
      expect(await server.wallets.get({ userId: call.calleeId })).toMatchObject({ balance: call.earnedCoins })
    }
    const { data: presence } = await server.presence.get({ userIds: settled.map((call) => call.calleeId).join(',') })
    expect(presence.every(({ status }) => status === 'online')).toBe(true)
    const db = connect({ url: postgres.url }, { poolSize: 2 })
    expect((await verifyLedger(db)).faults).toEqual([])
    await db.close()
  },
)
