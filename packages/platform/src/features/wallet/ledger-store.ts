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
  const [known] = await tx.query<{ id: string }>('select transaction_id as id from ledger_keys where tenant_id = $1 and key = $2', [
    tenantId,
    key,
  ])
  if (known === undefined) return undefined
  // By its id, which tells its month; as a row of a join it would have every month opened.
  const [row] = await tx.query<{ metadata: Record<string, unknown> | null }>(
    'select metadata from ledger_transactions where tenant_id = $1 and id = $2',
    [tenantId, known.id],
  )
  return row && { id: known.id, metadata: row.metadata ?? {} }
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
