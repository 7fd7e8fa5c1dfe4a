import type { RouteTable } from '../kit.ts'

export const callRoutes = {
  create: {
    method: 'POST',
    path: '/v1/calls',
    summary: 'Start a paid call',
    success: 201,
    idempotency: 'required',
    access: { user: true, secret: 'calls:write' },
  },
  list: { method: 'GET', path: '/v1/calls', summary: 'Calls, newest first', access: { user: true, secret: 'calls:read' } },
  get: { method: 'GET', path: '/v1/calls/{callId}', summary: 'One call', access: { user: true, secret: 'calls:read' } },
  end: {
    method: 'POST',
    path: '/v1/calls/{callId}/end',
    summary: 'End or cancel a call, by either side',
    idempotency: 'optional',
    access: { user: true, secret: 'calls:write' },
  },
} as const satisfies RouteTable
