import pg from 'pg'
import { newId } from '../../src/base/ids.ts'
import { tenantId as toTenantId } from '../../src/base/tenant.ts'
import { createVault, keysFrom } from '../../src/base/vault.ts'
import { sealAccount } from '../../src/features/withdrawals/payee-account.ts'
import type { TestApp, TestPlatform } from '../start-platform.ts'

const made = new Map<string, Promise<string>>()

/** A withdrawal of somebody that came to nothing, as a row: who may see it does not depend on how it went, and nothing changes it. */
export function canceledWithdrawal(platform: TestPlatform, app: TestApp, hostUserId: string): Promise<string> {
  const name = `${app.app.appId} ${hostUserId}`
  const known = made.get(name) ?? insert(platform, app, hostUserId)
  made.set(name, known)
  return known
}

async function insert({ database, masterKey, held }: TestPlatform, { app }: TestApp, hostUserId: string): Promise<string> {
  const client = new pg.Client(database.connection)
  await client.connect()
  try {
    const { rows } = await client.query<{ id: string; tenant_id: number }>(
      `select u.id, u.tenant_id from users u join tenants t on t.id = u.tenant_id where t.app_id = $1 and t.mode = 'test' and u.host_id = $2`,
      [app.appId, hostUserId],
    )
    const [user] = rows
    if (user === undefined) throw new Error(`there is no ${hostUserId}`)
    const [payeeId, id, now] = [newId('pay'), newId('wdr'), new Date(held.now())]
    const vault = createVault(keysFrom(masterKey))
    const { cipher, key, keyVersion } = sealAccount(vault, toTenantId(user.tenant_id), payeeId, { type: 'upi', vpa: 'success@upi' })
    await client.query(
      `insert into payees (id, tenant_id, user_id, type, fingerprint, cipher, data_key, key_version, display, created_at, updated_at)
       values ($1, $2, $3, 'upi', convert_to($1, 'utf8'), $4, $5, $6, 'su…@upi', $7, $7)`,
      [payeeId, user.tenant_id, user.id, cipher, key, keyVersion, now],
    )
    await client.query(
      `insert into withdrawals (id, tenant_id, user_id, payee_id, mode, method, status, reason, coins, amount, fee, tax, currency, send_after, created_at, updated_at, ended_at)
       values ($1, $2, $3, $4, 'test', 'hand', 'canceled', 'canceled_by_user', 10, 1000, 0, 0, 'INR', $5, $5, $5, $5)`,
      [id, user.tenant_id, user.id, payeeId, now],
    )
    return id
  } finally {
    await client.end()
  }
}
