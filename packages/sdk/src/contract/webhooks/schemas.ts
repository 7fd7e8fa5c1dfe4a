import * as z from 'zod'
import type { SchemasFor } from '../kit.ts'
import { id, listOf, mode, page, text, time } from '../shapes.ts'
import { webhookAreas, webhookEventTypes } from './event-types.ts'
import type { eventRoutes, webhookEndpointRoutes } from './routes.ts'

const eventType = z.enum(webhookEventTypes)

/** `call.completed`, `call.*` or `*`. */
const wantedType = z.union([eventType, z.templateLiteral([z.enum(webhookAreas), '.*']), z.literal('*')], {
  error: 'must be a type of event, an area like call.*, or *',
})
const wantedTypes = z
  .array(wantedType)
  .min(1)
  .max(50)
  .transform((types) => [...new Set(types)])

const url = z.string().min(1).max(2_048)

const endpoint = z.object({
  id: z.string(),
  url: z.string(),
  types: z.array(z.string()),
  description: z.string().nullable(),
  status: z.enum(['enabled', 'disabled']),
  /** requested: through the API. gone: it answered 410. failing: it took nothing for three days. */
  disabledReason: z.enum(['requested', 'gone', 'failing']).nullable(),
  disabledAt: time.nullable(),
  createdAt: time,
})

/** With its secret (`whsec_` and base64): shown in this one answer and never again. */
const endpointWithSecret = z.object({ ...endpoint.shape, secret: z.string() })

const event = z.object({
  id: z.string(),
  type: eventType,
  timestamp: time,
  /** Counts the events of one object. */
  sequence: z.int(),
  mode,
  /** What it happened to: `call_…`, `usr_…`, `num_…`, `whe_…`, `top_…`. */
  objectId: z.string(),
  data: z.record(z.string(), z.unknown()),
})

const attempt = z.object({
  at: time,
  /** The HTTP status; null when there was no answer. */
  status: z.int().nullable(),
  /** Null for a success. http_error: the status says why. */
  failure: z
    .enum(['http_error', 'redirect', 'timeout', 'connection', 'tls', 'dns', 'address_refused', 'url_refused', 'bad_answer'])
    .nullable(),
  durationMs: z.int(),
})

const delivery = z.object({
  endpointId: z.string(),
  /** failed: every try of three days did. canceled: the endpoint was disabled or deleted first. */
  status: z.enum(['pending', 'succeeded', 'failed', 'canceled']),
  nextTryAt: time.nullable(),
  /** The latest 100, oldest first. */
  attempts: z.array(attempt),
})

const eventWithDeliveries = z.object({ ...event.shape, deliveries: z.array(delivery) })

const byEndpointId = z.strictObject({ endpointId: id('whe') })
const byEventId = z.strictObject({ eventId: id('evt') })

export const webhookEndpointSchemas = {
  create: {
    body: z.strictObject({
      /** https; in test mode http as well. No credentials, no bare addresses, port 443, 80 or from 1024. */
      url,
      types: wantedTypes,
      description: text(200).optional(),
    }),
    answer: endpointWithSecret,
  },
  list: { query: z.strictObject(page), answer: listOf(endpoint) },
  get: { params: byEndpointId, answer: endpoint },
  update: {
    params: byEndpointId,
    body: z.strictObject({
      url: url.optional(),
      types: wantedTypes.optional(),
      description: text(200).nullable().optional(),
      enabled: z.boolean().optional(),
    }),
    answer: endpoint,
  },
  delete: { params: byEndpointId },
  rollSecret: {
    params: byEndpointId,
    body: z.strictObject({ overlapSeconds: z.int().min(0).max(604_800).default(86_400) }),
    answer: endpointWithSecret,
  },
  test: { params: byEndpointId, answer: event },
} satisfies SchemasFor<typeof webhookEndpointRoutes>

export const eventSchemas = {
  list: {
    query: z.strictObject({ ...page, type: eventType.optional(), objectId: z.string().min(1).max(64).optional() }),
    answer: listOf(event),
  },
  get: { params: byEventId, answer: eventWithDeliveries },
  redeliver: {
    params: byEventId,
    body: z.strictObject({
      /** Absent: every enabled endpoint that it was for, or would be for now. */
      endpointId: id('whe').optional(),
    }),
    answer: eventWithDeliveries,
  },
} satisfies SchemasFor<typeof eventRoutes>
