import { toCoins } from '../../base/coins.ts'
import { tenantId as asTenantId, type Mode, type TenantId } from '../../base/tenant.ts'
import type { Db, Sql, Tx } from '../../db/connect.ts'
import type { CallStatus, OpenStatus } from './call-lifecycle.ts'
import {
  readCall,
  type CallEnding,
  type CallRow,
  type EndRequester,
  type ReviewReason,
  type Routing,
  type Side,
  type StoredCall,
} from './call-row.ts'

export const callColumns = `c.*, a.host_id as caller_host_id, a.display_name as caller_name, b.host_id as callee_host_id, b.display_name as callee_name,
  x.connected::text as caller_connected, y.connected::text as callee_connected, x.heard_at as caller_heard_at, y.heard_at as callee_heard_at`
const sideOf = (row: string, side: Side) =>
  `left join browser_sides ${row} on ${row}.tenant_id = c.tenant_id and ${row}.call_id = c.id and ${row}.side = '${side}' and not c.settled`
export const callPeople = `join users a on a.tenant_id = c.tenant_id and a.id = c.caller_id join users b on b.tenant_id = c.tenant_id and b.id = c.callee_id
  ${sideOf('x', 'caller')} ${sideOf('y', 'callee')}`

async function one(tx: Sql, text: string, values: readonly unknown[]): Promise<CallRow | undefined> {
  const [row] = await tx.query<StoredCall>(text, values)
  return row === undefined ? undefined : readCall(row)
}

const oneCall = `select ${callColumns} from calls c ${callPeople} where c.tenant_id = $1 and c.id = $2`

export const findCall = (tx: Sql, tenantId: TenantId, callId: string) => one(tx, oneCall, [tenantId, callId])

/** The call as it stands, by itself. */
export async function seeCall(db: Pick<Db, 'read'>, tenantId: TenantId, callId: string): Promise<CallRow | undefined> {
  const [row] = await db.read<StoredCall>(tenantId, oneCall, [tenantId, callId])
  return row === undefined ? undefined : readCall(row)
}

/** The call for a change: everybody else who wants to change it waits. Who only names it, as a message that comes in does, need not. */
export const lockCall = (tx: Tx, tenantId: TenantId, callId: string) =>
  one(tx, `select ${callColumns} from calls c ${callPeople} where c.tenant_id = $1 and c.id = $2 for no key update of c`, [
    tenantId,
    callId,
  ])

/** Written before the provider is asked; null takes it back. With it changes whether the platform can end the call. */
export async function markDialAttempt(tx: Tx, tenantId: TenantId, callId: string, at: Date | null, canEnd: boolean): Promise<void> {
  tx.write('update calls set dial_attempted_at = $3, can_end = $4 where tenant_id = $1 and id = $2', [tenantId, callId, at, canEnd])
}

/** Written before the provider is asked to ring the callee; null takes it back. */
export async function markCalleeAttempt(tx: Tx, tenantId: TenantId, callId: string, at: Date | null): Promise<void> {
  tx.write('update calls set callee_attempted_at = $3 where tenant_id = $1 and id = $2', [tenantId, callId, at])
}

/** Written before the provider is asked to join the two; false when it was before. */
export async function markJoinAttempt(tx: Tx, tenantId: TenantId, callId: string, at: Date): Promise<boolean> {
  const first = 'update calls set join_attempted_at = $3 where tenant_id = $1 and id = $2 and join_attempted_at is null returning id'
  return (await tx.query(first, [tenantId, callId, at])).length > 0
}

/** The two were certainly not joined. */
export async function clearJoinAttempt(tx: Tx, tenantId: TenantId, callId: string): Promise<void> {
  tx.write('update calls set join_attempted_at = null where tenant_id = $1 and id = $2', [tenantId, callId])
}

/** The callee could not be rung or joined: whatever the legs did, there was no conversation. */
export async function setCalleeFailed(tx: Tx, tenantId: TenantId, callId: string): Promise<void> {
  tx.write(`update calls set callee_cause = 'failed' where tenant_id = $1 and id = $2 and not settled`, [tenantId, callId])
}

/** From here on the call is out of our hands. */
export async function setOutOfReach(tx: Tx, tenantId: TenantId, callId: string): Promise<void> {
  tx.write('update calls set can_end = false where tenant_id = $1 and id = $2', [tenantId, callId])
}

/** More coins are held for the call, and so it may last longer. */
export async function setLimit(
  tx: Tx,
  tenantId: TenantId,
  callId: string,
  { heldCoins, limit }: Pick<CallRow, 'heldCoins' | 'limit'>,
): Promise<void> {
  tx.write('update calls set held_coins = $3, limit_seconds = $4, limit_reason = $5 where tenant_id = $1 and id = $2', [
    tenantId,
    callId,
    heldCoins,
    limit.seconds,
    limit.reason,
  ])
}

/** Another provider carries the call, which was dialled by nobody yet. */
export async function setRoute(
  tx: Tx,
  tenantId: TenantId,
  callId: string,
  { provider, number, routing }: { readonly provider: string; readonly number: string; readonly routing: Routing },
): Promise<void> {
  tx.write(
    `update calls set provider = $3, number = $4, routing = $5, dial_attempted_at = null, can_end = true
     where tenant_id = $1 and id = $2 and caller_leg_id is null`,
    [tenantId, callId, provider, number, JSON.stringify(routing)],
  )
}

export async function setLeg(tx: Tx, tenantId: TenantId, callId: string, side: Side, legId: string): Promise<void> {
  const column = side === 'caller' ? 'caller_leg_id' : 'callee_leg_id'
  tx.write(`update calls set ${column} = $3 where tenant_id = $1 and id = $2`, [tenantId, callId, legId])
}

/** Which of these caller legs belong to calls already, of any tenant: they share the provider's account. */
export async function knownLegs(tx: Tx, legIds: readonly string[]): Promise<ReadonlySet<string>> {
  const rows = await tx.query<{ caller_leg_id: string }>('select caller_leg_id from calls where caller_leg_id = any($1)', [legIds])
  return new Set(rows.map((row) => row.caller_leg_id))
}

/** Whether a leg belongs to another call, of whatever tenant. */
export async function isLegOfAnother(tx: Tx, legId: string, callId: string): Promise<boolean> {
  const [row] = await tx.query<{ known: boolean }>('select leg_of_another($1, $2) as known', [legId, callId])
  return row?.known === true
}

/** Whether a leg belongs to a call, of any tenant, that is not settled. */
export async function isLegWanted(tx: Tx, legId: string): Promise<boolean> {
  const wanted = 'select id from calls where not settled and (caller_leg_id = $1 or callee_leg_id = $1) limit 1'
  return (await tx.query(wanted, [legId])).length > 0
}

export async function setStatus(tx: Tx, tenantId: TenantId, callId: string, status: OpenStatus, answeredAt: Date | null): Promise<void> {
  tx.write('update calls set status = $3, answered_at = coalesce(answered_at, $4) where tenant_id = $1 and id = $2', [
    tenantId,
    callId,
    status,
    answeredAt,
  ])
}

export async function setEndRequest(tx: Tx, tenantId: TenantId, callId: string, by: EndRequester): Promise<void> {
  tx.write('update calls set end_requested_by = $3 where tenant_id = $1 and id = $2 and end_requested_by is null', [tenantId, callId, by])
}

export async function setEndedBy(tx: Tx, tenantId: TenantId, callId: string, side: Side): Promise<void> {
  tx.write('update calls set ended_by = $3 where tenant_id = $1 and id = $2 and ended_by is null', [tenantId, callId, side])
}

export interface Settlement {
  readonly chargedCoins: number
  readonly earnedCoins: number
  readonly overrunCoins: number
}

/**
 * Writes the end, its money and what the provider told; the call as it is then. A status that is terminal already stays: only the numbers
 * were missing.
 */
export async function writeEnd(
  tx: Tx,
  tenantId: TenantId,
  callId: string,
  { ending, settlement, account }: { readonly ending: CallEnding; readonly settlement: Settlement; readonly account: unknown },
  now: Date,
): Promise<CallRow> {
  const ended = await one(
    tx,
    `with c as (update calls set
       status = case when ended_at is null then $3 else status end,
       -- Of a call that only waited for its figures, they may tell better who ended it.
       end_reason = case when ended_at is null or (not review and status = $3) then $4 else end_reason end,
       duration_seconds = $5, answered_at = $6, ended_at = $7, caller_cause = $8, callee_cause = $9,
       callee_leg_id = coalesce($10, callee_leg_id), charged_coins = $11, earned_coins = $12, overrun_coins = $13,
       provider_account = coalesce($15, provider_account),
       settled = true, review = false, review_reason = null, settled_at = $14, caller_phone = null, callee_phone = null
     where tenant_id = $1 and id = $2 returning *) select ${callColumns} from c ${callPeople}`,
    [
      tenantId,
      callId,
      ending.status,
      ending.endReason,
      ending.durationSeconds,
      ending.answeredAt,
      ending.endedAt,
      ending.callerCause,
      ending.calleeCause,
      ending.calleeLegId,
      settlement.chargedCoins,
      settlement.earnedCoins,
      settlement.overrunCoins,
      now,
      account === undefined ? null : JSON.stringify(account),
    ],
  )
  if (ended === undefined) throw new Error(`${callId} is gone`)
  return ended
}

export type ParkedEnding = Pick<CallEnding, 'status' | 'endReason' | 'durationSeconds' | 'endedAt'>

/** Ends a call for its two people while its coins stay held. */
export async function writeParked(
  tx: Tx,
  tenantId: TenantId,
  callId: string,
  { status, endReason, durationSeconds, endedAt }: ParkedEnding,
  why: ReviewReason,
): Promise<void> {
  tx.write(
    `update calls set status = $3, end_reason = $4, duration_seconds = $5, ended_at = $6, review = true, review_reason = $7
     where tenant_id = $1 and id = $2 and ended_at is null`,
    [tenantId, callId, status, endReason, durationSeconds, endedAt, why],
  )
}

/** Ends a call for its two people while the provider has not told its figures: nothing is wrong, and nobody need look. */
export async function writePending(
  tx: Tx,
  tenantId: TenantId,
  callId: string,
  { status, endReason, durationSeconds, endedAt }: ParkedEnding,
): Promise<void> {
  tx.write(
    `update calls set status = $3, end_reason = $4, duration_seconds = $5, ended_at = $6
     where tenant_id = $1 and id = $2 and ended_at is null`,
    [tenantId, callId, status, endReason, durationSeconds, endedAt],
  )
}

/** Shows a call that is over to a person, with the reason why it is not settled. */
export async function setReviewReason(tx: Tx, tenantId: TenantId, callId: string, why: ReviewReason): Promise<void> {
  tx.write('update calls set review = true, review_reason = $3 where tenant_id = $1 and id = $2 and not settled', [tenantId, callId, why])
}

export interface CallFilter {
  /** Ours, `usr_…`: calls in which this user is a party. */
  readonly userId: string | undefined
  readonly status: CallStatus | undefined
  readonly active: boolean | undefined
  /** Only those that were missed: by this user, or without one by anybody. */
  readonly missed: boolean
}

// Behind every id: '~' sorts after all of an id's characters.
const newest = '~'

/** Ends that the callee was not asked for; as the index over missed calls has it. */
export const wasMissed = `status in ('no_answer', 'canceled', 'busy')`

/** Newest first. A party's calls are two lists, each read along its own index. */
export async function listCalls(
  tx: Tx,
  tenantId: TenantId,
  { userId, status, active, missed }: CallFilter,
  { limit, before }: { limit: number; before: string | undefined },
): Promise<CallRow[]> {
  const wanted = `tenant_id = $1 and id < $2 and ($4::text is null or status = $4) and ($5::boolean is null or (ended_at is null) = $5)${missed ? ` and ${wasMissed}` : ''}`
  const part = (side: Side) => `(select id from calls where ${wanted} and ${side}_id = $6 order by id desc limit $3)`
  const ids =
    userId === undefined
      ? `select id from calls where ${wanted} order by id desc limit $3`
      : missed
        ? part('callee')
        : `${part('caller')} union ${part('callee')}`
  const rows = await tx.query<StoredCall>(
    `with chosen as (${ids}) select ${callColumns} from calls c join chosen on chosen.id = c.id ${callPeople} where c.tenant_id = $1 order by c.id desc limit $3`,
    [tenantId, before ?? newest, limit, status ?? null, active ?? null, ...(userId === undefined ? [] : [userId])],
  )
  return rows.map(readCall)
}

const mostOpenCalls = 1_000

/** Calls that are not over: a user's, or the newest of the whole app. */
export async function openCalls(tx: Tx, tenantId: TenantId, userId: string | undefined): Promise<CallRow[]> {
  const rows = await tx.query<StoredCall>(
    `select ${callColumns} from calls c ${callPeople}
     where c.tenant_id = $1 and not c.settled and c.ended_at is null and ($2::text is null or c.caller_id = $2 or c.callee_id = $2)
     order by c.id desc limit ${mostOpenCalls}`,
    [tenantId, userId ?? null],
  )
  return rows.map(readCall)
}

/** Above all tenants: calls that are not settled and for which nothing is planned. */
export async function forgottenCalls(
  tx: Tx,
  limit: number,
): Promise<{ readonly id: string; readonly tenantId: TenantId; readonly channel: CallRow['channel'] }[]> {
  const rows = await tx.query<{ id: string; tenant_id: number; channel: CallRow['channel'] }>(
    `select c.id, c.tenant_id, c.channel from calls c where not c.settled and not exists (
       select from tasks t where t.tenant_id = c.tenant_id and t.subject = c.id and t.kind in ('call.check', 'call.settle', 'call.watch')) limit $1`,
    [limit],
  )
  return rows.map((row) => ({ id: row.id, tenantId: asTenantId(row.tenant_id), channel: row.channel }))
}

export interface CallbackOwner {
  readonly tenantId: TenantId
  readonly token: string
  readonly provider: string
}

/** Above all tenants: whose call this is, what the secret of its URLs follows from, and the provider that they were given to. */
export async function callbackOf(tx: Tx, callId: string): Promise<CallbackOwner | undefined> {
  const [row] = await tx.query<{ tenant_id: number; callback_token: string; provider: string }>(
    'select tenant_id, callback_token, provider from calls where id = $1',
    [callId],
  )
  return row === undefined ? undefined : { tenantId: asTenantId(row.tenant_id), token: row.callback_token, provider: row.provider }
}

/** A call that waits for a person, as an operator sees it: no names, no phones. */
export interface ParkedCall {
  readonly id: string
  readonly appId: string
  readonly mode: Mode
  readonly createdAt: Date
  readonly heldCoins: number
  readonly why: ReviewReason | null
}

/** Above all tenants: the parked calls that have waited longest, and how many there are. */
export async function parkedCalls(tx: Tx, limit: number): Promise<{ readonly calls: ParkedCall[]; readonly total: number }> {
  const rows = await tx.query<
    Pick<StoredCall, 'id' | 'created_at' | 'held_coins' | 'review_reason'> & { app_id: string; mode: Mode; total: string }
  >(
    `select c.id, t.app_id, t.mode, c.created_at, c.held_coins, c.review_reason, count(*) over () as total
     from calls c join tenants t on t.id = c.tenant_id where c.review order by c.created_at limit $1`,
    [limit],
  )
  const calls = rows.map((row) => ({
    id: row.id,
    appId: row.app_id,
    mode: row.mode,
    createdAt: row.created_at,
    heldCoins: toCoins(row.held_coins),
    why: row.review_reason,
  }))
  return { calls, total: Number(rows[0]?.total ?? 0) }
}
