import { toCoins } from '../../base/coins.ts'
import type { TenantId } from '../../base/tenant.ts'
import type { Tx } from '../../db/connect.ts'
import type { GrantPart, GrantsByBucket } from './grant-coins.ts'
import type { Spendable } from './ledger-entry.ts'

interface PartRecord {
  readonly name: Spendable
  readonly grant_id: string
  readonly coins: string
}

// Entries from before grants were kept took from what the opening grant stands for.
const partsOf = (entries: string): string => `
  select a.name, x.key as grant_id, (-x.value::bigint)::text as coins
  from ${entries} join ledger_accounts a on a.tenant_id = e.tenant_id and a.id = e.account_id
  cross join lateral jsonb_each_text(coalesce(e.grants, jsonb_build_object('opening', e.coins))) x
  left join ledger_entries o on o.tenant_id = e.tenant_id and o.transaction_id = x.key and o.account_id = e.account_id
  where e.user_id = $3 and e.coins < 0 and a.name in ('bonus', 'purchased', 'earned')
  order by a.name, coalesce(o.expires_at, 'infinity'), x.key`

function byBucket(rows: readonly PartRecord[]): GrantsByBucket {
  const grants: Record<Spendable, GrantPart[]> = { bonus: [], purchased: [], earned: [] }
  for (const { name, grant_id: grant, coins } of rows) grants[name].push({ grant, coins: toCoins(coins) })
  return grants
}

const ofKey = partsOf(
  `ledger_keys k join ledger_entries e on k.tenant_id = $1 and k.key = $2 and e.tenant_id = $1 and e.transaction_id = k.transaction_id`,
)
const ofTransaction = partsOf(`(select * from ledger_entries where tenant_id = $1 and transaction_id = $2) e`)

/** What the transaction under a key took from a user's grants, in the order in which they were drained. It never changes once it is posted. */
export async function drainedByKey(tx: Tx, tenantId: TenantId, key: string, userId: string): Promise<GrantsByBucket> {
  return byBucket(await tx.query<PartRecord>(ofKey, [tenantId, key, userId]))
}

/** The same of a transaction by its id. */
export async function drainedBy(tx: Tx, tenantId: TenantId, transactionId: string, userId: string): Promise<GrantsByBucket> {
  return byBucket(await tx.query<PartRecord>(ofTransaction, [tenantId, transactionId, userId]))
}

/** Marks the grant that a transaction gave in a bucket as taken back: what of it is on hold and returns pays what the user owes. */
export async function revokeGrant(
  tx: Tx,
  tenantId: TenantId,
  grant: { userId: string; name: string; id: string },
  now: Date,
): Promise<void> {
  await tx.query('select ledger_revoke($1::integer, $2::text, $3::text, $4::text, $5::timestamptz)', [
    tenantId,
    grant.userId,
    grant.name,
    grant.id,
    now,
  ])
}
