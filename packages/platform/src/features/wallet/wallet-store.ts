import { toCoins } from '../../base/coins.ts'
import type { TenantId } from '../../base/tenant.ts'
import type { Sql, Tx } from '../../db/connect.ts'
import type { Bucket, UserAccount } from './ledger-entry.ts'

/** What a wallet's reader needs: everything here is read, nothing written. */

export type Buckets = Readonly<Record<Bucket, number>>

export interface WalletRow {
  readonly userId: string
  readonly hostId: string
  readonly referralCode: string
  readonly buckets: Buckets
  /** What the app is still to get from them. */
  readonly owedCoins: number
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
  readonly balances: Partial<Record<UserAccount, string>> | null
}

const walletColumns = `u.id, u.host_id, u.referral_code,
  (select jsonb_object_agg(a.name, a.balance::text) from ledger_accounts a where a.tenant_id = u.tenant_id and a.user_id = u.id) as balances`

function toWallet(row: StoredWallet): WalletRow {
  const coins = (name: UserAccount) => toCoins(row.balances?.[name] ?? '0')
  const buckets = { bonus: coins('bonus'), purchased: coins('purchased'), earned: coins('earned'), held: coins('held') }
  return { userId: row.id, hostId: row.host_id, referralCode: row.referral_code, buckets, owedCoins: 0 - coins('owed') }
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
  const [row] = await tx.query<StoredWallet>(`select ${walletColumns} from users u where u.tenant_id = $1 and u.id = $2`, [
    tenantId,
    userId,
  ])
  return row && toWallet(row)
}

/** By our ids. */
export async function readWallets(tx: Sql, tenantId: TenantId, userIds: readonly string[]): Promise<WalletRow[]> {
  const rows = await tx.query<StoredWallet>(
    `select ${walletColumns} from users u where u.tenant_id = $1 and u.id = any($2) and u.deleted_at is null`,
    [tenantId, userIds],
  )
  return rows.map(toWallet)
}
