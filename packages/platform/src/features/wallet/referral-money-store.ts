import { toCoins } from '../../base/coins.ts'
import type { TenantId } from '../../base/tenant.ts'
import type { Tx } from '../../db/connect.ts'

/** Locks these users' bonus buckets, and tells what is left there of the grants that a transaction gave. */
export async function leftOfGrants(
  tx: Tx,
  tenantId: TenantId,
  userIds: readonly string[],
  grant: string,
): Promise<ReadonlyMap<string, number>> {
  const rows = await tx.query<{ owner: string; coins: string }>(
    'select owner, coins from ledger_grant_left($1::integer, $2::text[], $3::text, $4::text)',
    [tenantId, userIds, 'bonus', grant],
  )
  return new Map(rows.map(({ owner, coins }) => [owner, toCoins(coins)]))
}

/** What of a grant of bonus coins has expired and gone back to the app. */
export async function expiredOf(tx: Tx, tenantId: TenantId, userId: string, grant: string): Promise<number> {
  const [row] = await tx.query<{ coins: string }>(
    `select coalesce(-sum((e.grants ->> $3)::bigint), 0)::text as coins
     from ledger_entries e join ledger_transactions t on t.tenant_id = e.tenant_id and t.id = e.transaction_id
     where e.tenant_id = $1 and e.user_id = $2 and e.transaction_id > $3 and e.coins < 0 and e.grants ? $3 and t.type = 'expiry'`,
    [tenantId, userId, grant],
  )
  return toCoins(row?.coins ?? '0')
}
