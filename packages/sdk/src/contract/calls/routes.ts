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
})
