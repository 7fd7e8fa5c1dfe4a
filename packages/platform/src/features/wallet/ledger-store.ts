import { toCoins } from '../../base/coins.ts'
import type { TenantId } from '../../base/tenant.ts'
import type { Tx } from '../../db/connect.ts'
import type { UserAccount } from './ledger-entry.ts'

export interface KnownTransaction {
  readonly id: string
  readonly metadata: Readonly<Record<string, unknown>>
}

/** The transaction that was posted under a key. */
export async function transactionByKey(tx: Tx, tenantId: TenantId, key: string): Promise<KnownTransaction | undefined> {
  const [row] = await tx.query<{ id: string; metadata: Record<string, unknown> | null }>(
    `select t.id, t.metadata from ledger_keys k join ledger_transactions t on t.tenant_id = k.tenant_id and t.id = k.transaction_id
     where k.tenant_id = $1 and k.key = $2`,
    [tenantId, key],
  )
  return row === undefined ? undefined : { id: row.id, metadata: row.metadata ?? {} }
}

/** What a transaction did to each account of a user. */
export async function changesOf(
  tx: Tx,
  tenantId: TenantId,
  transactionId: string,
  userId: string,
): Promise<Partial<Record<UserAccount, number>>> {
  const rows = await tx.query<{ name: UserAccount; coins: string }>(
    `select a.name, e.coins from ledger_entries e join ledger_accounts a on a.tenant_id = e.tenant_id and a.id = e.account_id
     where e.tenant_id = $1 and e.transaction_id = $2 and e.user_id = $3`,
    [tenantId, transactionId, userId],
  )
  const changes: Partial<Record<UserAccount, number>> = {}
  for (const { name, coins } of rows) changes[name] = toCoins(coins)
  return changes
}
