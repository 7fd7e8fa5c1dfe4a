/** Method and path of each route: all that a client needs to know of it. */
export const numberPaths = {
  list: 'GET /v1/numbers',
  search: 'GET /v1/numbers/available',
  create: 'POST /v1/numbers',
  get: 'GET /v1/numbers/{numberId}',
  remove: 'DELETE /v1/numbers/{numberId}',
  assign: 'PUT /v1/users/{userId}/number',
  unassign: 'DELETE /v1/users/{userId}/number',
} as const
