/** Method and path of each route: all that a client needs to know of it. */
export const realtimePaths = {
  createTicket: 'POST /v1/realtime/tickets',
  poll: 'GET /v1/realtime/poll',
} as const
