import pg from 'pg'
import { newId } from '../../src/base/ids.ts'
import type { TestApp, TestPlatform } from '../start-platform.ts'

const made = new Map<string, Promise<string>>()

/** A referral of somebody that came to nothing, as a row: who may see it does not depend on how it went, and nothing changes it. */
export function refusedReferral(platform: TestPlatform, app: TestApp, hostUserId: string): Promise<string> {
  const name = `${app.app.appId} ${hostUserId}`
  const known = made.get(name) ?? insert(platform, app, hostUserId)
  made.set(name, known)
  return known
}

async function insert({ database, held }: TestPlatform, { app }: TestApp, hostUserId: string): Promise<string> {
  const client = new pg.Client(database.connection)
  await client.connect()
  try {
    const id = newId('ref')
    const { rowCount } = await client.query(
      `insert into referrals (id, tenant_id, referrer_id, referee_id, code, via, status, attributed, referrer_coins, referee_coins, release, hold_days,
         policy_version, score, reasons, checks, created_at, updated_at, ended_at)
       select $1, u.tenant_id, r.id, u.id, r.referral_code, 'redemption', 'refused', true, 50, 50, '{"after": "signup"}', 0, 0, 0, '[]', '{}', $4, $4, $4
       from users u join tenants t on t.id = u.tenant_id join users r on r.tenant_id = u.tenant_id and r.id <> u.id
       where t.app_id = $2 and t.mode = 'test' and u.host_id = $3 order by r.id limit 1`,
      [id, app.appId, hostUserId, new Date(held.now())],
    )
    if (rowCount !== 1) throw new Error(`there is no ${hostUserId}`)
    return id
  } finally {
    await client.end()
  }
}
