import type { Sealed, Vault } from '../../base/vault.ts'
import type { TenantId } from '../../base/tenant.ts'
import type { Tx } from '../../db/connect.ts'
import type { CheckState, NameCheck, Payee } from './withdrawal-row.ts'

/** A payee as it stands in a row, its names made its own where other tables are joined. */
export interface PayeeRecord {
  readonly payee_id: string
  readonly payee_user_id: string
  readonly payee_type: Payee['type']
  readonly payee_display: string
  readonly payee_account_id: string | null
  readonly payee_check_id: string | null
  readonly payee_check_state: CheckState
  readonly payee_name_check: NameCheck
  readonly payee_approved_at: Date | null
  readonly payee_created_at: Date
}

export const payeeColumns = `p.id as payee_id, p.user_id as payee_user_id, p.type as payee_type, p.display as payee_display,
  p.account_id as payee_account_id, p.check_id as payee_check_id, p.check_state as payee_check_state, p.name_check as payee_name_check,
  p.approved_at as payee_approved_at, p.created_at as payee_created_at`

export const readPayee = (row: PayeeRecord): Payee => ({
  id: row.payee_id,
  userId: row.payee_user_id,
  type: row.payee_type,
  display: row.payee_display,
  accountId: row.payee_account_id,
  checkId: row.payee_check_id,
  checkState: row.payee_check_state,
  nameCheck: row.payee_name_check,
  approvedAt: row.payee_approved_at,
  createdAt: row.payee_created_at,
})

export interface NewPayee {
  readonly id: string
  readonly userId: string
  readonly type: Payee['type']
  readonly fingerprint: Buffer
  readonly display: string
  readonly sealed: Sealed
}

/** The payee of this account, which is this one when the user has not named it before. */
export async function upsertPayee(tx: Tx, tenantId: TenantId, one: NewPayee, now: Date): Promise<Payee | undefined> {
  await tx.query(
    `insert into payees (id, tenant_id, user_id, type, fingerprint, cipher, data_key, key_version, display, created_at, updated_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $10) on conflict (tenant_id, user_id, fingerprint) do nothing`,
    [one.id, tenantId, one.userId, one.type, one.fingerprint, one.sealed.cipher, one.sealed.key, one.sealed.keyVersion, one.display, now],
  )
  const [row] = await tx.query<PayeeRecord>(
    `select ${payeeColumns} from payees p where p.tenant_id = $1 and p.user_id = $2 and p.fingerprint = $3`,
    [tenantId, one.userId, one.fingerprint],
  )
  return row && readPayee(row)
}

/** Of this user, and not destroyed. */
export async function findPayee(tx: Tx, tenantId: TenantId, userId: string, id: string): Promise<Payee | undefined> {
  const [row] = await tx.query<PayeeRecord>(
    `select ${payeeColumns} from payees p where p.tenant_id = $1 and p.user_id = $2 and p.id = $3 and p.cipher is not null`,
    [tenantId, userId, id],
  )
  return row && readPayee(row)
}

/** Of the account itself, under the tenant's key. */
export async function fingerprintOfPayee(tx: Tx, tenantId: TenantId, id: string): Promise<Buffer | undefined> {
  const [row] = await tx.query<{ fingerprint: Buffer }>('select fingerprint from payees where tenant_id = $1 and id = $2', [tenantId, id])
  return row?.fingerprint
}

/** Those that a user may name again, the latest first. */
export async function listPayees(tx: Tx, tenantId: TenantId, userId: string, limit: number): Promise<Payee[]> {
  const rows = await tx.query<PayeeRecord>(
    `select ${payeeColumns} from payees p where p.tenant_id = $1 and p.user_id = $2 and p.cipher is not null and p.check_state <> 'invalid'
       and p.name_check <> 'mismatch' order by p.updated_at desc, p.id desc limit $3`,
    [tenantId, userId, limit],
  )
  return rows.map(readPayee)
}

interface SealedRecord {
  readonly cipher: Buffer | null
  readonly data_key: Buffer | null
  readonly key_version: number | null
  readonly name_cipher: Buffer | null
  readonly name_key: Buffer | null
  readonly name_key_version: number | null
}

export interface PayeeSecrets {
  readonly account: Sealed | undefined
  /** Of whom the bank says that it is. */
  readonly registeredName: Sealed | undefined
}

const sealedOf = (cipher: Buffer | null, key: Buffer | null, keyVersion: number | null): Sealed | undefined =>
  cipher === null || key === null || keyVersion === null ? undefined : { cipher, key, keyVersion }

export async function readSecrets(tx: Tx, tenantId: TenantId, id: string): Promise<PayeeSecrets> {
  const [row] = await tx.query<SealedRecord>(
    'select cipher, data_key, key_version, name_cipher, name_key, name_key_version from payees where tenant_id = $1 and id = $2',
    [tenantId, id],
  )
  return {
    account: row && sealedOf(row.cipher, row.data_key, row.key_version),
    registeredName: row && sealedOf(row.name_cipher, row.name_key, row.name_key_version),
  }
}

/** The first id that is stored is the one that is paid. */
export async function storeAccount(tx: Tx, tenantId: TenantId, id: string, accountId: string, now: Date): Promise<void> {
  await tx.query(
    `update payees set provider = 'razorpayx', account_id = coalesce(account_id, $3), updated_at = $4 where tenant_id = $1 and id = $2`,
    [tenantId, id, accountId, now],
  )
}

export interface CheckAnswer {
  readonly checkId: string | null
  readonly state: CheckState
  readonly registeredName: Sealed | undefined
}

/** What the bank says of it; what it has said already stays. */
export async function storeCheck(tx: Tx, tenantId: TenantId, id: string, answer: CheckAnswer, now: Date): Promise<void> {
  await tx.query(
    `update payees set check_id = coalesce($3, check_id), check_state = $4, name_cipher = $5, name_key = $6, name_key_version = $7, updated_at = $8
     where tenant_id = $1 and id = $2 and check_state in ('new', 'asked')`,
    [
      tenantId,
      id,
      answer.checkId,
      answer.state,
      answer.registeredName?.cipher ?? null,
      answer.registeredName?.key ?? null,
      answer.registeredName?.keyVersion ?? null,
      now,
    ],
  )
}

export async function storeNameCheck(tx: Tx, tenantId: TenantId, id: string, check: NameCheck, now: Date): Promise<void> {
  await tx.query('update payees set name_check = $3, updated_at = $4 where tenant_id = $1 and id = $2', [tenantId, id, check, now])
}

export async function approvePayee(tx: Tx, tenantId: TenantId, id: string, now: Date): Promise<void> {
  await tx.query('update payees set approved_at = coalesce(approved_at, $3), updated_at = $3 where tenant_id = $1 and id = $2', [
    tenantId,
    id,
    now,
  ])
}

/** Destroys what is known of a user's accounts, except of those to which something is on its way: a job comes back to them. */
export async function destroyPayees(tx: Tx, tenantId: TenantId, userId: string, now: Date): Promise<void> {
  await tx.query(`${destruction} and p.tenant_id = $2 and p.user_id = $3`, [now, tenantId, userId])
}

const destruction = `update payees p set cipher = null, data_key = null, key_version = null, name_cipher = null, name_key = null,
    name_key_version = null, display = 'deleted', updated_at = $1
  where p.cipher is not null and not exists (select from withdrawals w where w.tenant_id = p.tenant_id and w.payee_id = p.id
    and w.status in ('requested', 'approved', 'processing'))`

/** The accounts of people who have been deleted, once nothing is on its way to them any more. Above all tenants. */
export async function destroyLeftPayees(tx: Tx, now: Date): Promise<void> {
  await tx.query(
    `${destruction} and exists (select from users u where u.tenant_id = p.tenant_id and u.id = p.user_id and u.deleted_at is not null)`,
    [now],
  )
}

/** Wraps keys anew that an older master key wraps, so many at once; answers how many there were. Above all tenants. */
export async function rewrapPayees(tx: Tx, vault: Pick<Vault, 'rewrap' | 'keyVersion'>, limit: number): Promise<number> {
  const rows = await tx.query<SealedRecord & { readonly tenant_id: number; readonly id: string }>(
    `select tenant_id, id, cipher, data_key, key_version, name_cipher, name_key, name_key_version from payees
     where key_version < $1 or name_key_version < $1 limit $2 for update skip locked`,
    [vault.keyVersion, limit],
  )
  for (const row of rows) {
    const account = row.data_key && vault.rewrap({ key: row.data_key, keyVersion: row.key_version ?? 1 })
    const name = row.name_key && vault.rewrap({ key: row.name_key, keyVersion: row.name_key_version ?? 1 })
    tx.write('update payees set data_key = $3, key_version = $4, name_key = $5, name_key_version = $6 where tenant_id = $1 and id = $2', [
      row.tenant_id,
      row.id,
      account?.key ?? null,
      account?.keyVersion ?? null,
      name?.key ?? null,
      name?.keyVersion ?? null,
    ])
  }
  return rows.length
}
