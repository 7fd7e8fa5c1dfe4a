import { firstIdAt } from '../../base/ids.ts'
import type { TenantId } from '../../base/tenant.ts'
import type { Tx } from '../../db/connect.ts'
import { readTransaction, type HistoryRow } from './history-store.ts'
import { within } from './months.ts'
import { timeOfId } from './transaction-id.ts'

/** What a receipt says besides the transaction itself. */
export interface Links {
  readonly reverses: HistoryRow | null
  /** Newest first. */
  readonly reversedBy: readonly HistoryRow[]
}

const mostReversals = 20

/** Nothing is taken back before it was made; a day is more than clocks of processes differ. */
function firstThatMayReverse(transactionId: string): string {
  const made = timeOfId(transactionId)
  return made === undefined ? '' : firstIdAt('txn', within(made.getTime() - 86_400_000))
}

/** What a transaction takes back, and what took it back: of each what it did to this user, and nothing where it did nothing. */
export async function readLinks(tx: Tx, tenantId: TenantId, userId: string, transactionId: string): Promise<Links> {
  const rows = await tx.query<{ id: string; way: 'reverses' | 'reversedBy' }>(
    `select coalesce(t.reverses, t.metadata ->> 'reverses') as id, 'reverses' as way from ledger_transactions t
     where t.tenant_id = $1 and t.id = $2 and coalesce(t.reverses, t.metadata ->> 'reverses') is not null
     union all
     (select id, 'reversedBy' from (
        select t.id from ledger_transactions t where t.tenant_id = $1 and t.reverses = $2 and t.id >= $4
        union
        select r.transaction_id from ledger_transactions s join call_refunds r on r.tenant_id = $1 and r.call_id = s.reference_id
          where s.tenant_id = $1 and s.id = $2 and s.type = 'call_settlement' and s.reference_type = 'call') back
      order by id desc limit $3)`,
    [tenantId, transactionId, mostReversals, firstThatMayReverse(transactionId)],
  )
  const reversedBy: HistoryRow[] = []
  let reverses: HistoryRow | null = null
  for (const { id, way } of rows) {
    const row = await readTransaction(tx, tenantId, userId, id)
    if (row !== undefined && way === 'reverses') reverses = row
    if (row !== undefined && way === 'reversedBy') reversedBy.push(row)
  }
  return { reverses, reversedBy }
}
