import { createHmac } from 'node:crypto'
import { after } from '../../../base/clock.ts'
import type { CallRow } from '../call-row.ts'
import type { IceSettings } from './browser-parts.ts'

export interface IceAnswer {
  readonly iceServers: { urls: string[]; username?: string; credential?: string }[]
  readonly iceTransportPolicy: 'all' | 'relay'
  readonly expiresAt: string
}

/** How long credentials count beyond the longest that a call can last. */
const spareMs = 600_000

/**
 * STUN and TURN servers for one party of a call. The credentials are those of the TURN REST scheme, which the TURN server checks by the
 * shared secret alone: they name an end and the user, and nothing is kept of them.
 * Two who talk directly learn each other's address: where there is a relay, they meet there and nowhere else.
 */
export function iceServersFor(
  { stunUrls, turn }: IceSettings,
  call: Pick<CallRow, 'mostSeconds' | 'ringSeconds'>,
  userId: string,
  now: Date,
): IceAnswer {
  const expiresAt = after(now, (call.mostSeconds + call.ringSeconds) * 1_000 + spareMs)
  const username = `${Math.ceil(expiresAt.getTime() / 1_000)}:${userId}`
  const stun = stunUrls.length === 0 ? [] : [{ urls: [...stunUrls] }]
  const relay =
    turn === undefined
      ? []
      : [{ urls: [...turn.urls], username, credential: createHmac('sha1', turn.secret).update(username).digest('base64') }]
  return {
    iceServers: [...stun, ...relay],
    iceTransportPolicy: turn === undefined ? 'all' : 'relay',
    expiresAt: expiresAt.toISOString(),
  }
}
