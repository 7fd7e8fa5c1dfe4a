/** Method and path of each route: all that a client needs to know of it. */
export const topupPaths = {
  create: 'POST /v1/topups',
  confirm: 'POST /v1/topups/{topupId}/confirm',
} as const

export const topupReadPaths = {
  list: 'GET /v1/topups',
  get: 'GET /v1/topups/{topupId}',
} as const

export const topupServerPaths = {
  refund: 'POST /v1/topups/{topupId}/refund',
} as const
