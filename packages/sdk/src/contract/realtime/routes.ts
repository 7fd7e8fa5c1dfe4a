import type { RouteTable } from '../kit.ts'

/** `GET /v1/realtime` itself is a WebSocket; its frames are in events.ts. */
export const realtimeRoutes = {
  createTicket: {
    method: 'POST',
    path: '/v1/realtime/tickets',
    summary: 'A one-use ticket that opens a WebSocket within 30 seconds',
    success: 201,
    idempotency: 'read',
    access: { user: true, secret: 'realtime:read' },
  },
  poll: {
    method: 'GET',
    path: '/v1/realtime/poll',
    summary: 'The same frames by long polling, where WebSocket is blocked',
    access: { user: true, secret: 'realtime:read' },
  },
} as const satisfies RouteTable
