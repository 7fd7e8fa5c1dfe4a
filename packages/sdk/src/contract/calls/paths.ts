/** Method and path of each route: all that a client needs to know of it. */
export const callPaths = {
  create: 'POST /v1/calls',
  list: 'GET /v1/calls',
  get: 'GET /v1/calls/{callId}',
  end: 'POST /v1/calls/{callId}/end',
  accept: 'POST /v1/calls/{callId}/accept',
  decline: 'POST /v1/calls/{callId}/decline',
  iceServers: 'GET /v1/calls/{callId}/ice-servers',
  sendSignals: 'POST /v1/calls/{callId}/signals',
  sendProof: 'POST /v1/calls/{callId}/proofs',
} as const
