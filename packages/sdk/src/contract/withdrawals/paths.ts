/** Method and path of each route: all that a client needs to know of it. */
export const withdrawalPaths = {
  create: 'POST /v1/withdrawals',
  terms: 'GET /v1/withdrawals/terms',
} as const

export const withdrawalReadPaths = {
  list: 'GET /v1/withdrawals',
  statement: 'GET /v1/withdrawals/statement',
  get: 'GET /v1/withdrawals/{withdrawalId}',
  cancel: 'POST /v1/withdrawals/{withdrawalId}/cancel',
} as const

export const withdrawalServerPaths = {
  approve: 'POST /v1/withdrawals/{withdrawalId}/approve',
  reject: 'POST /v1/withdrawals/{withdrawalId}/reject',
  payee: 'GET /v1/withdrawals/{withdrawalId}/payee',
  markPaid: 'POST /v1/withdrawals/{withdrawalId}/mark-paid',
  settle: 'POST /v1/withdrawals/{withdrawalId}/settle',
} as const
