import { describe } from '../describe.ts'
import { appPaths, appServerPaths, keyPaths } from './paths.ts'

/** What the app itself is and how it behaves. Readable by every credential; each kind sees its own part. */
export const appRoutes = describe(appPaths, {
  get: {
    summary: 'What the widgets need to know of the app',
    access: { publishable: true, user: true, secret: 'app:read' },
  },
})

export const appServerRoutes = describe(appServerPaths, {
  update: { summary: 'Change the app’s settings in this mode', access: { secret: 'app:write' } },
  rotateSigningKey: {
    summary: 'Move on to the next key that signs user tokens',
    success: 201,
    access: { secret: 'keys:write' },
  },
  jwks: {
    summary: 'Public keys of this app’s user tokens (RFC 7517)',
    access: { anyone: true },
  },
})

export const keyRoutes = describe(keyPaths, {
  create: {
    summary: 'Make an API key; a secret is shown this once',
    success: 201,
    idempotency: 'optional',
    access: { secret: 'keys:write' },
  },
  list: { summary: 'The app’s API keys in this mode', access: { secret: 'keys:write' } },
  roll: {
    summary: 'Replace a key; the old one works on for the overlap',
    success: 201,
    idempotency: 'optional',
    access: { secret: 'keys:write' },
  },
  revoke: {
    summary: 'Revoke a key; it stops working within 5 seconds',
    success: 204,
    access: { secret: 'keys:write' },
  },
})
