import { describe } from '../describe.ts'
import { realtimePaths } from './paths.ts'

/** `GET /v1/realtime` itself is a WebSocket; its frames are in events.ts. */
export const realtimeRoutes = describe(realtimePaths, {
  createTicket: {
    summary: 'A one-use ticket that opens a WebSocket within 30 seconds',
    success: 201,
    idempotency: 'read',
    access: { user: true, secret: 'realtime:read' },
  },
  poll: {
    summary: 'The same frames by long polling, where WebSocket is blocked',
    access: { user: true, secret: 'realtime:read' },
  },
})
