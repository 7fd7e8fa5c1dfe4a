import { tenantId, type TenantId } from '../../../base/tenant.ts'
import type { Tx } from '../../../db/connect.ts'

/** What a user brought who was made before traces were left, or by an earlier edition of them. */
export interface Untraced {
  readonly tenantId: TenantId
  readonly id: string
  readonly email: string | null
  readonly signupEmail: string | null
  readonly phone: string | null
  readonly ip: string | null
  readonly deviceId: string | null
  readonly createdAt: Date
}

interface UntracedRow {
  readonly tenant_id: number
  readonly id: string
  readonly email: string | null
  readonly signup_email: string | null
  readonly phone: string | null
  readonly signup_ip: string | null
  readonly signup_device_id: string | null
  readonly created_at: Date
}

/** Locked, so that nobody is deleted meanwhile; who is being changed now is left for the next time. */
export async function lockUntraced(tx: Tx, limit: number): Promise<Untraced[]> {
  const rows = await tx.query<UntracedRow>(
    `select tenant_id, id, email, signup_email, phone, signup_ip, signup_device_id, created_at from users
     where traces = 0 and deleted_at is null order by id limit $1 for update skip locked`,
    [limit],
  )
  return rows.map((row) => ({
    tenantId: tenantId(row.tenant_id),
    id: row.id,
    email: row.email,
    signupEmail: row.signup_email,
    phone: row.phone,
    ip: row.signup_ip,
    deviceId: row.signup_device_id,
    createdAt: row.created_at,
  }))
}

/** An account that a user is paid to, or an identity that is theirs, by the fingerprint that is kept with it. */
export interface Fingerprinted {
  readonly tenantId: TenantId
  readonly userId: string
  readonly kind: 'payee' | 'identity'
  readonly fingerprint: Buffer
  readonly since: Date
}

/** What these users have named before there were traces of it. */
export async function fingerprintsOf(tx: Tx, people: readonly Pick<Untraced, 'tenantId' | 'id'>[]): Promise<Fingerprinted[]> {
  const rows = await tx.query<Omit<Fingerprinted, 'tenantId'> & { readonly tenant_id: number }>(
    `with who as (select * from unnest($1::integer[], $2::text[]) u (tenant_id, user_id))
     select p.tenant_id, p.user_id as "userId", 'payee' as kind, p.fingerprint, p.created_at as since
     from who join payees p using (tenant_id, user_id) where p.cipher is not null
     union all
     select s.tenant_id, s.user_id, 'identity', s.fingerprint, s.stage_since
     from who join kyc_submissions s using (tenant_id, user_id) where s.stage = 'verified' and s.fingerprint is not null`,
    [people.map((one) => one.tenantId), people.map(({ id }) => id)],
  )
  return rows.map(({ tenant_id: tenant, ...row }) => ({ ...row, tenantId: tenantId(tenant) }))
}

/** From now on the device is known by its trace only. */
export async function markTraced(tx: Tx, ids: readonly string[], edition: number): Promise<void> {
  await tx.query('update users set traces = $2, signup_device_id = null where id = any($1)', [ids, edition])
}

// Each of these goes through so many rows at once, and tells how many it found.

export async function shortenAddresses(tx: Tx, before: Date, limit: number): Promise<number> {
  const rows = await tx.query(
    `update users set signup_ip = network(set_masklen(signup_ip::inet, case family(signup_ip::inet) when 4 then 24 else 48 end))::text
     where id in (select id from users where signup_ip is not null and position('/' in signup_ip) = 0 and created_at < $1
       order by created_at limit $2 for update skip locked)
     returning 1`,
    [before, limit],
  )
  return rows.length
}

export async function forgetSignupEmails(tx: Tx, before: Date, limit: number): Promise<number> {
  const rows = await tx.query(
    `update users set signup_email = null
     where id in (select id from users where signup_email is not null and created_at < $1 order by created_at limit $2 for update skip locked)
     returning 1`,
    [before, limit],
  )
  return rows.length
}

export async function forgetPlaces(tx: Tx, before: Date, limit: number): Promise<number> {
  const rows = await tx.query(
    `delete from user_traces where ctid = any(array(
       select ctid from user_traces where kind in ('address', 'range') and seen_at < $1 order by seen_at limit $2))
     returning 1`,
    [before, limit],
  )
  return rows.length
}

export async function forgetDeleted(tx: Tx, before: Date, limit: number): Promise<number> {
  const rows = await tx.query(
    `with gone as (
       update users set traces = 0
       where id in (select id from users where traces > 0 and deleted_at < $1 order by deleted_at limit $2 for update skip locked)
       returning tenant_id, id
     ), forgotten as (
       delete from user_traces t using gone g where t.tenant_id = g.tenant_id and t.user_id = g.id
     )
     select 1 from gone`,
    [before, limit],
  )
  return rows.length
}
