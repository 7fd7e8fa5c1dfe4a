import { toCoins } from '../../base/coins.ts'
import type { TenantId } from '../../base/tenant.ts'
import type { Tx } from '../../db/connect.ts'

/** Ours, of the host's id of a user who is not gone. */
export async function userIdOf(tx: Tx, tenantId: TenantId, hostId: string): Promise<string | undefined> {
  const [row] = await tx.query<{ id: string }>('select id from users where tenant_id = $1 and host_id = $2 and deleted_at is null', [
    tenantId,
    hostId,
  ])
  return row?.id
}

/** The reversal that was posted under a key: what it took back, and how many coins of it. */
export async function reversalUnder(
  tx: Tx,
  tenantId: TenantId,
  key: string,
): Promise<{ readonly id: string; readonly reverses: string | null; readonly coins: number } | undefined> {
  const [row] = await tx.query<{ id: string; reverses: string | null; coins: string | null }>(
    `select t.id, t.reverses, t.metadata ->> 'coins' as coins
     from ledger_keys k join ledger_transactions t on t.tenant_id = k.tenant_id and t.id = k.transaction_id
     where k.tenant_id = $1 and k.key = $2`,
    [tenantId, key],
  )
  return row && { ...row, coins: toCoins(row.coins ?? '0') }
}

/** Ledgers whose coins stand still. */
export async function countFrozen(tx: Tx): Promise<number> {
  const [row] = await tx.query<{ count: number }>('select count(*)::integer as count from tenants where ledger_frozen', [])
  return row?.count ?? 0
}
