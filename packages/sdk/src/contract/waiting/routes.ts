import { describe } from '../describe.ts'
import { waitingPaths } from './paths.ts'

/** "Tell me when free": who waits for a callee is told in order, by the event `callee.free`. */
export const waitingRoutes = describe(waitingPaths, {
  join: { summary: 'Wait for a callee; who waits already keeps their place', access: { user: true } },
  leave: { summary: 'Wait for a callee no longer', success: 204, access: { user: true } },
  list: { summary: 'For whom the signed-in user waits, and at which place', access: { user: true } },
})
