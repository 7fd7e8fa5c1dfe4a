import { tenantId as asTenantId, type Mode, type TenantId, type TenantRef } from '../../base/tenant.ts'
import type { Tx } from '../../db/connect.ts'
import type { NumberType, ProviderName } from '../../providers/telephony/port.ts'

/** A virtual number of an app: what the phones of both sides show. */
export interface VirtualNumber {
  readonly id: string
  readonly provider: ProviderName
  readonly phoneNumber: string
  readonly country: string | null
  readonly type: NumberType | 'unknown'
  /** Until then it is given to nobody. */
  readonly coolingUntil: Date | null
  /** The app has given it up, and what becomes of it at the provider. */
  readonly leaving: 'keep' | 'release' | null
  /** The digest of the address at which the provider asks about calls to it; null: it was not told yet. */
  readonly receivesAt: string | null
  /** Whose own it is: `usr_…`, and the host's id. */
  readonly userId: string | null
  readonly hostUserId: string | null
  readonly createdAt: Date
}

interface Row {
  readonly id: string
  readonly provider: ProviderName
  readonly phone_number: string
  readonly country: string | null
  readonly type: VirtualNumber['type']
  readonly cooling_until: Date | null
  readonly leaving: VirtualNumber['leaving']
  readonly receives_at: string | null
  readonly user_id: string | null
  readonly host_user_id: string | null
  readonly created_at: Date
}

const toNumber = (row: Row): VirtualNumber => ({
  id: row.id,
  provider: row.provider,
  phoneNumber: row.phone_number,
  country: row.country,
  type: row.type,
  coolingUntil: row.cooling_until,
  leaving: row.leaving,
  receivesAt: row.receives_at,
  userId: row.user_id,
  hostUserId: row.host_user_id,
  createdAt: row.created_at,
})

const columns = `n.id, n.provider, n.phone_number, n.country, n.type, n.cooling_until, n.leaving, n.receives_at, n.user_id, u.host_id as host_user_id, n.created_at`
const from = 'from numbers n left join users u on u.tenant_id = n.tenant_id and u.id = n.user_id'

async function one(tx: Tx, text: string, values: readonly unknown[]): Promise<VirtualNumber | undefined> {
  const [row] = await tx.query<Row>(text, values)
  return row && toNumber(row)
}

export const findNumber = (tx: Tx, tenantId: TenantId, phoneNumber: string) =>
  one(tx, `select ${columns} ${from} where n.tenant_id = $1 and n.phone_number = $2 order by n.id limit 1`, [tenantId, phoneNumber])

export const numberById = (tx: Tx, tenantId: TenantId, numberId: string) =>
  one(tx, `select ${columns} ${from} where n.tenant_id = $1 and n.id = $2`, [tenantId, numberId])

/** The number for a change: calls that begin with it, and other changes, wait. */
export const lockNumber = (tx: Tx, tenantId: TenantId, numberId: string) =>
  one(tx, `select ${columns} ${from} where n.tenant_id = $1 and n.id = $2 for update of n`, [tenantId, numberId])

export const numberOfUser = (tx: Tx, tenantId: TenantId, userId: string) =>
  one(tx, `select ${columns} ${from} where n.tenant_id = $1 and n.user_id = $2`, [tenantId, userId])

export interface NumberFilter {
  readonly provider?: ProviderName | undefined
  /** The host's id of the owner. */
  readonly userId?: string | undefined
  readonly status?: 'active' | 'cooling' | undefined
}

/** Newest first. */
export async function listNumbers(
  tx: Tx,
  tenantId: TenantId,
  { provider, userId, status }: NumberFilter,
  page: { readonly limit: number; readonly before: string | undefined },
  now: Date,
): Promise<VirtualNumber[]> {
  const rows = await tx.query<Row>(
    `select ${columns} ${from}
     where n.tenant_id = $1 and ($2::text is null or n.id < $2) and ($4::text is null or n.provider = $4)
       and ($5::text is null or u.host_id = $5) and ($6::boolean is null or coalesce(n.cooling_until > $7, false) = $6)
     order by n.id desc limit $3`,
    [tenantId, page.before ?? null, page.limit, provider ?? null, userId ?? null, status === undefined ? null : status === 'cooling', now],
  )
  return rows.map(toNumber)
}

export type NewNumber = Pick<VirtualNumber, 'id' | 'provider' | 'phoneNumber' | 'country' | 'type' | 'createdAt'>

/** False when an app has the number already: this one, or another, whose rows are not seen here. */
export async function insertNumber(tx: Tx, { id: tenantId, mode }: TenantRef, number: NewNumber): Promise<boolean> {
  const rows = await tx.query(
    `insert into numbers (id, tenant_id, provider, mode, phone_number, country, type, created_at) values ($1, $2, $3, $4, $5, $6, $7, $8)
     on conflict (provider, mode, phone_number) do nothing returning 1`,
    [number.id, tenantId, number.provider, mode, number.phoneNumber, number.country, number.type, number.createdAt],
  )
  return rows.length === 1
}

/** A number that was about to leave stays. */
export async function keepNumber(tx: Tx, tenantId: TenantId, numberId: string): Promise<void> {
  await tx.query('update numbers set leaving = null where tenant_id = $1 and id = $2 and leaving is not null', [tenantId, numberId])
}

export async function coolNumber(
  tx: Tx,
  tenantId: TenantId,
  numberId: string,
  until: Date,
  leaving: VirtualNumber['leaving'],
): Promise<void> {
  await tx.query('update numbers set user_id = null, cooling_until = $3, leaving = $4 where tenant_id = $1 and id = $2', [
    tenantId,
    numberId,
    until,
    leaving,
  ])
}

export async function deleteNumber(tx: Tx, tenantId: TenantId, numberId: string): Promise<void> {
  await tx.query('delete from numbers where tenant_id = $1 and id = $2', [tenantId, numberId])
}

/** Whether a call that is not over shows the number. */
export async function isInCall(tx: Tx, tenantId: TenantId, phoneNumber: string): Promise<boolean> {
  const rows = await tx.query('select from calls where tenant_id = $1 and number = $2 and not settled and ended_at is null limit 1', [
    tenantId,
    phoneNumber,
  ])
  return rows.length > 0
}

export async function setReceivesAt(tx: Tx, tenantId: TenantId, numberId: string, digest: string): Promise<void> {
  await tx.query('update numbers set receives_at = $3 where tenant_id = $1 and id = $2', [tenantId, numberId, digest])
}

/** Above all tenants: numbers whose provider was last told none of these addresses. */
export async function numbersElsewhere(
  tx: Tx,
  digests: readonly string[],
  limit: number,
): Promise<{ readonly id: string; readonly tenantId: TenantId }[]> {
  const rows = await tx.query<{ id: string; tenant_id: number }>(
    `select id, tenant_id from numbers where leaving is null and (receives_at is null or not (receives_at = any($1))) order by id limit $2`,
    [digests, limit],
  )
  return rows.map((row) => ({ id: row.id, tenantId: asTenantId(row.tenant_id) }))
}

/** Above all tenants: which of these numbers apps have. */
export async function takenAmong(
  tx: Tx,
  { provider, mode, phoneNumbers }: { readonly provider: ProviderName; readonly mode: Mode; readonly phoneNumbers: readonly string[] },
): Promise<ReadonlySet<string>> {
  const rows = await tx.query<{ phone_number: string }>(
    'select phone_number from numbers where provider = $1 and mode = $2 and phone_number = any($3)',
    [provider, mode, phoneNumbers],
  )
  return new Set(rows.map((row) => row.phone_number))
}

/** Above all tenants: whose number this is. */
export async function numberDialled(
  tx: Tx,
  { provider, mode, phoneNumber }: { readonly provider: ProviderName; readonly mode: Mode; readonly phoneNumber: string },
): Promise<{ readonly id: string; readonly tenant: TenantRef; readonly ownerId: string | null } | undefined> {
  const [row] = await tx.query<{ id: string; tenant_id: number; app_id: string; user_id: string | null }>(
    `select n.id, n.tenant_id, t.app_id, n.user_id from numbers n join tenants t on t.id = n.tenant_id
     where n.provider = $1 and n.mode = $2 and n.phone_number = $3`,
    [provider, mode, phoneNumber],
  )
  return row && { id: row.id, tenant: { id: asTenantId(row.tenant_id), appId: row.app_id, mode }, ownerId: row.user_id }
}

/** Whether an idempotency key has never been used, or not for long; nothing is claimed. */
export async function isNewKey(
  tx: Tx,
  tenantId: TenantId,
  key: { readonly caller: string; readonly key: string; readonly fingerprint: Buffer; readonly since: Date },
): Promise<boolean> {
  const [row] = await tx.query<{ outcome: string }>('select outcome from idempotency_claim($1, $2, $3, $4, $5)', [
    tenantId,
    key.caller,
    key.key,
    key.fingerprint,
    key.since,
  ])
  return row?.outcome === 'new'
}

/** The own numbers of these users, by the host's ids; most have none. */
export async function virtualNumbersOf(tx: Tx, tenantId: TenantId, hostIds: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const rows = await tx.query<{ host_id: string; phone_number: string }>(
    `select u.host_id, n.phone_number from users u join numbers n on n.tenant_id = u.tenant_id and n.user_id = u.id
     where u.tenant_id = $1 and u.host_id = any($2) and u.deleted_at is null`,
    [tenantId, hostIds],
  )
  return new Map(rows.map((row) => [row.host_id, row.phone_number]))
}
