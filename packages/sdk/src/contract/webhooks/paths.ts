/** Method and path of each route: all that a client needs to know of it. */
export const webhookEndpointPaths = {
  create: 'POST /v1/webhook-endpoints',
  list: 'GET /v1/webhook-endpoints',
  get: 'GET /v1/webhook-endpoints/{endpointId}',
  update: 'PATCH /v1/webhook-endpoints/{endpointId}',
  delete: 'DELETE /v1/webhook-endpoints/{endpointId}',
  rollSecret: 'POST /v1/webhook-endpoints/{endpointId}/roll-secret',
  test: 'POST /v1/webhook-endpoints/{endpointId}/test',
} as const

export const eventPaths = {
  list: 'GET /v1/events',
  get: 'GET /v1/events/{eventId}',
  redeliver: 'POST /v1/events/{eventId}/redeliver',
} as const
