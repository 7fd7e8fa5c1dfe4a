import { describe } from '../describe.ts'
import { eventPaths, webhookEndpointPaths } from './paths.ts'

export const webhookEndpointRoutes = describe(webhookEndpointPaths, {
  create: {
    summary: 'Tell a server of yours what happens; its secret is shown this once',
    success: 201,
    idempotency: 'optional',
    access: { secret: 'webhooks:write' },
  },
  list: { summary: 'Where webhooks go', access: { secret: 'webhooks:read' } },
  get: { summary: 'One webhook endpoint', access: { secret: 'webhooks:read' } },
  update: { summary: 'Change, disable or enable a webhook endpoint', access: { secret: 'webhooks:write' } },
  delete: { summary: 'Send no more webhooks there', success: 204, access: { secret: 'webhooks:write' } },
  rollSecret: {
    summary: 'Replace the secret; webhooks carry both signatures for the overlap',
    success: 201,
    idempotency: 'optional',
    access: { secret: 'webhooks:write' },
  },
  test: {
    summary: 'Send a webhook.test event to this endpoint',
    success: 201,
    idempotency: 'optional',
    access: { secret: 'webhooks:write' },
  },
})

export const eventRoutes = describe(eventPaths, {
  list: { summary: 'What happened in the last 30 days', access: { secret: 'events:read' } },
  get: { summary: 'An event with its deliveries and every try', access: { secret: 'events:read' } },
  redeliver: {
    summary: 'Send an event again, under the same webhook-id',
    idempotency: 'optional',
    access: { secret: 'webhooks:write' },
  },
})
