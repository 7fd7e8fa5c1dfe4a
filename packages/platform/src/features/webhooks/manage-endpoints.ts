import { after } from '../../base/clock.ts'
import { newId } from '../../base/ids.ts'
import { fail } from '../../base/problem.ts'
import type { Mode, SecretActor } from '../../base/tenant.ts'
import { audit } from '../../db/audit.ts'
import type { Tx } from '../../db/connect.ts'
import { refusalOfUrl } from '../../http/outbound/check-url.ts'
import { endpointStore, type Endpoint } from './endpoint-store.ts'
import { presentEndpoint } from './present-webhooks.ts'
import { newSecret, sealSecret, unsealSecret } from './secret.ts'
import { rulesOf, type WebhookDeps } from './webhook-deps.ts'

/** Each is sent to at the same time as the others: their number bounds what one app can ask of the platform. */
const mostEndpoints = 16

export interface EndpointWish {
  readonly url: string
  readonly types: readonly string[]
  readonly description?: string | undefined
}

/** Refuses an address that no webhook would ever be sent to. */
export function checkUrl({ webhookReach }: WebhookDeps, mode: Mode, url: string | undefined): void {
  const refusal = url === undefined ? undefined : refusalOfUrl(url, rulesOf(mode, webhookReach))
  if (refusal !== undefined) fail('invalid_request', { errors: [{ pointer: '/url', detail: refusal }] })
}

/** An endpoint with its secret, which is shown once and stored sealed. */
export interface WithSecret {
  readonly endpoint: Endpoint
  readonly secret: string
}

/** Endpoint, sealed secret and audit row in one transaction. Killed before its commit there is none; after it, a repeated request finds this one. */
export async function createEndpoint(deps: WebhookDeps, tx: Tx, actor: SecretActor, ip: string, wish: EndpointWish): Promise<WithSecret> {
  const { id: tenantId } = actor.tenant
  const now = deps.clock.now()
  if ((await endpointStore.count(tx, tenantId)) >= mostEndpoints)
    fail('conflict', { detail: `An app has at most ${mostEndpoints} webhook endpoints.` })
  const id = newId('whe', now)
  const secret = newSecret()
  const endpoint = await endpointStore.insert(tx, tenantId, {
    id,
    url: wish.url,
    types: wish.types,
    description: wish.description ?? null,
    secretSealed: sealSecret(deps.masterKey, id, secret),
    createdAt: now,
  })
  await audit(
    tx,
    tenantId,
    actor,
    { action: 'webhook-endpoint.created', subject: id, fromIp: ip, details: { origin: new URL(wish.url).origin } },
    now,
  )
  return { endpoint, secret }
}

export interface EndpointUpdate {
  readonly url?: string | undefined
  readonly types?: readonly string[] | undefined
  readonly description?: string | null | undefined
  readonly enabled?: boolean | undefined
}

/** Changes what is given. Disabling calls off what waits; enabling begins anew, with the events from now on. All of it or nothing. */
export async function updateEndpoint(
  deps: WebhookDeps,
  actor: SecretActor,
  ip: string,
  id: string,
  wish: EndpointUpdate,
): Promise<Endpoint> {
  const tenantId = actor.tenant.id
  const now = deps.clock.now()
  return deps.db.transact(tenantId, async (tx) => {
    const known = (await endpointStore.lock(tx, tenantId, id)) ?? fail('not_found')
    let endpoint = (await endpointStore.update(tx, tenantId, id, wish)) ?? known
    if (wish.enabled === false) endpoint = (await endpointStore.disable(tx, tenantId, id, 'requested', now)) ?? endpoint
    if (wish.enabled === true && known.disabledReason !== null) endpoint = (await endpointStore.enable(tx, tenantId, id)) ?? endpoint
    const details = { fields: Object.keys(wish) }
    await audit(tx, tenantId, actor, { action: 'webhook-endpoint.updated', subject: id, fromIp: ip, details }, now)
    return endpoint
  })
}

/** What waits is called off, in the same transaction; a try that is under way is the last one. */
export async function deleteEndpoint(deps: WebhookDeps, actor: SecretActor, ip: string, id: string): Promise<void> {
  const tenantId = actor.tenant.id
  const now = deps.clock.now()
  await deps.db.transact(tenantId, async (tx) => {
    if ((await endpointStore.lock(tx, tenantId, id)) === undefined) fail('not_found')
    await endpointStore.delete(tx, tenantId, id, now)
    await audit(tx, tenantId, actor, { action: 'webhook-endpoint.deleted', subject: id, fromIp: ip }, now)
  })
}

/** A new secret; for the overlap both sign. Killed before the commit the old one stays; after it, a repeated request gets the new one again. */
export async function rollSecret(
  deps: WebhookDeps,
  tx: Tx,
  actor: SecretActor,
  ip: string,
  wish: { endpointId: string; overlapSeconds: number },
): Promise<WithSecret> {
  const tenantId = actor.tenant.id
  const { endpointId: id, overlapSeconds } = wish
  const now = deps.clock.now()
  if ((await endpointStore.lock(tx, tenantId, id)) === undefined) fail('not_found')
  const secret = newSecret()
  const until = overlapSeconds === 0 ? null : after(now, overlapSeconds * 1_000)
  const endpoint = await endpointStore.rollSecret(tx, tenantId, id, sealSecret(deps.masterKey, id, secret), until)
  await audit(tx, tenantId, actor, { action: 'webhook-secret.rolled', subject: id, fromIp: ip, details: { overlapSeconds } }, now)
  return { endpoint: endpoint ?? fail('not_found'), secret }
}

/**
 * What is remembered of the answer for a retry with the same Idempotency-Key: the secret sealed, so that it is nowhere in clear, and gone
 * with the remembered answer after a day.
 */
export const rememberSecret = ({ masterKey }: WebhookDeps, { endpoint, secret }: WithSecret) => ({
  ...presentEndpoint(endpoint),
  sealed: sealSecret(masterKey, endpoint.id, secret).toString('base64'),
})

export function showSecret({ masterKey }: WebhookDeps, { sealed, ...shown }: ReturnType<typeof rememberSecret>) {
  return { ...shown, secret: unsealSecret(masterKey, shown.id, Buffer.from(sealed, 'base64')) }
}
