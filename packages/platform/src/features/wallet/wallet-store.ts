import { toCoins } from '../../base/coins.ts'
import type { TenantId } from '../../base/tenant.ts'
import type { Tx } from '../../db/connect.ts'
import type { Bucket } from './ledger-entry.ts'

/** What a wallet's reader needs: everything here is read, nothing written. */

export type Buckets = Readonly<Record<Bucket, number>>

export interface WalletRow {
  readonly userId: string
  readonly hostId: string
  readonly referralCode: string
  readonly buckets: Buckets
}

export interface HistoryRow {
  readonly id: string
  readonly type: string
  readonly buckets: Partial<Buckets>
  readonly reference: { readonly type: string; readonly id: string } | null
  readonly description: string
  /** The other person of a call, as this user may know them. */
  readonly partnerName: string | null
  readonly createdAt: Date
}

/** Whose wallet: the host's id of a user, or ours. */
export type WalletOwner = { readonly hostUserId: string } | { readonly userId: string }

/** Opens the accounts of a new user, in the transaction that makes the user. */
export async function openWallet(tx: Tx, tenantId: TenantId, userId: string): Promise<void> {
  await tx.query('select wallet_open($1, $2)', [tenantId, userId])
}

interface StoredWallet {
  readonly id: string
  readonly host_id: string
  readonly referral_code: string
  readonly balances: Partial<Record<Bucket, string>> | null
}

const walletColumns = `u.id, u.host_id, u.referral_code,
  (select jsonb_object_agg(a.name, a.balance::text) from ledger_accounts a where a.tenant_id = u.tenant_id and a.user_id = u.id) as balances`

function toWallet(row: StoredWallet): WalletRow {
  const coins = (name: Bucket) => toCoins(row.balances?.[name] ?? '0')
  const buckets = { bonus: coins('bonus'), purchased: coins('purchased'), earned: coins('earned'), held: coins('held') }
  return { userId: row.id, hostId: row.host_id, referralCode: row.referral_code, buckets }
}

/** The balances of one user; undefined when there is no such user, or no longer. */
export async function readWallet(tx: Tx, tenantId: TenantId, owner: WalletOwner): Promise<WalletRow | undefined> {
  const [column, value] = 'userId' in owner ? (['id', owner.userId] as const) : (['host_id', owner.hostUserId] as const)
  const [row] = await tx.query<StoredWallet>(
    `select ${walletColumns} from users u where u.tenant_id = $1 and u.${column} = $2 and u.deleted_at is null`,
    [tenantId, value],
  )
  return row && toWallet(row)
}

/** The balances of one user, also of one who has been deleted: what was theirs can still be taken back. */
export async function readWalletOfAnyone(tx: Tx, tenantId: TenantId, userId: string): Promise<WalletRow | undefined> {
  const [row] = await tx.query<StoredWallet>(`select ${walletColumns} from users u where u.tenant_id = $1 and u.id = $2`, [tenantId, userId])
  return row && toWallet(row)
}

/** By our ids. */
export async function readWallets(tx: Tx, tenantId: TenantId, userIds: readonly string[]): Promise<WalletRow[]> {
  const rows = await tx.query<StoredWallet>(
    `select ${walletColumns} from users u where u.tenant_id = $1 and u.id = any($2) and u.deleted_at is null`,
    [tenantId, userIds],
  )
  return rows.map(toWallet)
}

interface HistoryRecord {
  readonly id: string
  readonly type: string
  readonly reference_type: string | null
  readonly reference_id: string | null
  readonly description: string
  readonly created_at: Date
  /** null: it changed only what they owe. */
  readonly changes: Partial<Record<Bucket, string>> | null
  readonly partner: string | null
}

/** A user's transactions, newest first: one range of the index over that user's entries, however long the history is. */
export async function readHistory(
  tx: Tx,
  tenantId: TenantId,
  userId: string,
  page: { readonly limit: number; readonly before: string | undefined },
): Promise<HistoryRow[]> {
  const rows = await tx.query<HistoryRecord>(
    // '~' sorts after every id.
    `with mine as (
       select e.transaction_id from ledger_entries e
       where e.tenant_id = $1 and e.user_id = $2 and e.transaction_id < coalesce($3::text, '~')
       group by e.transaction_id order by e.transaction_id desc limit $4)
     select t.id, t.type, t.reference_type, t.reference_id, t.description, t.created_at, p.display_name as partner,
       (select jsonb_object_agg(a.name, e.coins::text) from ledger_entries e
        join ledger_accounts a on a.tenant_id = e.tenant_id and a.id = e.account_id
        where e.tenant_id = t.tenant_id and e.transaction_id = t.id and e.user_id = $2 and a.name <> 'owed') as changes
     from mine join ledger_transactions t on t.tenant_id = $1 and t.id = mine.transaction_id
     left join users p on p.tenant_id = $1 and t.reference_type = 'call'
       and p.id = case when t.metadata ->> 'callerId' = $2 then t.metadata ->> 'calleeId' else t.metadata ->> 'callerId' end
     order by t.id desc`,
    [tenantId, userId, page.before ?? null, page.limit],
  )
  return rows.map((row) => ({
    id: row.id,
    type: row.type,
    buckets: Object.fromEntries(Object.entries(row.changes ?? {}).map(([name, coins]) => [name, toCoins(coins)])),
    reference: row.reference_type === null || row.reference_id === null ? null : { type: row.reference_type, id: row.reference_id },
    description: row.description,
    partnerName: row.partner,
    createdAt: row.created_at,
  }))
}
