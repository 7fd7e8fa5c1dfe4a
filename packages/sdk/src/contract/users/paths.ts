/** Method and path of each route: all that a client needs to know of it. */
export const mePaths = {
  get: 'GET /v1/me',
  update: 'PATCH /v1/me',
  listBlocks: 'GET /v1/me/blocks',
  block: 'PUT /v1/me/blocks/{userId}',
  unblock: 'DELETE /v1/me/blocks/{userId}',
} as const

export const userPaths = {
  put: 'POST /v1/users',
  list: 'GET /v1/users',
  get: 'GET /v1/users/{userId}',
  delete: 'DELETE /v1/users/{userId}',
  createToken: 'POST /v1/users/{userId}/tokens',
  signOut: 'POST /v1/users/{userId}/sign-out',
  setBlocked: 'PUT /v1/users/{userId}/blocked',
} as const
