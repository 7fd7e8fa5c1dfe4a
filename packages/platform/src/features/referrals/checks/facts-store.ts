import type { TenantId } from '../../../base/tenant.ts'
import type { Tx } from '../../../db/connect.ts'
import type { Shared, TraceFacts } from './facts.ts'

interface Pair {
  readonly refereeId: string
  readonly referrerId: string
  readonly at: Date
  readonly referralId?: string | undefined
}

interface FactsRow {
  readonly emails: string[]
  /** Other accounts by kind. */
  readonly shared: Readonly<Record<string, number>>
  /** Others whom the same referrer brought, by kind. */
  readonly siblings: Readonly<Record<string, number>>
  readonly last_day: number
  readonly last_week: number
  readonly range_last_day: number
  readonly kin: number
}

/** Asked of one user after the other, each by their own few traces (`offset 0`): an address can have thousands. */
const wasHere = (user: string): string => `exists (
    select from (select kind, key, seen_at from user_traces where tenant_id = $1 and user_id = ${user} offset 0) t
    join mine m on m.kind = t.kind and m.key = t.key
    where m.kind = 'address' and t.seen_at > $4::timestamptz - interval '7 days')`

/**
 * Of accounts with the same scarce thing those count that had it earlier, that came by a code themselves, and the referrer's own; twenty are
 * as telling as any more, and of the hundreds that one device can leave only some are gone through: the work of a decision is bounded. When it is
 * judged first, one whose process has a later clock counts as well; when it is judged again, what came later does not. Kin are counted as far
 * as the verdict tells them apart, and a crowd as well: twenty in one line are as many as twenty side by side.
 */
const factsSql = `
with recursive mine as materialized (
  select kind, key, first_seen_at from user_traces where tenant_id = $1 and user_id = $2
), others as (
  select m.kind, o.user_id
  from mine m cross join lateral (
    (select e.user_id from user_traces e
     where e.tenant_id = $1 and e.kind = m.kind and e.key = m.key and e.first_seen_at <= m.first_seen_at and e.user_id <> $2
       and (e.first_seen_at < m.first_seen_at or e.user_id < $2)
     order by e.first_seen_at limit 20)
    union
    (select l.user_id
     from (select user_id from user_traces where tenant_id = $1 and kind = m.kind and key = m.key and user_id <> $2 order by first_seen_at limit 500) l
     where exists (select from referrals r where r.tenant_id = $1 and r.referee_id = l.user_id and r.attributed
       and r.status in ('pending', 'review', 'rewarded', 'reversed') and ($5 = '' or r.created_at <= $4))
     limit 20)
    union
    select e.user_id from user_traces e where e.tenant_id = $1 and e.kind = m.kind and e.key = m.key and e.user_id = $3
  ) o
  where m.kind in ('email', 'email_collapsed', 'device', 'phone', 'payee', 'identity')
), shared as (
  select kind, count(distinct user_id)::integer as others from others group by kind
), siblings as (
  select m.kind, count(distinct r.referee_id)::integer as others
  from (select referee_id from referrals where tenant_id = $1 and referrer_id = $3 and referee_id <> $2 and attributed
          and created_at > $4::timestamptz - interval '7 days' and ($5 = '' or created_at <= $4) order by created_at desc limit 100) r
  join user_traces t on t.tenant_id = $1 and t.user_id = r.referee_id
  join mine m on m.kind = t.kind and m.key = t.key
  where m.kind in ('email_stem', 'phone_block')
  group by m.kind
), crowd as (
  select m.kind, count(distinct r.referee_id)::integer as week,
    count(distinct r.referee_id) filter (where r.created_at > $4::timestamptz - interval '1 day')::integer as day
  from mine m cross join lateral (
    select user_id from user_traces where tenant_id = $1 and kind = m.kind and kind in ('address', 'range') and key = m.key and user_id <> $2
      and seen_at > $4::timestamptz - interval '7 days'
    order by seen_at desc limit 64
  ) o
  join referrals r on r.tenant_id = $1 and r.referee_id = o.user_id and r.attributed
    and r.status in ('pending', 'review', 'rewarded', 'reversed')
    and r.created_at > $4::timestamptz - interval '7 days' and ($5 = '' or r.created_at <= $4)
  where m.kind in ('address', 'range')
  group by m.kind
), up (id, depth, here) as (
  select $3::text collate "C", 0, ${wasHere('$3')}
  union all
  select r.referrer_id, u.depth + 1, true from up u
  join referrals r on r.tenant_id = $1 and r.referee_id = u.id and r.attributed
  where u.depth < 20 and ${wasHere('r.referrer_id')}
), kin (id) as (
  select id from up
  union
  select c.referee_id from kin k cross join lateral (
    select r.referee_id from referrals r
    where r.tenant_id = $1 and r.referrer_id = k.id and r.attributed and r.created_at > $4::timestamptz - interval '7 days'
      and ($5 = '' or r.created_at <= $4)
    order by r.created_at desc limit 200
  ) c
  where c.referee_id <> $2 and ${wasHere('c.referee_id')}
)
select array_remove(array[u.email, u.signup_email], null) as emails,
  (select coalesce(jsonb_object_agg(kind, 0), '{}') from mine) || (select coalesce(jsonb_object_agg(kind, others), '{}') from shared) as shared,
  (select coalesce(jsonb_object_agg(kind, others), '{}') from siblings) as siblings,
  coalesce((select day from crowd where kind = 'address'), 0) as last_day,
  coalesce((select week from crowd where kind = 'address'), 0) as last_week,
  coalesce((select day from crowd where kind = 'range'), 0) as range_last_day,
  (select count(*)::integer from (select id from kin limit 21) k)
    - (select count(*)::integer from up where depth = 0 and not here) as kin
from users u where u.tenant_id = $1 and u.id = $2`

/** What traces tell of the two, and the new user's addresses of mail. */
export async function readTraceFacts(
  tx: Tx,
  tenantId: TenantId,
  { refereeId, referrerId, at, referralId = '' }: Pair,
): Promise<Omit<TraceFacts, 'mail'> & { readonly emails: readonly string[] }> {
  const [row] = await tx.query<FactsRow>(factsSql, [tenantId, refereeId, referrerId, at, referralId])
  if (row === undefined) throw new Error('a user to be judged is gone')
  const sharedOf = (kind: string): Shared => ({ given: row.shared[kind] !== undefined, others: row.shared[kind] ?? 0 })
  return {
    emails: row.emails,
    email: sharedOf('email'),
    emailCollapsed: sharedOf('email_collapsed'),
    device: sharedOf('device'),
    phone: sharedOf('phone'),
    payee: sharedOf('payee'),
    identity: sharedOf('identity'),
    address: {
      given: row.shared['address'] !== undefined,
      lastDay: row.last_day,
      lastWeek: row.last_week,
      rangeLastDay: row.range_last_day,
      kin: row.kin,
    },
    pattern: {
      mailStem: row.siblings['email_stem'] ?? 0,
      phoneBlock: row.siblings['phone_block'] ?? 0,
    },
  }
}
