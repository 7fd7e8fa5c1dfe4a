import { defaultTiming, type Timing } from '../src/timing.ts'

/** No waiting where the client would wait; limits stay far away unless a test brings them near. */
export const fastTiming: Timing = {
  ...defaultTiming,
  retryBaseMs: 1,
  reconnectBaseMs: 1,
  reconnectMaxMs: 5,
  watchMs: 1,
}

/** An unsigned token with these claims, or with a quarter of an hour to live. */
export function tokenOf(name: string, claims: object = {}): string {
  const now = Math.floor(Date.now() / 1000)
  const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
  return `${encode({ alg: 'EdDSA' })}.${encode({ sub: name, iat: now, exp: now + 900, ...claims })}.signature`
}
