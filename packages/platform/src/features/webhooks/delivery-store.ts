import type { TenantId } from '../../base/tenant.ts'
import type { Tx } from '../../db/connect.ts'
import type { Attempt, EventRow } from './event-store.ts'
import { readEvent, type StoredEvent } from './event-store.ts'

export interface DueDelivery {
  readonly event: EventRow
  /** Failed ones since it was made or asked for anew. */
  readonly tries: number
  readonly startedAt: Date
}

/** What a try makes of a delivery. */
export interface Outcome {
  readonly eventId: string
  readonly attempt: Attempt
  readonly status: 'pending' | 'succeeded' | 'failed'
  /** When it is tried again; of no meaning when it is not. */
  readonly nextAt: Date
}

export const deliveryStore = {
  /** The deliveries of an endpoint that are due, the longest waiting first. */
  async due(tx: Tx, tenantId: TenantId, endpointId: string, now: Date, limit: number): Promise<DueDelivery[]> {
    const rows = await tx.query<StoredEvent & { tries: number; started_at: Date }>(
      `select e.*, d.tries, d.started_at from webhook_deliveries d join events e on e.tenant_id = d.tenant_id and e.id = d.event_id
       where d.tenant_id = $1 and d.endpoint_id = $2 and d.status = 'pending' and d.next_at <= $3 order by d.next_at, d.event_id limit $4`,
      [tenantId, endpointId, now, limit],
    )
    return rows.map((row) => ({ event: readEvent(row), tries: row.tries, startedAt: row.started_at }))
  },

  /**
   * Writes down tries and what follows from them. A delivery that is no longer pending keeps its state: its endpoint was disabled or
   * deleted meanwhile. The tries are on record all the same.
   */
  async record(tx: Tx, tenantId: TenantId, endpointId: string, outcomes: readonly Outcome[]): Promise<void> {
    const column = <T>(pick: (outcome: Outcome) => T) => outcomes.map(pick)
    await tx.query(
      `insert into webhook_attempts (tenant_id, event_id, endpoint_id, at, status, failure, duration_ms)
       select $1, d.event_id, $2, t.at, t.status, t.failure, t.duration_ms
       from unnest($3::text[], $4::timestamptz[], $5::integer[], $6::text[], $7::integer[]) as t(event_id, at, status, failure, duration_ms)
       join webhook_deliveries d on d.tenant_id = $1 and d.event_id = t.event_id and d.endpoint_id = $2`,
      [
        tenantId,
        endpointId,
        column(({ eventId }) => eventId),
        column(({ attempt }) => attempt.at),
        column(({ attempt }) => attempt.status),
        column(({ attempt }) => attempt.failure),
        column(({ attempt }) => attempt.durationMs),
      ],
    )
    await tx.query(
      `update webhook_deliveries d set status = t.status, next_at = t.next_at, tries = d.tries + 1
       from unnest($3::text[], $4::text[], $5::timestamptz[]) as t(event_id, status, next_at)
       where d.tenant_id = $1 and d.endpoint_id = $2 and d.event_id = t.event_id and d.status = 'pending'`,
      [tenantId, endpointId, column(({ eventId }) => eventId), column(({ status }) => status), column(({ nextAt }) => nextAt)],
    )
  },
}
