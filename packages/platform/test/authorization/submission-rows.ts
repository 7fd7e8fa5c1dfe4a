import pg from 'pg'
import { newId } from '../../src/base/ids.ts'
import type { TestApp, TestPlatform } from '../start-platform.ts'

const made = new Map<string, Promise<string>>()

/** A submission of somebody before a reviewer, as a row: who may see it does not depend on what was uploaded. */
export function openSubmission(platform: TestPlatform, app: TestApp, hostUserId: string): Promise<string> {
  const name = `${app.app.appId} ${hostUserId}`
  const known = made.get(name) ?? insert(platform, app, hostUserId)
  made.set(name, known)
  return known
}

async function insert({ database, held }: TestPlatform, { app }: TestApp, hostUserId: string): Promise<string> {
  const client = new pg.Client(database.connection)
  await client.connect()
  try {
    const { rows } = await client.query<{ id: string; tenant_id: number }>(
      `select u.id, u.tenant_id from users u join tenants t on t.id = u.tenant_id where t.app_id = $1 and t.mode = 'test' and u.host_id = $2`,
      [app.appId, hostUserId],
    )
    const [user] = rows
    if (user === undefined) throw new Error(`there is no ${hostUserId}`)
    const [consentId, id, now] = [newId('kcn'), newId('kyc'), new Date(held.now())]
    await client.query(
      `insert into kyc_consents (id, tenant_id, user_id, kind, version, language, text, at) values ($1, $2, $3, 'given', '1', 'en', 'Yes', $4)`,
      [consentId, user.tenant_id, user.id, now],
    )
    await client.query(
      `insert into kyc_submissions (id, tenant_id, user_id, type, stage, stage_since, number_masked, is_legacy, fingerprint, consent_id, created_at)
       values ($1, $2, $3, 'pan', 'review', $4, 'XXXXXX234C', false, '\\x00', $5, $4)`,
      [id, user.tenant_id, user.id, now, consentId],
    )
    await client.query(
      `insert into kyc_profiles (tenant_id, user_id, status, submission_id, updated_at) values ($1, $2, 'pending', $3, $4)`,
      [user.tenant_id, user.id, id, now],
    )
    return id
  } finally {
    await client.end()
  }
}
