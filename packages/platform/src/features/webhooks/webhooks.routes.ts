import { allSchemas, allTables } from '@impacthub/sdk/contract'
import { pageOf } from '../../base/cursor.ts'
import { fail } from '../../base/problem.ts'
import type { TenantRef } from '../../base/tenant.ts'
import type { Tx } from '../../db/connect.ts'
import { implement, type Operation } from '../../http/implement.ts'
import { endpointStore } from './endpoint-store.ts'
import { eventStore, type EventRow } from './event-store.ts'
import { checkUrl, createEndpoint, deleteEndpoint, rememberSecret, rollSecret, showSecret, updateEndpoint } from './manage-endpoints.ts'
import { presentEndpoint, presentEvent, presentWithDeliveries } from './present-webhooks.ts'
import { redeliver, sendTest } from './send-again.ts'
import type { WebhookDeps } from './webhook-deps.ts'

export function webhookOperations(deps: WebhookDeps): Operation[] {
  return [...endpoints(deps), ...events(deps)]
}

function endpoints(deps: WebhookDeps): Operation[] {
  const { db, cursors } = deps
  return implement('webhookEndpoints', allTables.webhookEndpoints, allSchemas.webhookEndpoints, {
    create: async ({ body }, { actor, ip, once }) => {
      checkUrl(deps, actor.tenant.mode, body.url)
      return showSecret(deps, await once(async (tx) => rememberSecret(deps, await createEndpoint(deps, tx, actor, ip, body))))
    },
    list: ({ query }, { actor }) =>
      db.transact(actor.tenant.id, (tx) =>
        pageOf(
          cursors,
          { tenantId: actor.tenant.id, route: 'webhookEndpoints.list', filter: '' },
          query,
          (page) => endpointStore.list(tx, actor.tenant.id, page),
          presentEndpoint,
        ),
      ),
    get: async ({ params }, { actor }) => {
      const endpoint = await db.transact(actor.tenant.id, (tx) => endpointStore.find(tx, actor.tenant.id, params.endpointId))
      return presentEndpoint(endpoint ?? fail('not_found'))
    },
    update: async ({ params, body }, { actor, ip }) => {
      checkUrl(deps, actor.tenant.mode, body.url)
      return presentEndpoint(await updateEndpoint(deps, actor, ip, params.endpointId, body))
    },
    delete: ({ params }, { actor, ip }) => deleteEndpoint(deps, actor, ip, params.endpointId),
    rollSecret: async ({ params, body }, { actor, ip, once }) =>
      showSecret(deps, await once(async (tx) => rememberSecret(deps, await rollSecret(deps, tx, actor, ip, { ...params, ...body })))),
    test: ({ params }, { actor, once }) =>
      once(async (tx) => presentEvent(await sendTest(deps, tx, actor, params.endpointId), actor.tenant.mode)),
  })
}

function events(deps: WebhookDeps): Operation[] {
  const { db, cursors } = deps
  return implement('events', allTables.events, allSchemas.events, {
    list: ({ query }, { actor }) => {
      const { id, mode } = actor.tenant
      const { type, objectId } = query
      const scope = { tenantId: id, route: 'events.list', filter: JSON.stringify([type, objectId]) }
      return db.transact(id, (tx) =>
        pageOf(
          cursors,
          scope,
          query,
          (page) => eventStore.list(tx, id, { type, objectId }, page),
          (event) => presentEvent(event, mode),
        ),
      )
    },
    get: ({ params }, { actor }) =>
      db.transact(actor.tenant.id, async (tx) =>
        withDeliveries(tx, actor.tenant, (await eventStore.find(tx, actor.tenant.id, params.eventId)) ?? fail('not_found')),
      ),
    redeliver: ({ params, body }, { actor, ip, once }) =>
      once(async (tx) => withDeliveries(tx, actor.tenant, await redeliver(deps, tx, actor, ip, { ...params, ...body }))),
  })
}

const withDeliveries = async (tx: Tx, { id, mode }: TenantRef, event: EventRow) =>
  presentWithDeliveries(event, await eventStore.deliveries(tx, id, event.id), mode)
