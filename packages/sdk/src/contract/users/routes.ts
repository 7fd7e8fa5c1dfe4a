import { describe } from '../describe.ts'
import { mePaths, userPaths } from './paths.ts'

/** The signed-in user's own record and block list. */
export const meRoutes = describe(mePaths, {
  get: { summary: 'The signed-in user', access: { user: true } },
  update: { summary: 'Change the signed-in user’s own fields', access: { user: true } },
  listBlocks: { summary: 'Users whom the signed-in user has blocked', access: { user: true } },
  block: {
    summary: 'Block a user: neither can call the other',
    success: 204,
    access: { user: true },
  },
  unblock: { summary: 'Lift a block', success: 204, access: { user: true } },
})

export const userRoutes = describe(userPaths, {
  put: {
    summary: 'Make a user, or update the one with this userId',
    success: 201,
    idempotency: 'optional',
    isPrivate: true,
    access: { secret: 'users:write' },
  },
  list: { summary: 'The app’s users', access: { secret: 'users:read' } },
  get: { summary: 'One user', access: { secret: 'users:read' } },
  delete: {
    summary: 'Delete a user; calls and ledger rows stay without the person',
    success: 204,
    access: { secret: 'users:write' },
  },
  createToken: {
    summary: 'Mint a user token for the user’s app',
    success: 201,
    idempotency: 'read',
    access: { secret: 'tokens:write' },
  },
  signOut: {
    summary: 'End every token and socket of the user made until now',
    success: 204,
    idempotency: 'optional',
    access: { secret: 'tokens:write' },
  },
  setBlocked: {
    summary: 'Shut a user out of the app, or let them in again',
    access: { secret: 'users:write' },
  },
})
