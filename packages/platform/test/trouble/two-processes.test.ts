import { randomBytes } from 'node:crypto'
import { createClient, type ConnectClient } from '@impacthub/sdk'
import { createServer, type ConnectServer } from '@impacthub/sdk/server'
import { afterEach, expect, it } from 'vitest'
import { startTwilioSandbox } from '../../sandbox/twilio/server.ts'
import { startRedis } from '../redis/start-redis.ts'
import { forget, startChild } from './child-platform.ts'
import { ownPostgres } from './own-postgres.ts'

const cleanUp: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const work of cleanUp.splice(0).reverse()) await work()
})

/** Two processes of one platform, as behind a load balancer: one PostgreSQL, one Redis, one provider. */
async function startTwo() {
  const postgres = await ownPostgres()
  cleanUp.push(() => postgres.remove())
  const redis = await startRedis()
  cleanUp.push(() => redis.stop())
  const twilio = await startTwilioSandbox({ answerAfterMs: 200 })
  cleanUp.push(() => twilio.close())
  const env = {
    CONNECT_MASTER_KEY: randomBytes(32).toString('base64'),
    REDIS_URL: redis.url,
    TWILIO_BASE_URL: twilio.url,
    TWILIO_ACCOUNT_SID: twilio.accountSid,
    TWILIO_AUTH_TOKEN: twilio.authToken,
  }
  const start = async () => {
    const child = await startChild({ databaseUrl: postgres.url, env })
    cleanUp.push(async () => {
      await child.kill()
      forget(child.dataDir)
    })
    return child
  }
  const one = await start()
  return { one, two: await start(), twilio }
}

async function clientOf(server: ConnectServer, baseUrl: string, publishableKey: string, userId: string): Promise<ConnectClient> {
  const client = createClient({ baseUrl, publishableKey, getToken: async () => (await server.users.createToken({ userId })).token })
  cleanUp.push(async () => client.realtime.close())
  return client
}

/** The statuses of a user in the order in which a watcher is told them. */
function statusesOf(client: ConnectClient, userId: string) {
  const told: string[] = []
  const waiting: (() => void)[] = []
  const tell = (status: string) => {
    told.push(status)
    for (const wake of waiting.splice(0)) wake()
  }
  client.realtime.on('presence.snapshot', ({ presence }) =>
    presence.filter((one) => one.userId === userId).forEach((one) => tell(one.status)),
  )
  client.realtime.on('presence.changed', (one) => (one.userId === userId ? tell(one.status) : undefined))
  client.realtime.on('session.snapshot', ({ presence }) =>
    presence.filter((one) => one.userId === userId).forEach((one) => tell(one.status)),
  )
  client.realtime.watch([userId])
  return async (status: string) => {
    while (told.at(-1) !== status) await new Promise<void>((resolve) => waiting.push(resolve))
  }
}

it('shows a user of one process to watchers of the other: online, busy in a call, free again, and gone when the process is killed', async () => {
  const { one, two, twilio } = await startTwo()
  const { platformUrl, publishableKey, secretKey } = one.demo
  const server = createServer({ baseUrl: platformUrl, secretKey })
  // Of the other provider each process has a sandbox of its own: neither could tell of the other's calls.
  await server.app.update({ providerOrder: ['twilio'] })
  for (const [userId, phone] of [
    ['watcher', '+919800010000'],
    ['caller', '+919800020000'],
    ['callee', '+919800030000'],
  ] as const)
    await server.users.put({ userId, displayName: userId, phone })
  await server.wallets.credit({ userId: 'caller', coins: 10, reason: 'Start' })

  const watcher = await clientOf(server, platformUrl, publishableKey, 'watcher')
  const becomes = statusesOf(watcher, 'callee')
  await becomes('offline')
  const callee = await clientOf(server, two.demo.platformUrl, publishableKey, 'callee')
  callee.realtime.connect()
  await becomes('online')

  const call = await server.calls.create({ callerId: 'caller', calleeId: 'callee' })
  await becomes('busy')
  expect((await server.presence.get({ userIds: 'caller,callee' })).data).toMatchObject([{ status: 'busy' }, { status: 'busy' }])
  // The other process ends what this one began.
  await createServer({ baseUrl: two.demo.platformUrl, secretKey }).calls.end({ callId: call.id })
  await becomes('online')
  while (twilio.control.calls().length > 0) await new Promise((resolve) => setTimeout(resolve, 50))

  await two.kill()
  await becomes('offline')
})
