import type { TenantId } from '../../base/tenant.ts'
import type { Tx } from '../../db/connect.ts'
import type { ReferrerFacts } from './checks/facts.ts'

export interface Pairing {
  /** `usr_…` */
  readonly refereeId: string
  /** `usr_…` */
  readonly referrerId: string
  /** When the code was entered: windows end there, also when it is judged again later. */
  readonly at: Date
  /** `ref_…` of the one that is judged again. */
  readonly referralId?: string
  /** How many the whole app may have in a day; null: they are not counted. */
  readonly appCap: number | null
}

interface People {
  readonly referrer_blocked: boolean
  readonly referee_blocked: boolean
  readonly account_seconds: number
  readonly second: boolean
  readonly total: number
  readonly visit_seconds: number | null
}

const peopleSql = `
select a.blocked or a.deleted_at is not null as referrer_blocked, b.blocked or b.deleted_at is not null as referee_blocked,
  extract(epoch from $4::timestamptz - b.created_at)::double precision as account_seconds,
  exists (select from referrals r where r.tenant_id = $1 and r.referee_id = b.id and r.attributed and r.id <> $5) as second,
  coalesce((select t.pending + t.rewarded from referral_totals t where t.tenant_id = $1 and t.user_id = a.id), 0)
    - (select count(*)::integer from referrals r
       where r.tenant_id = $1 and r.id = $5 and r.referrer_id = a.id and r.status in ('pending', 'review', 'rewarded')) as total,
  (select extract(epoch from b.created_at - min(v.first_at))::double precision
   from user_traces t join referral_visits v on v.tenant_id = $1 and v.user_id = a.id and v.device_key = t.key
   where t.tenant_id = $1 and t.user_id = b.id and t.kind = 'device' and v.first_at <= b.created_at) as visit_seconds
from users a, users b
where a.tenant_id = $1 and a.id = $2 and b.tenant_id = $1 and b.id = $3`

// Beyond any cap it does not matter how many there are. When it is judged first, one whose process has a later clock counts as well.
const lastDay = `attributed and status <> 'refused' and created_at > $3::timestamptz - interval '1 day' and id <> $4
  and ($4 = '' or created_at <= $3)`

const latelySql = `
select count(*) filter (where created_at > $3::timestamptz - interval '1 hour')::integer as hour, count(*)::integer as day
from (select created_at from referrals where tenant_id = $1 and referrer_id = $2 and ${lastDay} order by created_at desc limit 10001) r`

const appSql = `select count(*)::integer as day from (select from referrals where tenant_id = $1 and ${lastDay} limit $2::integer) r`

/** Going up from the referrer; whoever comes twice is not gone through again, and no chain is longer than this. */
const cycleSql = `
with recursive up as (
  select $2::text collate "C" as user_id, 0 as steps
  union all
  select r.referrer_id, up.steps + 1 from up join referrals r on r.tenant_id = $1 and r.referee_id = up.user_id and r.attributed
  where up.steps < 50 and up.user_id <> $3
) cycle user_id set seen using path
select exists (select from up where user_id = $3 and steps > 0) as cycle`

/** What only the tables of referrals tell of a referrer and a new user. One round trip. */
export async function referrerFacts(
  tx: Tx,
  tenantId: TenantId,
  { refereeId, referrerId, at, referralId = '', appCap }: Pairing,
): Promise<ReferrerFacts> {
  const [[people], [lastly], [circle], [app]] = await Promise.all([
    tx.query<People>(peopleSql, [tenantId, referrerId, refereeId, at, referralId]),
    tx.query<{ hour: number; day: number }>(latelySql, [tenantId, referrerId, at, referralId]),
    tx.query<{ cycle: boolean }>(cycleSql, [tenantId, referrerId, refereeId]),
    appCap === null ? [] : tx.query<{ day: number }>(appSql, [tenantId, appCap, at, referralId]),
  ])
  if (people === undefined) throw new Error('one of the two is not a user of this app')
  return {
    ownCode: referrerId === refereeId,
    secondRedemption: people.second,
    referrerBlocked: people.referrer_blocked,
    refereeBlocked: people.referee_blocked,
    accountSeconds: people.account_seconds,
    lastHour: lastly?.hour ?? 0,
    lastDay: lastly?.day ?? 0,
    total: people.total,
    appLastDay: app?.day ?? 0,
    cycle: circle?.cycle ?? false,
    secondsSinceVisit: people.visit_seconds,
  }
}

/** Whoever is to be counted among the app's referrals of a day waits here until the transaction of the one before is over. */
export async function takeAppTurn(tx: Tx, tenantId: TenantId): Promise<void> {
  await tx.query(`select pg_advisory_xact_lock(hashtextextended('referrals', $1::integer))`, [tenantId])
}
