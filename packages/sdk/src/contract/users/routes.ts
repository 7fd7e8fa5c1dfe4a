import type { RouteTable } from '../kit.ts'

/** The signed-in user's own record and block list. */
export const meRoutes = {
  get: { method: 'GET', path: '/v1/me', summary: 'The signed-in user', access: { user: true } },
  update: { method: 'PATCH', path: '/v1/me', summary: 'Change the signed-in user’s own fields', access: { user: true } },
  listBlocks: { method: 'GET', path: '/v1/me/blocks', summary: 'Users whom the signed-in user has blocked', access: { user: true } },
  block: {
    method: 'PUT',
    path: '/v1/me/blocks/{userId}',
    summary: 'Block a user: neither can call the other',
    success: 204,
    access: { user: true },
  },
  unblock: { method: 'DELETE', path: '/v1/me/blocks/{userId}', summary: 'Lift a block', success: 204, access: { user: true } },
} as const satisfies RouteTable

export const userRoutes = {
  put: {
    method: 'POST',
    path: '/v1/users',
    summary: 'Make a user, or update the one with this userId',
    success: 201,
    idempotency: 'optional',
    access: { secret: 'users:write' },
  },
  list: { method: 'GET', path: '/v1/users', summary: 'The app’s users', access: { secret: 'users:read' } },
  get: { method: 'GET', path: '/v1/users/{userId}', summary: 'One user', access: { secret: 'users:read' } },
  delete: {
    method: 'DELETE',
    path: '/v1/users/{userId}',
    summary: 'Delete a user; calls and ledger rows stay without the person',
    success: 204,
    access: { secret: 'users:write' },
  },
  createToken: {
    method: 'POST',
    path: '/v1/users/{userId}/tokens',
    summary: 'Mint a user token for the user’s app',
    success: 201,
    idempotency: 'read',
    access: { secret: 'tokens:write' },
  },
  signOut: {
    method: 'POST',
    path: '/v1/users/{userId}/sign-out',
    summary: 'End every token and socket of the user made until now',
    success: 204,
    idempotency: 'optional',
    access: { secret: 'tokens:write' },
  },
  setBlocked: {
    method: 'PUT',
    path: '/v1/users/{userId}/blocked',
    summary: 'Shut a user out of the app, or let them in again',
    access: { secret: 'users:write' },
  },
} as const satisfies RouteTable
