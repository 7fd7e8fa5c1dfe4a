import * as z from 'zod'
import type { TenantId } from '../base/tenant.ts'
import type { Arrival } from './inbox.ts'
import type { Db, Tx } from './connect.ts'
import type { Waiting } from './inbox-order.ts'

const status = z.enum(['queued', 'ringing', 'in_progress', 'completed', 'busy', 'no_answer', 'failed', 'canceled', 'unknown'])

/** What the payload keeps of a message: what it says, and notes without phone numbers. */
const payload = z.object({
  report: z.object({
    kind: z.enum(['status', 'answer_request', 'after_request']),
    leg: z.enum(['caller', 'callee']),
    legId: z.string(),
    otherLegId: z.string().nullable(),
    status,
    sequence: z.number().nullable(),
    at: z.coerce.date().nullable(),
    endedBy: z.enum(['caller', 'callee']).nullable(),
  }),
})

export interface Stored {
  readonly isNew: boolean
  /** Whether there is work left to do for it. */
  readonly isLeft: boolean
  /** The task that does it, where it was free and is now this process's. */
  readonly taskId: string | null
}

/** Stores the message with the task that works on it, in one round trip; as taken until then, or for anybody. */
export async function insertArrival(
  db: Pick<Db, 'statement'>,
  tenantId: TenantId,
  arrival: Arrival,
  task: { readonly kind: string; readonly until: Date | null },
  now: Date,
): Promise<Stored> {
  const { provider, deliveryId, callId, report, onlyLeg, notes = {} } = arrival
  const [row] = await db.statement<{ is_new: boolean; is_left: boolean; task_id: string | null }>(
    'select is_new, is_left, task_id from inbox_store($1, $2, $3, $4, $5, $6, $7, $8, $9)',
    [tenantId, provider, deliveryId, callId, JSON.stringify({ report, notes }), onlyLeg ?? null, task.kind, now, task.until],
  )
  return { isNew: row?.is_new === true, isLeft: row?.is_left === true, taskId: row?.task_id ?? null }
}

/** Stores a message that is worked on in this very transaction; false when it is known. */
export async function insertTold(tx: Tx, tenantId: TenantId, arrival: Arrival, now: Date): Promise<boolean> {
  const { provider, deliveryId, callId, report, notes = {} } = arrival
  const rows = await tx.query(
    `insert into inbox (provider, delivery_id, tenant_id, call_id, payload, received_at, applied_at)
     values ($1, $2, $3, $4, $5, $6, $6) on conflict (provider, delivery_id) do nothing returning 1`,
    [provider, deliveryId, tenantId, callId, JSON.stringify({ report, notes }), now],
  )
  return rows.length > 0
}

/** How many messages of a call are worked on at once. */
export const batch = 100

export async function unapplied(tx: Tx, tenantId: TenantId, callId: string): Promise<Waiting[]> {
  const rows = await tx.query<{ provider: string; delivery_id: string; payload: unknown; received_at: Date }>(
    `select provider, delivery_id, payload, received_at from inbox
     where tenant_id = $1 and call_id = $2 and applied_at is null order by received_at, delivery_id limit ${batch}`,
    [tenantId, callId],
  )
  return rows.map((row) => ({
    provider: row.provider,
    deliveryId: row.delivery_id,
    receivedAt: row.received_at,
    report: payload.parse(row.payload).report,
  }))
}

export async function markApplied(
  tx: Tx,
  tenantId: TenantId,
  done: readonly { readonly provider: string; readonly deliveryId: string }[],
  now: Date,
): Promise<void> {
  tx.write(
    `update inbox set applied_at = $4 from unnest($2::text[], $3::text[]) as done (provider, delivery_id)
     where inbox.tenant_id = $1 and inbox.provider = done.provider and inbox.delivery_id = done.delivery_id`,
    [tenantId, done.map(({ provider }) => provider), done.map(({ deliveryId }) => deliveryId), now],
  )
}

/** Above all tenants. Messages that wait to be worked on stay, however old. */
export async function forgetBefore(tx: Tx, time: Date): Promise<number> {
  const rows = await tx.query('delete from inbox where received_at < $1 and applied_at is not null returning 1', [time])
  return rows.length
}
