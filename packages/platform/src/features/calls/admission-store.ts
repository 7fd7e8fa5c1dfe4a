import type { TenantId } from '../../base/tenant.ts'
import type { Tx } from '../../db/connect.ts'
import type { Rate, TalkLimit } from './call-tariff.ts'

/** A user as admission needs them. */
export interface Candidate {
  readonly id: string
  readonly hostId: string
  readonly phone: string | null
  /** Their own rate as a callee; null: the app's. */
  readonly rate: Rate | null
  readonly availability: 'auto' | 'always' | 'never'
  readonly availableUntil: Date | null
  readonly blocked: boolean
}

interface StoredUser {
  readonly id: string
  readonly host_id: string
  readonly phone: string | null
  readonly rate_coins: number | null
  readonly rate_seconds: number | null
  readonly availability: Candidate['availability']
  readonly available_until: Date | null
  readonly blocked: boolean
}

/** Both users, held as they are: neither is deleted or blocked until the call is in. */
export async function holdUsers(tx: Tx, tenantId: TenantId, hostIds: readonly string[]): Promise<ReadonlyMap<string, Candidate>> {
  const rows = await tx.query<StoredUser>(
    `select id, host_id, phone, rate_coins, rate_seconds, availability, available_until, blocked from users
     where tenant_id = $1 and host_id = any($2) and deleted_at is null order by id for share`,
    [tenantId, hostIds],
  )
  return new Map(
    rows.map((row) => [
      row.host_id,
      {
        id: row.id,
        hostId: row.host_id,
        phone: row.phone,
        rate: row.rate_coins === null || row.rate_seconds === null ? null : { coins: row.rate_coins, seconds: row.rate_seconds },
        availability: row.availability,
        availableUntil: row.available_until,
        blocked: row.blocked,
      },
    ]),
  )
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

export interface AppTerms {
  readonly rate: Rate
  readonly sharePercent: number
  readonly maxCallSeconds: number
  readonly ringSeconds: number
}

export async function termsOf(tx: Tx, tenantId: TenantId): Promise<AppTerms> {
  const [row] = await tx.query<{
    rate_coins: number
    rate_seconds: number
    share_percent: number
    max_call_seconds: number
    ring_seconds: number
  }>('select rate_coins, rate_seconds, share_percent, max_call_seconds, ring_seconds from tenants where id = $1', [tenantId])
  if (row === undefined) throw new Error('the tenant is gone')
  return {
    rate: { coins: row.rate_coins, seconds: row.rate_seconds },
    sharePercent: row.share_percent,
    maxCallSeconds: row.max_call_seconds,
    ringSeconds: row.ring_seconds,
  }
}

/** One of the app's virtual numbers; the same for a caller each time, while the pool stays as it is. */
export async function numberFor(tx: Tx, tenantId: TenantId, provider: string, callerId: string): Promise<string | undefined> {
  const [row] = await tx.query<{ phone_number: string }>(
    'select phone_number from numbers where tenant_id = $1 and provider = $2 order by md5(id || $3) limit 1',
    [tenantId, provider, callerId],
  )
  return row?.phone_number
}

export interface NewCall {
  readonly id: string
  readonly callerId: string
  readonly calleeId: string
  readonly callerPhone: string
  readonly calleePhone: string
  readonly provider: string
  readonly callbackToken: string
  readonly number: string
  readonly rate: Rate
  readonly sharePercent: number
  readonly ringSeconds: number
  readonly limit: TalkLimit
  readonly heldCoins: number
  readonly createdAt: Date
}

export async function insertCall(tx: Tx, tenantId: TenantId, call: NewCall): Promise<void> {
  await tx.query(
    `insert into calls (tenant_id, id, caller_id, callee_id, caller_phone, callee_phone, provider, callback_token, number,
       rate_coins, rate_seconds, share_percent, ring_seconds, limit_seconds, limit_reason, held_coins, created_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)`,
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
    ],
  )
}
