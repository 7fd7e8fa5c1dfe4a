/** Method and path of each route: all that a client needs to know of it. */
export const presencePaths = {
  get: 'GET /v1/presence',
  set: 'PUT /v1/presence',
} as const
