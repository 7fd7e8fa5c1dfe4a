import { setTimeout as sleep } from 'node:timers/promises'
import { createServer } from '@impacthub/sdk/server'
import { afterEach, expect, it } from 'vitest'
import { connect } from '../../src/db/connect.ts'
import type { Demo } from '../../src/embedded/demo.ts'
import { verifyLedger } from '../../src/features/wallet/index.ts'
import { forget, startChild, type ChildPlatform } from './child-platform.ts'
import { ownPostgres, type OwnPostgres } from './own-postgres.ts'

const cleanUp: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const work of cleanUp.splice(0).reverse()) await work()
})

const writers = 12
const each = 25

/** Credits one coin under one key until the platform has answered, whatever happens to it meanwhile. */
async function creditSurely(demo: Demo, userId: string, key: string): Promise<void> {
  for (;;) {
    const answer = await fetch(`${demo.platformUrl}/v1/users/${userId}/credits`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${demo.secretKey}`, 'Content-Type': 'application/json', 'Idempotency-Key': key },
      body: JSON.stringify({ coins: 1, reason: 'Burst' }),
      signal: AbortSignal.timeout(10_000),
    }).catch(() => undefined)
    if (answer?.status === 201) return
    // Nothing but "not now" may be answered: a refusal would mean that something was half done.
    if (answer !== undefined) expect([409, 500, 503]).toContain(answer.status)
    expect(answer?.status).not.toBe(500)
    await sleep(50)
  }
}

/** Starts a burst of credits and tells how many are through. */
function burst(demo: Demo, userId: string) {
  const progress = { through: 0 }
  const done = Promise.all(
    Array.from({ length: writers }, async (_, writer) => {
      for (let i = 0; i < each; i++) {
        await creditSurely(demo, userId, `burst-${userId}-${writer}-${i}`)
        progress.through++
      }
    }),
  )
  const reach = async (count: number) => {
    while (progress.through < count) await sleep(5)
  }
  return { done, reach }
}

async function expectExact(demo: Demo, postgres: OwnPostgres, userId: string): Promise<void> {
  const server = createServer({ baseUrl: demo.platformUrl, secretKey: demo.secretKey })
  expect((await server.wallets.get({ userId })).balance).toBe(writers * each)
  const db = connect({ url: postgres.url }, { poolSize: 2 })
  expect((await verifyLedger(db)).faults).toEqual([])
  await db.close()
}

async function scene(): Promise<{ postgres: OwnPostgres; platform: ChildPlatform; userId: string }> {
  const postgres = await ownPostgres()
  cleanUp.push(() => postgres.remove())
  const platform = await startChild({ databaseUrl: postgres.url })
  cleanUp.push(async () => forget(platform.dataDir))
  const userId = 'burst'
  await createServer({ baseUrl: platform.demo.platformUrl, secretKey: platform.demo.secretKey }).users.put({ userId, displayName: 'Burst' })
  return { postgres, platform, userId }
}

it('loses nothing acknowledged and does nothing twice when the platform is killed in mid-burst', async () => {
  const { postgres, platform, userId } = await scene()
  const { done, reach } = burst(platform.demo, userId)
  let running = platform
  for (const count of [60, 150]) {
    await reach(count)
    await running.kill()
    running = await startChild({
      databaseUrl: postgres.url,
      dataDir: platform.dataDir,
      port: Number(new URL(platform.demo.platformUrl).port),
    })
  }
  cleanUp.push(() => running.stop())
  await done
  expect(running.demo.secretKey).toBe(platform.demo.secretKey)
  await expectExact(running.demo, postgres, userId)
})

it('refuses while PostgreSQL is away, recovers by itself, and keeps every coin when PostgreSQL crashes under load', async () => {
  const { postgres, platform, userId } = await scene()
  cleanUp.push(() => platform.stop())
  const { done, reach } = burst(platform.demo, userId)
  await reach(60)
  await postgres.stop('immediate')
  const refused = await fetch(`${platform.demo.platformUrl}/v1/users/${userId}/wallet`, {
    headers: { Authorization: `Bearer ${platform.demo.secretKey}` },
  })
  expect(refused.status).toBe(503)
  expect(refused.headers.get('retry-after')).toMatch(/^[1-9]/)
  expect(await refused.json()).toMatchObject({ code: 'unavailable' })
  expect((await fetch(`${platform.demo.platformUrl}/readyz`)).status).toBe(503)
  await postgres.start()
  await reach(150)
  await postgres.stop('fast')
  await postgres.start()
  await done
  await expectExact(platform.demo, postgres, userId)
})
