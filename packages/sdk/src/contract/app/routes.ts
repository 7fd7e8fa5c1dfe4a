import type { RouteTable } from '../kit.ts'

/** What the app itself is and how it behaves. Readable by every credential; each kind sees its own part. */
export const appRoutes = {
  get: {
    method: 'GET',
    path: '/v1/app',
    summary: 'What the widgets need to know of the app',
    access: { publishable: true, user: true, secret: 'app:read' },
  },
} as const satisfies RouteTable

export const appServerRoutes = {
  update: { method: 'PATCH', path: '/v1/app', summary: 'Change the app’s settings in this mode', access: { secret: 'app:write' } },
  rotateSigningKey: {
    method: 'POST',
    path: '/v1/app/signing-keys/rotate',
    summary: 'Move on to the next key that signs user tokens',
    success: 201,
    access: { secret: 'keys:write' },
  },
  jwks: {
    method: 'GET',
    path: '/v1/apps/{appId}/{mode}/jwks.json',
    summary: 'Public keys of this app’s user tokens (RFC 7517)',
    access: { anyone: true },
  },
} as const satisfies RouteTable

export const keyRoutes = {
  create: {
    method: 'POST',
    path: '/v1/keys',
    summary: 'Make an API key; a secret is shown this once',
    success: 201,
    idempotency: 'read',
    access: { secret: 'keys:write' },
  },
  list: { method: 'GET', path: '/v1/keys', summary: 'The app’s API keys in this mode', access: { secret: 'keys:write' } },
  roll: {
    method: 'POST',
    path: '/v1/keys/{keyId}/roll',
    summary: 'Replace a key; the old one works on for the overlap',
    success: 201,
    idempotency: 'read',
    access: { secret: 'keys:write' },
  },
  revoke: {
    method: 'DELETE',
    path: '/v1/keys/{keyId}',
    summary: 'Revoke a key; it stops working within 5 seconds',
    success: 204,
    access: { secret: 'keys:write' },
  },
} as const satisfies RouteTable
