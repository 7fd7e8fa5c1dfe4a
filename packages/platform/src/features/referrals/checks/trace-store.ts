import type { TenantId } from '../../../base/tenant.ts'
import type { Tx } from '../../../db/connect.ts'

interface TraceRow {
  readonly kind: string
  readonly key: Buffer
}

const hex = (key: Buffer): string => key.toString('hex')

/** The time is renewed once an hour at most: who comes back often is not written down each time. */
export function insertTraces(tx: Tx, tenantId: TenantId, userId: string, traces: readonly TraceRow[], now: Date): void {
  if (traces.length === 0) return
  tx.write(
    `insert into user_traces as t (tenant_id, user_id, kind, key, first_seen_at, seen_at)
     select distinct $1::integer, $2::text, n.kind, decode(n.key, 'hex'), $5::timestamptz, $5::timestamptz
     from unnest($3::text[], $4::text[]) n (kind, key) order by 3, 4
     on conflict (tenant_id, kind, key, user_id) do update set seen_at = excluded.seen_at where t.seen_at < excluded.seen_at - interval '1 hour'`,
    [tenantId, userId, traces.map(({ kind }) => kind), traces.map(({ key }) => hex(key)), now],
  )
}

/** Locks the keys of these kinds that the user has, and those besides, in the order of their numbers. */
export async function lockKeys(
  tx: Tx,
  tenantId: TenantId,
  userId: string,
  kinds: readonly string[],
  besides: readonly Buffer[],
): Promise<void> {
  // Keys are hashes: their first 64 bits are as good a number as any. `offset 0` keeps the order before the locks.
  await tx.query(
    `select pg_advisory_xact_lock(number) from (
       select distinct ('x' || encode(substr(key, 1, 8), 'hex'))::bit(64)::bigint as number from (
         select key from user_traces where tenant_id = $1 and user_id = $2 and kind = any($3)
         union all select decode(k, 'hex') from unnest($4::text[]) k
       ) keys order by number offset 0
     ) sorted`,
    [tenantId, userId, kinds, besides.map(hex)],
  )
}
