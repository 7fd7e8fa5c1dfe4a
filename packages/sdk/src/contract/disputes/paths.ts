/** Method and path of each route: all that a client needs to know of it. */
export const disputePaths = {
  list: 'GET /v1/disputes',
  get: 'GET /v1/disputes/{disputeId}',
  resolve: 'POST /v1/disputes/{disputeId}/resolve',
} as const
