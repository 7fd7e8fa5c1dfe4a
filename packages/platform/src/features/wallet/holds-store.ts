import { toCoins } from '../../base/coins.ts'
import type { TenantId } from '../../base/tenant.ts'
import type { Tx } from '../../db/connect.ts'
import { callColumns, callJoin, toCall, type AboutCall, type CallRecord } from './history-store.ts'
import type { Spendable } from './ledger-entry.ts'

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
  readonly changes: Partial<Record<Spendable | 'held', string>>
}

/** The holds of a user's calls that are not settled, newest first. */
export async function readHolds(
  tx: Tx,
  tenantId: TenantId,
  userId: string,
  { limit, before }: { readonly limit: number; readonly before: string | undefined },
): Promise<HoldRow[]> {
  const rows = await tx.query<HoldRecord>(
    `select h.*, ${callColumns} from (
       select t.id, t.reference_type, t.reference_id, t.description, t.created_at,
         (select jsonb_object_agg(a.name, e.coins::text) from ledger_entries e
          join ledger_accounts a on a.tenant_id = e.tenant_id and a.id = e.account_id
          where e.tenant_id = $1 and e.transaction_id = t.id and e.user_id = $2) as changes
       from calls c join ledger_keys k on k.tenant_id = $1 and (k.key = 'call-held:' || c.id or k.key > 'call-held:' || c.id || ':' and k.key < 'call-held:' || c.id || ':~')
         join ledger_transactions t on t.tenant_id = $1 and t.id = k.transaction_id
       where c.tenant_id = $1 and c.caller_id = $2 and not c.settled and t.id < coalesce($3::text, '~')
       order by t.id desc limit $4) h
     ${callJoin('h')}
     order by h.id desc`,
    [tenantId, userId, before ?? null, limit],
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
      expiresAt: null,
    }
  })
}
