import { toCoins } from '../../base/coins.ts'
import type { TenantId } from '../../base/tenant.ts'
import type { Tx } from '../../db/connect.ts'
import { callColumns, callJoin, toCall, type AboutCall, type CallRecord } from './history-store.ts'
import type { Spendable } from './ledger-entry.ts'
import { readByMonths } from './months.ts'

/** Coins of a user that are set aside for something that is not over. */
export interface HoldRow {
  readonly id: string
  readonly coins: number
  readonly buckets: Readonly<Record<Spendable, number>>
  readonly reference: { readonly type: string; readonly id: string } | null
  readonly description: string
  readonly call: AboutCall | undefined
  readonly createdAt: Date
  readonly expiresAt: Date | null
}

interface HoldRecord extends CallRecord {
  readonly id: string
  readonly reference_type: string | null
  readonly reference_id: string | null
  readonly description: string
  readonly created_at: Date
  readonly expires_at: Date
  readonly changes: Partial<Record<Spendable | 'held', string>>
}

/** A user's open holds, newest first. */
export async function readHolds(
  tx: Tx,
  tenantId: TenantId,
  userId: string,
  { limit, before }: { readonly limit: number; readonly before: string | undefined },
): Promise<HoldRow[]> {
  readByMonths(tx)
  const ids = await tx.query<{ id: string }>(
    `select id from ledger_holds where tenant_id = $1 and user_id = $2 and state = 'open' and id < coalesce($3::text, '~') order by id desc limit $4`,
    [tenantId, userId, before ?? null, limit],
  )
  if (ids.length === 0) return []
  const rows = await tx.query<HoldRecord>(
    `select h.*, ${callColumns} from (
       select h.id, h.reference_type, h.reference_id, t.description, h.created_at, h.expires_at,
         (select jsonb_object_agg(a.name, e.coins::text) from ledger_entries e
          join ledger_accounts a on a.tenant_id = e.tenant_id and a.id = e.account_id
          where e.tenant_id = $1 and e.transaction_id = h.id and e.transaction_id between $3 and $4 and e.user_id = $2) as changes
       from ledger_holds h join ledger_transactions t on t.tenant_id = $1 and t.id = h.id and t.id between $3 and $4
       where h.tenant_id = $1 and h.user_id = $2 and h.state = 'open' and h.id between $3 and $4) h
     ${callJoin('h')}
     order by h.id desc`,
    [tenantId, userId, ids.at(-1)?.id, ids[0]?.id],
  )
  return rows.map(({ changes, ...row }) => {
    const from = (name: Spendable): number => 0 - toCoins(changes[name] ?? '0')
    return {
      id: row.id,
      coins: toCoins(changes.held ?? '0'),
      buckets: { bonus: from('bonus'), purchased: from('purchased'), earned: from('earned') },
      reference: row.reference_type === null || row.reference_id === null ? null : { type: row.reference_type, id: row.reference_id },
      description: row.description,
      call: toCall(row),
      createdAt: row.created_at,
      // What is held for a withdrawal is held until that is over.
      expiresAt: row.reference_type === 'withdrawal' ? null : row.expires_at,
    }
  })
}
