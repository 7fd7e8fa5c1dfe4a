import type { WebhookEventData, WebhookEventType } from '@impacthub/sdk/contract'
import { newId } from '../../base/ids.ts'
import type { TenantId } from '../../base/tenant.ts'
import type { Tx } from '../../db/connect.ts'
import { leftWork } from '../../db/task-host.ts'

/** What has happened: its type, the object whose events it is counted among, and what the host is told. Never a phone number or a document. */
export type NewEvent = {
  [Type in WebhookEventType]: {
    readonly type: Type
    /** Ours: `call_…`, `usr_…`, `num_…`, `whe_…`. */
    readonly objectId: string
    readonly data: WebhookEventData[Type]
    /** For this endpoint alone, whatever it asks for. */
    readonly onlyTo?: string
  }
}[WebhookEventType]

/** The one kind of work of this feature, for those who wake its worker. */
export const deliverKind = 'webhook.deliver'

/**
 * Writes events down with a delivery for every endpoint that asks for them, in the transaction of the change they tell of: both are there
 * or neither is. One round trip, however many. A process that dies before the commit has told nothing; after it, whichever process lives
 * sends the deliveries. Answers the events' ids.
 */
export async function recordEvents(tx: Tx, tenantId: TenantId, events: readonly NewEvent[], now: Date): Promise<string[]> {
  if (events.length === 0) return []
  const rows = events.map(({ type, objectId, data, onlyTo }) => ({ id: newId('evt', now), type, object: objectId, data, only_to: onlyTo }))
  tx.write<{ deliveries: number }>(
    'select events_record($1::integer, $2::jsonb, $3::timestamptz) as deliveries',
    [tenantId, JSON.stringify(rows), now],
    ([made]) => {
      if (made !== undefined && made.deliveries > 0) leftWork(tx, [deliverKind])
    },
  )
  return rows.map(({ id }) => id)
}

/** The same for one event. */
export async function recordEvent(tx: Tx, tenantId: TenantId, event: NewEvent, now: Date): Promise<string> {
  const [id] = await recordEvents(tx, tenantId, [event], now)
  if (id === undefined) throw new Error('the event was not recorded')
  return id
}
