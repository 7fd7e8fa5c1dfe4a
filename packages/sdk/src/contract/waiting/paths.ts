/** Method and path of each route: all that a client needs to know of it. */
export const waitingPaths = {
  join: 'PUT /v1/waiting/{userId}',
  leave: 'DELETE /v1/waiting/{userId}',
  list: 'GET /v1/waiting',
} as const
