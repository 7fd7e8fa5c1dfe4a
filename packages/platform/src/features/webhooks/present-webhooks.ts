import type { Mode } from '../../base/tenant.ts'
import type { Endpoint } from './endpoint-store.ts'
import type { Delivery, EventRow } from './event-store.ts'

/** Built field by field: secrets are in no answer but the one that makes them. */
export const presentEndpoint = ({ id, url, types, description, disabledReason, disabledAt, createdAt }: Endpoint) => ({
  id,
  url,
  types: [...types],
  description,
  status: disabledReason === null ? ('enabled' as const) : ('disabled' as const),
  disabledReason,
  disabledAt: disabledAt?.toISOString() ?? null,
  createdAt: createdAt.toISOString(),
})

/** What goes over the wire, and is signed. The same at every try. */
export const bodyOf = ({ id, type, createdAt, sequence, data }: EventRow, mode: Mode) => ({
  id,
  type,
  timestamp: createdAt.toISOString(),
  sequence,
  mode,
  data,
})

export const presentEvent = (event: EventRow, mode: Mode) => ({ ...bodyOf(event, mode), objectId: event.objectId })

const presentDelivery = ({ endpointId, status, nextAt, attempts }: Delivery) => ({
  endpointId,
  status,
  nextTryAt: status === 'pending' ? nextAt.toISOString() : null,
  attempts: attempts.map(({ at, ...attempt }) => ({ at: at.toISOString(), ...attempt })),
})

export const presentWithDeliveries = (event: EventRow, deliveries: readonly Delivery[], mode: Mode) => ({
  ...presentEvent(event, mode),
  deliveries: deliveries.map(presentDelivery),
})
