import type { RouteTable } from '../kit.ts'

export const numberRoutes = {
  list: { method: 'GET', path: '/v1/numbers', summary: 'The app’s virtual numbers', access: { secret: 'numbers:read' } },
  create: {
    method: 'POST',
    path: '/v1/numbers',
    summary: 'Add a virtual number that the provider account owns',
    success: 201,
    idempotency: 'optional',
    access: { secret: 'numbers:write' },
  },
} as const satisfies RouteTable
