import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { createServer } from '@impacthub/sdk/server'
import pg from 'pg'
import { expect, it } from 'vitest'
import { connect } from '../../src/db/connect.ts'
import { verifyLedger } from '../../src/features/wallet/index.ts'
import { forget, startChild, type ChildPlatform } from './child-platform.ts'
import { ownPostgres } from './own-postgres.ts'

const referrers = 4
const comers = 36
const many = (count: number) => Array.from({ length: count }, (_, index) => index)

/** As long as the platform does not answer: the same again, with the same key. */
async function surely<T>(ask: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await ask()
    } catch {
      await sleep(50)
    }
  }
}

interface Run {
  platform: ChildPlatform
  done: number
}

const serverOf = ({ platform: { demo } }: Run) => createServer({ baseUrl: demo.platformUrl, secretKey: demo.secretKey })

/** Comes by a code at sign-up, or enters it afterwards. */
async function come(run: Run, index: number, codes: readonly string[]): Promise<void> {
  const [userId, code, key] = [`comer-${index}`, codes[index % codes.length] ?? '', randomUUID()]
  const isLater = index % 2 === 0
  const wish = { userId, displayName: userId, email: `${userId}@mail${index}.example`, ...(isLater ? {} : { referralCode: code }) }
  await surely(() => serverOf(run).users.put(wish, { idempotencyKey: `made-${key}` }))
  if (isLater)
    await surely(async () => {
      const { token } = await serverOf(run).users.createToken({ userId })
      const answer = await fetch(`${run.platform.demo.platformUrl}/v1/referral/redemptions`, {
        method: 'POST',
        headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json', 'Idempotency-Key': key },
        body: JSON.stringify({ code, deviceId: userId }),
        signal: AbortSignal.timeout(15_000),
      })
      if (answer.status !== 201) throw new Error(await answer.text())
    })
  run.done++
}

/** Each person's bonus coins, and the rewards that stand behind them. */
async function outcome(url: string) {
  const database = new pg.Client({ connectionString: url })
  await database.connect()
  const { rows } = await database.query<{ comer: boolean; coins: string; people: string }>(
    `select u.host_id like 'comer-%' as comer, a.balance::text as coins, count(*)::text as people from users u
     join ledger_accounts a on a.tenant_id = u.tenant_id and a.user_id = u.id and a.name = 'bonus'
     where u.host_id like 'comer-%' or u.host_id like 'referrer-%' group by 1, 2 order by 1, 2`,
  )
  const { rows: rewards } = await database.query<{ status: string; count: string }>(
    'select status, count(*)::text as count from referrals group by 1',
  )
  await database.end()
  const db = connect({ url })
  const { faults } = await verifyLedger(db)
  await db.close()
  return { rows, rewards, faults }
}

it('rewards each once when it is killed while people come by codes', { timeout: 240_000 }, async () => {
  const postgres = await ownPostgres()
  const run: Run = { platform: await startChild({ databaseUrl: postgres.url }), done: 0 }
  const { dataDir, demo } = run.platform
  try {
    await serverOf(run).app.update({
      referral: { caps: { perReferrerPerHour: 1_000, perReferrerPerDay: 1_000 }, checks: { pattern: 'off' } },
    })
    const codes: string[] = []
    for (const index of many(referrers))
      codes.push((await serverOf(run).users.put({ userId: `referrer-${index}`, displayName: 'Referrer' })).referralCode)
    const everybody = Promise.all(
      many(6).map(async (lane) => {
        for (const index of many(comers / 6)) await come(run, index * 6 + lane, codes)
      }),
    )
    for (const at of [comers / 3]) {
      while (run.done < at) await sleep(5)
      await run.platform.kill()
      run.platform = await startChild({ databaseUrl: postgres.url, dataDir, port: Number(new URL(demo.platformUrl).port) })
    }
    await everybody
    expect(await outcome(postgres.url)).toEqual({
      rows: [
        { comer: false, coins: String((comers / referrers) * 50), people: String(referrers) },
        { comer: true, coins: '50', people: String(comers) },
      ],
      rewards: [{ status: 'rewarded', count: String(comers) }],
      faults: [],
    })
  } finally {
    await run.platform.stop()
    await postgres.remove()
    forget(dataDir)
  }
})
