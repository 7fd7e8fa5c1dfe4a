import pg from 'pg'
import { newId } from '../../src/base/ids.ts'
import { tenantId as toTenantId } from '../../src/base/tenant.ts'
import { createVault, keysFrom } from '../../src/base/vault.ts'
import type { Connection } from '../../src/db/connect.ts'

interface Standing {
  readonly userId: string
  readonly name: string
  readonly panLastFour?: string | null
}

/**
 * Makes a user verified by rows: how somebody comes to be verified is told by other tests, and these are about what follows from it.
 * `appId` is of the app whose test mode they are in.
 */
export async function makeVerified(
  at: { readonly connection: Connection; readonly masterKey: Buffer; readonly now: Date; readonly appId: string },
  people: readonly Standing[],
): Promise<void> {
  const client = new pg.Client('url' in at.connection ? { connectionString: at.connection.url } : at.connection)
  await client.connect()
  const vault = createVault(keysFrom(at.masterKey))
  try {
    for (const { userId, name, panLastFour = '234C' } of people) {
      const { rows } = await client.query<{ id: string; tenant_id: number }>(
        `select u.id, u.tenant_id from users u join tenants t on t.id = u.tenant_id where t.app_id = $1 and t.mode = 'test' and u.host_id = $2`,
        [at.appId, userId],
      )
      const [user] = rows
      if (user === undefined) throw new Error(`there is no ${userId}`)
      const tenant = toTenantId(user.tenant_id)
      const [consent, submission] = [newId('kcn'), newId('kyc')]
      await client.query(
        `insert into kyc_consents (id, tenant_id, user_id, kind, version, language, text, at) values ($1, $2, $3, 'given', '1', 'en', 'Yes', $4)`,
        [consent, tenant, user.id, at.now],
      )
      await client.query(
        `insert into kyc_submissions (id, tenant_id, user_id, type, stage, stage_since, number_masked, is_legacy, fingerprint, consent_id, created_at)
         values ($1, $2, $3, 'pan', 'verified', $4, 'XXXXXX234C', false, convert_to($1, 'utf8'), $5, $4)`,
        [submission, tenant, user.id, at.now, consent],
      )
      const sealed = vault.seal(Buffer.from(JSON.stringify({ name, dateOfBirth: '1990-01-01' })), [
        'kyc',
        String(tenant),
        user.id,
        submission,
        'person',
        '1',
      ])
      await client.query(
        `insert into kyc_secrets (tenant_id, submission_id, kind, cipher, wrapped_key, key_version, created_at) values ($1, $2, 'person', $3, $4, $5, $6)`,
        [tenant, submission, sealed.cipher, sealed.key, sealed.keyVersion, at.now],
      )
      await client.query(
        `insert into kyc_profiles (tenant_id, user_id, status, submission_id, verified_id, pan_id, pan_last_four, is_adult, verified_at, updated_at)
         values ($1, $2, 'verified', $3, $3, $4, $5, true, $6, $6)
         on conflict (tenant_id, user_id) do update set status = 'verified', submission_id = $3, verified_id = $3, pan_id = $4, pan_last_four = $5, is_adult = true`,
        [tenant, user.id, submission, panLastFour === null ? null : submission, panLastFour, at.now],
      )
      await client.query(`update users set kyc_status = 'verified' where tenant_id = $1 and id = $2`, [tenant, user.id])
    }
  } finally {
    await client.end()
  }
}
