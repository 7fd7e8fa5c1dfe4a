/** Method and path of each route: all that a client needs to know of it. */
export const afterwardsPaths = {
  missed: 'GET /v1/calls/missed',
  seeMissed: 'POST /v1/calls/missed/seen',
  rate: 'POST /v1/calls/{callId}/rating',
  ratings: 'GET /v1/calls/{callId}/rating',
  receipt: 'GET /v1/calls/{callId}/receipt',
  dispute: 'POST /v1/calls/{callId}/dispute',
} as const

export const refundPaths = {
  refund: 'POST /v1/calls/{callId}/refund',
} as const
