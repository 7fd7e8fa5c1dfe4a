import type { RouteTable } from '../kit.ts'

export const presenceRoutes = {
  get: { method: 'GET', path: '/v1/presence', summary: 'Who is online, busy or offline', access: { user: true, secret: 'presence:read' } },
  set: { method: 'PUT', path: '/v1/presence', summary: 'When a user can be called', access: { user: true, secret: 'presence:write' } },
} as const satisfies RouteTable
