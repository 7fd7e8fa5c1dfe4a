import { describe } from '../describe.ts'
import { callPaths } from './paths.ts'

export const callRoutes = describe(callPaths, {
  create: {
    summary: 'Start a paid call',
    success: 201,
    idempotency: 'required',
    access: { user: true, secret: 'calls:write' },
  },
  list: { summary: 'Calls, newest first', access: { user: true, secret: 'calls:read' } },
  get: { summary: 'One call', access: { user: true, secret: 'calls:read' } },
  end: {
    summary: 'End or cancel a call, by either side',
    idempotency: 'optional',
    access: { user: true, secret: 'calls:write' },
  },
  accept: {
    summary: 'Answer a browser call, or name the tab that carries the own side’s sound',
    idempotency: 'optional',
    access: { user: true },
  },
  decline: { summary: 'Say no to a call that has not been answered', idempotency: 'optional', access: { user: true } },
  iceServers: { summary: 'STUN and TURN servers of a browser call, with credentials for it', access: { user: true } },
  sendSignals: {
    summary: 'Signals to the other side’s tab, where WebSocket is blocked',
    success: 204,
    idempotency: 'read',
    // A description of a connection with all its candidates.
    longestText: 12_000,
    access: { user: true },
  },
  sendProof: {
    summary: 'Proof that the own side’s sound flows, where WebSocket is blocked',
    success: 204,
    idempotency: 'read',
    access: { user: true },
  },
})
