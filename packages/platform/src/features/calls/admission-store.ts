import type { TenantId } from '../../base/tenant.ts'
import type { Db, Tx } from '../../db/connect.ts'
import type { ProviderName } from '../../providers/telephony/port.ts'
import { chargedRateFrom, type PriceColumns, type QuietHours } from '../presence/index.ts'
import type { ReceiverLimits } from './receiver-rules/receiver-limits.ts'
import { readCall, type CallRow, type Routing, type StoredCall } from './call-row.ts'
import { callColumns, callPeople } from './call-store.ts'
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

export interface AppTerms {
  readonly rate: Rate
  readonly sharePercent: number
  readonly maxCallSeconds: number
  readonly ringSeconds: number
  /** The app's own order of telephone providers; null: the platform's. */
  readonly providerOrder: readonly ProviderName[] | null
}

/** What a call between two users is admitted by. */
export interface Prospect {
  readonly caller: Candidate
  readonly callee: Candidate
  readonly terms: AppTerms
}

interface StoredProspect extends StoredUser {
  readonly app_rate_coins: number
  readonly app_rate_seconds: number
  readonly share_percent: number
  readonly app_max_call_seconds: number
  readonly ring_seconds: number
  readonly provider_order: ProviderName[] | null
}

const prospects = `select u.id, u.host_id, u.phone, u.rate_coins, u.rate_seconds, u.own_rate_coins, u.own_rate_seconds, u.availability, u.available_until,
    u.quiet_hours, u.rests_until, u.time_zone, u.max_call_seconds, u.max_seconds_per_day, u.blocked,
    t.rate_min_coins, t.rate_max_coins, t.rate_bound_seconds, t.rate_coins as app_rate_coins, t.rate_seconds as app_rate_seconds,
    t.share_percent, t.max_call_seconds as app_max_call_seconds, t.ring_seconds, t.provider_order
  from users u join tenants t on t.id = u.tenant_id
  where u.tenant_id = $1 and u.host_id = any($2) and u.deleted_at is null order by u.id`

const candidate = (row: StoredUser): Candidate => ({
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
})

function prospectOf(rows: readonly StoredProspect[], callerId: string, calleeId: string): Partial<Prospect> {
  const [caller, callee] = [callerId, calleeId].map((hostId) => rows.find((row) => row.host_id === hostId))
  return {
    ...(caller && { caller: candidate(caller) }),
    ...(callee && { callee: candidate(callee), terms: termsFrom(callee) }),
  }
}

const termsFrom = (row: StoredProspect): AppTerms => ({
  rate: { coins: row.app_rate_coins, seconds: row.app_rate_seconds },
  sharePercent: row.share_percent,
  maxCallSeconds: row.app_max_call_seconds,
  ringSeconds: row.ring_seconds,
  providerOrder: row.provider_order,
})

/** What there is of it now, by the host's ids; it may change at any moment. */
export async function foresee(db: Pick<Db, 'read'>, tenantId: TenantId, callerId: string, calleeId: string): Promise<Partial<Prospect>> {
  return prospectOf(await db.read<StoredProspect>(tenantId, prospects, [tenantId, [callerId, calleeId]]), callerId, calleeId)
}

/** The same with both users held as they are: neither is deleted or blocked until the call is in. */
export async function holdProspect(tx: Tx, tenantId: TenantId, callerId: string, calleeId: string): Promise<Partial<Prospect>> {
  const rows = await tx.query<StoredProspect>(`${prospects} for share of u`, [tenantId, [callerId, calleeId]])
  return prospectOf(rows, callerId, calleeId)
}

export async function userIdOf(tx: Tx, tenantId: TenantId, hostId: string): Promise<string | undefined> {
  const [row] = await tx.query<{ id: string }>('select id from users where tenant_id = $1 and host_id = $2 and deleted_at is null', [
    tenantId,
    hostId,
  ])
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

/** The app's own order of telephone providers. */
export async function providerOrderOf(tx: Tx, tenantId: TenantId): Promise<AppTerms['providerOrder']> {
  const [row] = await tx.query<{ provider_order: AppTerms['providerOrder'] }>('select provider_order from tenants where id = $1', [
    tenantId,
  ])
  return row?.provider_order ?? null
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
  readonly mostSeconds: number
  readonly heldCoins: number
  readonly createdAt: Date
  /** The caller's leg of a call that came in: it is there, and nothing is dialled for it. */
  readonly inboundLegId: string | null
}

/** The call as it stands then. */
export async function insertCall(tx: Tx, tenantId: TenantId, call: NewCall): Promise<CallRow> {
  const [row] = await tx.query<StoredCall>(
    `with c as (insert into calls (tenant_id, id, caller_id, callee_id, caller_phone, callee_phone, provider, callback_token, number,
       rate_coins, rate_seconds, share_percent, ring_seconds, limit_seconds, limit_reason, held_coins, created_at, routing,
       direction, caller_leg_id, dial_attempted_at, channel, caller_peer, most_seconds)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18,
       case when $19::text is null then 'outbound' else 'inbound' end, $19, case when $19::text is not null then $17::timestamptz end,
       $20, $21, $22) returning *) select ${callColumns} from c ${callPeople}`,
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
      call.mostSeconds,
    ],
  )
  if (row === undefined) throw new Error('the call was not written')
  return readCall(row)
}
