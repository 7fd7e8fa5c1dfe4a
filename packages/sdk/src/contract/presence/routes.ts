import { describe } from '../describe.ts'
import { presencePaths } from './paths.ts'

export const presenceRoutes = describe(presencePaths, {
  get: { summary: 'Who is online, busy or offline, and what a call to them costs', access: { user: true, secret: 'presence:read' } },
  set: { summary: 'When a user can be called', access: { user: true, secret: 'presence:write' } },
})
