import { newId } from '../../src/base/ids.ts'
import { tenantId as toTenantId } from '../../src/base/tenant.ts'
import { createVault, keysFrom } from '../../src/base/vault.ts'
import { sealAccount } from '../../src/features/withdrawals/payee-account.ts'
import { madeOnce, withOwner } from './owner-rows.ts'

/** A withdrawal of somebody that came to nothing, as a row: who may see it does not depend on how it went, and nothing changes it. */
export const canceledWithdrawal = madeOnce((platform, app, hostUserId) =>
  withOwner(platform, app, hostUserId, async (tx, user) => {
    const [payeeId, id, now] = [newId('pay'), newId('wdr'), new Date(platform.held.now())]
    const vault = createVault(keysFrom(platform.masterKey))
    const { cipher, key, keyVersion } = sealAccount(vault, toTenantId(user.tenant_id), payeeId, { type: 'upi', vpa: 'success@upi' })
    await tx.query(
      `insert into payees (id, tenant_id, user_id, type, fingerprint, cipher, data_key, key_version, display, created_at, updated_at)
       values ($1, $2, $3, 'upi', convert_to($1, 'utf8'), $4, $5, $6, 'su…@upi', $7, $7)`,
      [payeeId, user.tenant_id, user.id, cipher, key, keyVersion, now],
    )
    await tx.query(
      `insert into withdrawals (id, tenant_id, user_id, payee_id, mode, method, status, reason, coins, amount, fee, tax, currency, send_after, created_at, updated_at, ended_at)
       values ($1, $2, $3, $4, 'test', 'hand', 'canceled', 'canceled_by_user', 10, 1000, 0, 0, 'INR', $5, $5, $5, $5)`,
      [id, user.tenant_id, user.id, payeeId, now],
    )
    return id
  }),
)
