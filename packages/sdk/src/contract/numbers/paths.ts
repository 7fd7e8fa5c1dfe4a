/** Method and path of each route: all that a client needs to know of it. */
export const numberPaths = {
  list: 'GET /v1/numbers',
  create: 'POST /v1/numbers',
} as const
