/** Method and path of each route: all that a client needs to know of it. */
export const callPaths = {
  create: 'POST /v1/calls',
  list: 'GET /v1/calls',
  get: 'GET /v1/calls/{callId}',
  end: 'POST /v1/calls/{callId}/end',
} as const
