/** Method and path of each route: all that a client needs to know of it. */
export const appPaths = {
  get: 'GET /v1/app',
} as const

export const appServerPaths = {
  update: 'PATCH /v1/app',
  rotateSigningKey: 'POST /v1/app/signing-keys/rotate',
  jwks: 'GET /v1/apps/{appId}/{mode}/jwks.json',
} as const

export const keyPaths = {
  create: 'POST /v1/keys',
  list: 'GET /v1/keys',
  roll: 'POST /v1/keys/{keyId}/roll',
  revoke: 'DELETE /v1/keys/{keyId}',
} as const
