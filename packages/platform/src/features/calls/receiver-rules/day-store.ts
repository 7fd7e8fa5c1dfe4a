import type { TenantId } from '../../../base/tenant.ts'
import type { Tx } from '../../../db/connect.ts'
import type { LocalDay } from '../../presence/index.ts'

/** What of the day's seconds a callee has talked, to the second that has begun; a call over midnight counts in both days by its parts. */
export async function talkedIn(tx: Tx, tenantId: TenantId, calleeId: string, { start, end }: LocalDay, now: Date): Promise<number> {
  const [row] = await tx.query<{ seconds: string }>(
    // No call lasts longer than four hours: what was answered before that does not reach into the day.
    `select ceil(coalesce(sum(extract(epoch from least(ends_at, $4) - greatest(answered_at, $3))), 0)) as seconds from (
       select answered_at, answered_at + make_interval(secs =>
         case when ended_at is null then greatest(0, least(limit_seconds, extract(epoch from $5 - answered_at))) else duration_seconds end) as ends_at
       from calls where tenant_id = $1 and callee_id = $2 and answered_at >= $3::timestamptz - interval '5 hours' and answered_at < $4
     ) talks where ends_at > $3`,
    [tenantId, calleeId, start, end, now],
  )
  return Number(row?.seconds ?? 0)
}

/** How much this user talks in a day; undefined when they have set no limit and rest for none. */
export async function dayRuleOf(
  tx: Tx,
  tenantId: TenantId,
  userId: string,
): Promise<{ readonly maxSecondsPerDay: number | null; readonly timeZone: string } | undefined> {
  const [row] = await tx.query<{ max_seconds_per_day: number | null; time_zone: string }>(
    `select max_seconds_per_day, coalesce(time_zone, quiet_hours ->> 'timeZone', 'UTC') as time_zone from users
     where tenant_id = $1 and id = $2 and (max_seconds_per_day is not null or rests_until is not null)`,
    [tenantId, userId],
  )
  return row && { maxSecondsPerDay: row.max_seconds_per_day, timeZone: row.time_zone }
}

export async function setRest(tx: Tx, tenantId: TenantId, userId: string, until: Date | null): Promise<void> {
  tx.write('update users set rests_until = $3 where tenant_id = $1 and id = $2 and rests_until is distinct from $3', [
    tenantId,
    userId,
    until,
  ])
}
