import { fail } from '../../base/problem.ts'
import type { SecretActor } from '../../base/tenant.ts'
import { audit } from '../../db/audit.ts'
import type { Tx } from '../../db/connect.ts'
import { leftWork } from '../../db/task-host.ts'
import { endpointStore } from './endpoint-store.ts'
import { eventStore, type EventRow } from './event-store.ts'
import { deliverKind, recordEvent } from './record-event.ts'
import type { WebhookDeps } from './webhook-deps.ts'

/** A `webhook.test` event for one endpoint, whatever it asks for. Event and delivery are there together or not at all. */
export async function sendTest({ clock }: WebhookDeps, tx: Tx, actor: SecretActor, endpointId: string): Promise<EventRow> {
  const tenantId = actor.tenant.id
  const endpoint = (await endpointStore.find(tx, tenantId, endpointId)) ?? fail('not_found')
  if (endpoint.disabledReason !== null) fail('conflict', { detail: 'This endpoint is disabled: enable it first.' })
  const event = { type: 'webhook.test', objectId: endpointId, data: { endpointId }, onlyTo: endpointId } as const
  return (await eventStore.find(tx, tenantId, await recordEvent(tx, tenantId, event, clock.now()))) ?? fail('internal')
}

/** Makes an event due once more under its own id; three more days of tries. Killed before the commit nothing is sent; after it, it is. */
export async function redeliver(
  { clock }: WebhookDeps,
  tx: Tx,
  actor: SecretActor,
  ip: string,
  wish: { eventId: string; endpointId?: string | undefined },
): Promise<EventRow> {
  const tenantId = actor.tenant.id
  const now = clock.now()
  const event = (await eventStore.find(tx, tenantId, wish.eventId)) ?? fail('not_found')
  if (wish.endpointId !== undefined && (await endpointStore.find(tx, tenantId, wish.endpointId)) === undefined)
    fail('not_found', { detail: 'There is no such webhook endpoint.' })
  if ((await eventStore.redeliver(tx, tenantId, event, wish.endpointId, now)) === 0)
    fail('conflict', { detail: 'No enabled webhook endpoint takes this event.' })
  leftWork(tx, [deliverKind])
  const details = { endpointId: wish.endpointId ?? null }
  await audit(tx, tenantId, actor, { action: 'event.redelivered', subject: event.id, fromIp: ip, details }, now)
  return event
}
