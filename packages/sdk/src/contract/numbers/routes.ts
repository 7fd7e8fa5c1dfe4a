import { describe } from '../describe.ts'
import { numberPaths } from './paths.ts'

export const numberRoutes = describe(numberPaths, {
  list: { summary: 'The app’s virtual numbers', access: { secret: 'numbers:read' } },
  search: { summary: 'Numbers that can be bought', access: { secret: 'numbers:read' } },
  create: {
    summary: 'Add a virtual number that the provider account owns, or buy it',
    success: 201,
    idempotency: 'optional',
    access: { secret: 'numbers:write' },
  },
  get: { summary: 'One virtual number, and the calls to it that were refused lately', access: { secret: 'numbers:read' } },
  remove: {
    summary: 'Take a number out of the app after its cool-down, and give it back to the provider if asked',
    access: { secret: 'numbers:write' },
  },
  assign: {
    summary: 'Give a user a virtual number of their own: who dials it calls them',
    access: { secret: 'numbers:write' },
  },
  unassign: {
    summary: 'Take a user’s virtual number back; it rests before anybody else gets it',
    success: 204,
    access: { secret: 'numbers:write' },
  },
})
