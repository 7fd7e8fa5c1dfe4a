import type { TenantId } from '../../base/tenant.ts'
import type { Db, Tx } from '../../db/connect.ts'
import type { ProviderName } from '../../providers/telephony/port.ts'
import { chargedRateFrom, type PriceColumns, type QuietHours } from '../presence/index.ts'
import type { ReceiverLimits } from './receiver-rules/receiver-limits.ts'
import type { Routing } from './call-row.ts'
import type { Rate, TalkLimit } from './call-tariff.ts'

/** A user as admission needs them. */
export interface Candidate extends ReceiverLimits {
  readonly id: string
  readonly hostId: string
  readonly phone: string | null
  /** What a call to them costs, within the app's bounds; null: the app's. */
  readonly rate: Rate | null
  readonly availability: 'auto' | 'always' | 'never'
  readonly availableUntil: Date | null
  readonly quietHours: QuietHours | null
  readonly restsUntil: Date | null
  readonly blocked: boolean
}

interface StoredUser extends PriceColumns {
  readonly id: string
  readonly host_id: string
  readonly phone: string | null
  readonly availability: Candidate['availability']
  readonly available_until: Date | null
  readonly quiet_hours: QuietHours | null
  readonly rests_until: Date | null
  readonly time_zone: string | null
  readonly max_call_seconds: number | null
  readonly max_seconds_per_day: number | null
  readonly blocked: boolean
}

/** Both users, held as they are: neither is deleted or blocked until the call is in. */
export async function holdUsers(tx: Tx, tenantId: TenantId, hostIds: readonly string[]): Promise<ReadonlyMap<string, Candidate>> {
  const rows = await tx.query<StoredUser>(
    `select u.id, u.host_id, u.phone, u.rate_coins, u.rate_seconds, u.own_rate_coins, u.own_rate_seconds, u.availability, u.available_until,
       u.quiet_hours, u.rests_until, u.time_zone, u.max_call_seconds, u.max_seconds_per_day, u.blocked,
       t.rate_min_coins, t.rate_max_coins, t.rate_bound_seconds
     from users u join tenants t on t.id = u.tenant_id
     where u.tenant_id = $1 and u.host_id = any($2) and u.deleted_at is null order by u.id for share of u`,
    [tenantId, hostIds],
  )
  return new Map(
    rows.map((row) => [
      row.host_id,
      {
        id: row.id,
        hostId: row.host_id,
        phone: row.phone,
        rate: chargedRateFrom(row),
        availability: row.availability,
        availableUntil: row.available_until,
        quietHours: row.quiet_hours,
        restsUntil: row.rests_until,
        timeZone: row.time_zone ?? row.quiet_hours?.timeZone ?? 'UTC',
        maxCallSeconds: row.max_call_seconds,
        maxSecondsPerDay: row.max_seconds_per_day,
        blocked: row.blocked,
      },
    ]),
  )
}

const idByHost = 'select id from users where tenant_id = $1 and host_id = $2 and deleted_at is null'

export async function userIdOf(tx: Tx, tenantId: TenantId, hostId: string): Promise<string | undefined> {
  const [row] = await tx.query<{ id: string }>(idByHost, [tenantId, hostId])
  return row?.id
}

/** The same by itself, for what is asked before a transaction. */
export async function findUserId(db: Pick<Db, 'read'>, tenantId: TenantId, hostId: string): Promise<string | undefined> {
  const [row] = await db.read<{ id: string }>(tenantId, idByHost, [tenantId, hostId])
  return row?.id
}

/** Whether one of the two has blocked the other. */
export async function eitherBlocks(tx: Tx, tenantId: TenantId, one: string, other: string): Promise<boolean> {
  const rows = await tx.query(
    `select from user_blocks where tenant_id = $1 and ((user_id = $2 and blocked_id = $3) or (user_id = $3 and blocked_id = $2))`,
    [tenantId, one, other],
  )
  return rows.length > 0
}

export interface AppTerms {
  readonly rate: Rate
  readonly sharePercent: number
  readonly maxCallSeconds: number
  readonly ringSeconds: number
  /** The app's own order of telephone providers; null: the platform's. */
  readonly providerOrder: readonly ProviderName[] | null
}

export async function termsOf(tx: Tx, tenantId: TenantId): Promise<AppTerms> {
  const [row] = await tx.query<{
    rate_coins: number
    rate_seconds: number
    share_percent: number
    max_call_seconds: number
    ring_seconds: number
    provider_order: ProviderName[] | null
  }>('select rate_coins, rate_seconds, share_percent, max_call_seconds, ring_seconds, provider_order from tenants where id = $1', [
    tenantId,
  ])
  if (row === undefined) throw new Error('the tenant is gone')
  return {
    rate: { coins: row.rate_coins, seconds: row.rate_seconds },
    sharePercent: row.share_percent,
    maxCallSeconds: row.max_call_seconds,
    ringSeconds: row.ring_seconds,
    providerOrder: row.provider_order,
  }
}

/** What is different between channels about a new call. */
export interface Line {
  readonly channel: 'phone' | 'browser'
  readonly provider: string
  /** Null of a browser call, as the phones are. */
  readonly number: string | null
  readonly callerPhone: string | null
  readonly calleePhone: string | null
  readonly callerPeer: string | null
  /** Null for a call that came in, where the number that was dialled decides, and of a browser call. */
  readonly routing: Routing | null
}

export interface NewCall extends Line {
  readonly id: string
  readonly callerId: string
  readonly calleeId: string
  readonly callbackToken: string
  readonly rate: Rate
  readonly sharePercent: number
  readonly ringSeconds: number
  readonly limit: TalkLimit
  readonly heldCoins: number
  readonly createdAt: Date
  /** The caller's leg of a call that came in: it is there, and nothing is dialled for it. */
  readonly inboundLegId: string | null
}

export async function insertCall(tx: Tx, tenantId: TenantId, call: NewCall): Promise<void> {
  tx.write(
    `insert into calls (tenant_id, id, caller_id, callee_id, caller_phone, callee_phone, provider, callback_token, number,
       rate_coins, rate_seconds, share_percent, ring_seconds, limit_seconds, limit_reason, held_coins, created_at, routing,
       direction, caller_leg_id, dial_attempted_at, channel, caller_peer)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18,
       case when $19::text is null then 'outbound' else 'inbound' end, $19, case when $19::text is not null then $17::timestamptz end,
       $20, $21)`,
    [
      tenantId,
      call.id,
      call.callerId,
      call.calleeId,
      call.callerPhone,
      call.calleePhone,
      call.provider,
      call.callbackToken,
      call.number,
      call.rate.coins,
      call.rate.seconds,
      call.sharePercent,
      call.ringSeconds,
      call.limit.seconds,
      call.limit.reason,
      call.heldCoins,
      call.createdAt,
      call.routing === null ? null : JSON.stringify(call.routing),
      call.inboundLegId,
      call.channel,
      call.callerPeer,
    ],
  )
}
