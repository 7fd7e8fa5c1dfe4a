import { closeCodes } from '../contract/events.ts'
import type { LiveTiming } from '../timing.ts'

/**
 * How one connection ended. `lost`: it worked and broke. `blocked`: it never spoke, though the platform had given a ticket.
 * `unreachable`: no ticket. `gap`: frames are missing. `expired`: the token ended. `refused`: not wanted any more. `check`: given up to
 * see if it still works. `busy`: the platform wants less of this client. `polled`: one long poll is over.
 */
export type End = 'lost' | 'blocked' | 'unreachable' | 'gap' | 'expired' | 'refused' | 'check' | 'polled' | 'busy'

/** What a server says that is too busy (the registry of RFC 6455): it does speak WebSocket. */
const tryAgainLater = 1013

export function endOf(closeCode: number, heard: boolean): End {
  switch (closeCode) {
    case closeCodes.unauthenticated:
      return 'expired'
    case closeCodes.revoked:
      return 'refused'
    case closeCodes.badMessage:
    case closeCodes.tooManyMessages:
    case closeCodes.tooManySockets:
      return 'busy'
    case closeCodes.restarting:
    case closeCodes.tooSlow:
    case tryAgainLater:
      return 'lost'
    default:
      return heard ? 'lost' : 'blocked'
  }
}

/** Full jitter: after a restart of the platform a thousand clients must not come back in the same moment. */
export const pauseMs = (failures: number, { reconnectBaseMs, reconnectMaxMs }: LiveTiming, random = Math.random): number =>
  random() * Math.min(reconnectMaxMs, reconnectBaseMs * 2 ** failures)
