import type { WebhookEventType } from '@impacthub/sdk/contract'
import type { TenantId } from '../../base/tenant.ts'
import type { Tx } from '../../db/connect.ts'

export interface EventRow {
  readonly id: string
  readonly type: WebhookEventType
  readonly objectId: string
  readonly sequence: number
  readonly data: Record<string, unknown>
  readonly createdAt: Date
}

export type Failure =
  'http_error' | 'redirect' | 'timeout' | 'connection' | 'tls' | 'dns' | 'address_refused' | 'url_refused' | 'bad_answer'

export interface Attempt {
  readonly at: Date
  readonly status: number | null
  readonly failure: Failure | null
  readonly durationMs: number
}

export interface Delivery {
  readonly endpointId: string
  readonly status: 'pending' | 'succeeded' | 'failed' | 'canceled'
  readonly nextAt: Date
  readonly attempts: readonly Attempt[]
}

/** As PostgreSQL gives an event. */
export interface StoredEvent {
  readonly id: string
  readonly type: WebhookEventType
  readonly object_id: string
  readonly sequence: string
  readonly data: Record<string, unknown>
  readonly created_at: Date
}

export const readEvent = (row: StoredEvent): EventRow => ({
  id: row.id,
  type: row.type,
  objectId: row.object_id,
  sequence: Number(row.sequence),
  data: row.data,
  createdAt: row.created_at,
})

export interface EventFilter {
  readonly type: WebhookEventType | undefined
  readonly objectId: string | undefined
}

// Behind every id: '~' sorts after all of an id's characters.
const newest = '~'
const shownAttempts = 100

export const eventStore = {
  async find(tx: Tx, tenantId: TenantId, id: string): Promise<EventRow | undefined> {
    const [row] = await tx.query<StoredEvent>('select * from events where tenant_id = $1 and id = $2', [tenantId, id])
    return row && readEvent(row)
  },

  /** Newest first. */
  async list(
    tx: Tx,
    tenantId: TenantId,
    { type, objectId }: EventFilter,
    { limit, before }: { limit: number; before: string | undefined },
  ): Promise<EventRow[]> {
    const rows = await tx.query<StoredEvent>(
      `select * from events where tenant_id = $1 and id < $2${type === undefined ? '' : ' and type = $4'}${
        objectId === undefined ? '' : ` and object_id = $${type === undefined ? 4 : 5}`
      } order by id desc limit $3`,
      [tenantId, before ?? newest, limit, ...(type === undefined ? [] : [type]), ...(objectId === undefined ? [] : [objectId])],
    )
    return rows.map(readEvent)
  },

  /** Where the event went or is going, each with its latest tries. */
  async deliveries(tx: Tx, tenantId: TenantId, eventId: string): Promise<Delivery[]> {
    const rows = await tx.query<{ endpoint_id: string; status: Delivery['status']; next_at: Date }>(
      'select endpoint_id, status, next_at from webhook_deliveries where tenant_id = $1 and event_id = $2 order by endpoint_id',
      [tenantId, eventId],
    )
    const tried = await tx.query<{ endpoint_id: string; at: Date; status: number | null; failure: Failure | null; duration_ms: number }>(
      `select a.* from webhook_deliveries d cross join lateral (
         select t.endpoint_id, t.id, t.at, t.status, t.failure, t.duration_ms from webhook_attempts t
         where t.tenant_id = d.tenant_id and t.event_id = d.event_id and t.endpoint_id = d.endpoint_id
         order by t.id desc limit ${shownAttempts}) a
       where d.tenant_id = $1 and d.event_id = $2 order by a.id`,
      [tenantId, eventId],
    )
    return rows.map((row) => ({
      endpointId: row.endpoint_id,
      status: row.status,
      nextAt: row.next_at,
      attempts: tried
        .filter(({ endpoint_id: endpointId }) => endpointId === row.endpoint_id)
        .map(({ at, status, failure, duration_ms: durationMs }) => ({ at, status, failure, durationMs })),
    }))
  },

  /**
   * Makes the event due again for one enabled endpoint, or for all that it was for or would be for now; tries are counted anew. How many.
   */
  async redeliver(tx: Tx, tenantId: TenantId, event: EventRow, endpointId: string | undefined, now: Date): Promise<number> {
    const rows = await tx.query(
      `insert into webhook_deliveries (tenant_id, event_id, endpoint_id, started_at, next_at)
       select $1, $2, w.id, $4, $4 from webhook_endpoints w
       where w.tenant_id = $1 and w.status = 'enabled' and w.deleted_at is null and case
         when $3::text is not null then w.id = $3
         else $5 <> 'webhook.test' and w.types && array['*', $5::text, split_part($5, '.', 1) || '.*']
           or exists (select from webhook_deliveries d where d.tenant_id = $1 and d.event_id = $2 and d.endpoint_id = w.id) end
       order by w.id
       on conflict (tenant_id, event_id, endpoint_id) do update
       set status = 'pending', tries = 0, started_at = excluded.started_at, next_at = excluded.next_at
       returning 1`,
      [tenantId, event.id, endpointId ?? null, now, event.type],
    )
    return rows.length
  },

  /** Names a deleted person in no event of their own or of their calls, and tells none of their habits. */
  async forgetPerson(tx: Tx, tenantId: TenantId, userId: string): Promise<void> {
    await tx.query(
      `update events set data = data || '{"displayName": "Deleted user", "languages": [], "timeZone": null, "quietHours": null}'
       where tenant_id = $1 and object_id = $2 and data ? 'displayName'`,
      [tenantId, userId],
    )
    for (const side of ['caller', 'callee'])
      await tx.query(
        `update events e set data = e.data || '{"${side}Name": "Deleted user"}' from calls c
         where c.tenant_id = $1 and c.${side}_id = $2 and e.tenant_id = $1 and e.object_id = c.id and e.data ? '${side}Name'`,
        [tenantId, userId],
      )
  },

  /** Above all tenants: forgets a part of what happened before a time, with its deliveries and tries. How many events went. */
  async forget(tx: Tx, before: Date, limit: number): Promise<number> {
    const rows = await tx.query(
      `delete from events e using (select tenant_id, id from events where created_at < $1 order by created_at limit $2) old
       where e.tenant_id = old.tenant_id and e.id = old.id returning 1`,
      [before, limit],
    )
    return rows.length
  },
}
