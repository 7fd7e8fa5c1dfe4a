import { after } from '../../base/clock.ts'
import type { Mode, TenantId } from '../../base/tenant.ts'
import { audit } from '../../db/audit.ts'
import type { Tx } from '../../db/connect.ts'
import type { Task } from '../../db/tasks.ts'
import { deliveryStore, type DueDelivery } from './delivery-store.ts'
import { callOff, endpointStore, type Endpoint } from './endpoint-store.ts'
import { recordEvent } from './record-event.ts'
import { pauseAfter, silenceAfter } from './retry-schedule.ts'
import { secretsOf } from './secret.ts'
import { sendOne, type Sent } from './send-one.ts'
import type { WebhookDeps } from './webhook-deps.ts'

/** Deliveries of one endpoint that are under way at once; one that gives no answer gets a single one to prove itself. */
const atOnce = 16

/**
 * One round of an endpoint: what is due goes out, all at the same time, and then what came of it is written down in one transaction. A
 * process that dies in between has sent what is not on record: it goes out again, under the same webhook-id.
 */
export async function deliverDue(deps: WebhookDeps, { tenantId, subject: endpointId }: Task, closing: AbortSignal): Promise<void> {
  const { db, clock, directory } = deps
  const round = await db.transact(tenantId, async (tx) => {
    const endpoint = await endpointStore.find(tx, tenantId, endpointId)
    if (endpoint === undefined || endpoint.disabledReason !== null) return callOff(tx, tenantId, endpointId)
    const limit = endpoint.silentRounds > 0 ? 1 : atOnce
    return { endpoint, due: await deliveryStore.due(tx, tenantId, endpointId, clock.now(), limit) }
  })
  const tenant = await directory.tenant(tenantId)
  if (round === undefined || round.due.length === 0 || tenant === undefined) return
  const { endpoint, due } = round
  const to = { tenantId, mode: tenant.mode, url: endpoint.url, secrets: secretsOf(deps.masterKey, endpoint, clock.now()) }
  const sent = await Promise.all(due.map(async (delivery) => ({ delivery, result: await sendOne(deps, to, delivery.event, closing) })))
  await db.transact(tenantId, (tx) => writeDown(deps, tx, tenantId, tenant.mode, endpoint, sent))
}

interface SentDelivery {
  readonly delivery: DueDelivery
  readonly result: Sent
}

async function writeDown(
  deps: WebhookDeps,
  tx: Tx,
  tenantId: TenantId,
  mode: Mode,
  sentTo: Endpoint,
  sent: readonly SentDelivery[],
): Promise<void> {
  const now = deps.clock.now()
  const endpoint = await endpointStore.lock(tx, tenantId, sentTo.id)
  const outcomes = sent.map(({ delivery, result }) => outcomeOf(delivery, result, now))
  await deliveryStore.record(tx, tenantId, sentTo.id, outcomes)
  // Another address since: what was learnt of the old one says nothing about it.
  if (endpoint === undefined || endpoint.url !== sentTo.url) return
  const answered = sent.filter(({ result }) => result.attempt.status !== null)
  const successAt = sent.some(({ result }) => result.success) ? now : null
  const silentRounds = answered.length > 0 ? 0 : endpoint.silentRounds + 1
  const pauses = [...sent.map(({ result }) => result.slowdownMs ?? 0), silentRounds === 0 ? 0 : silenceAfter(silentRounds)]
  const longest = Math.max(...pauses)
  await endpointStore.noteRound(tx, tenantId, endpoint.id, {
    successAt,
    silentRounds,
    notBefore: longest === 0 ? null : after(now, longest),
  })
  if (endpoint.disabledReason !== null) return
  if (sent.some(({ result }) => result.attempt.status === 410)) await disable(deps, tx, tenantId, mode, endpoint, 'gone')
  else if (successAt === null && sent.some(({ delivery }, n) => outcomes[n]?.status === 'failed' && isFailing(endpoint, delivery)))
    await disable(deps, tx, tenantId, mode, endpoint, 'failing')
}

function outcomeOf({ event, tries }: DueDelivery, { success, attempt, slowdownMs }: Sent, now: Date) {
  const pause = success ? undefined : pauseAfter(tries + 1)
  const status = success ? ('succeeded' as const) : pause === undefined ? ('failed' as const) : ('pending' as const)
  return { eventId: event.id, attempt, status, nextAt: after(now, Math.max(pause ?? 0, slowdownMs ?? 0)) }
}

/** In the three days of this delivery the endpoint has taken nothing else either: it is not the event that it does not like. */
const isFailing = ({ lastSuccessAt }: Endpoint, { startedAt }: DueDelivery): boolean => lastSuccessAt === null || lastSuccessAt < startedAt

/** Sends no more, and tells the owner: in the audit, at the endpoint itself, and through the other endpoints. */
async function disable(
  { clock, logger }: WebhookDeps,
  tx: Tx,
  tenantId: TenantId,
  mode: Mode,
  { id, url }: Endpoint,
  reason: 'gone' | 'failing',
): Promise<void> {
  const now = clock.now()
  await endpointStore.disable(tx, tenantId, id, reason, now)
  await audit(tx, tenantId, 'platform', { action: 'webhook-endpoint.disabled', subject: id, reason }, now)
  await recordEvent(tx, tenantId, { type: 'webhook_endpoint.disabled', objectId: id, data: { id, url, reason } }, now)
  logger.warn('a webhook endpoint is disabled', { mode, code: reason })
}
