import { isQuiet, type QuietHours } from './quiet-hours.ts'

export type Availability = 'auto' | 'always' | 'never'
export type PresenceStatus = 'online' | 'busy' | 'offline'

/** Coins for each started interval of so many seconds. */
export interface Rate {
  readonly coins: number
  readonly seconds: number
}

export interface Reachability {
  readonly availability: Availability
  /** When `always` or `never` ends and `auto` counts again; null: not by itself. */
  readonly availableUntil: Date | null
  /** When nobody may call, whatever else was wished. */
  readonly quietHours: QuietHours | null
  /** Until when the user has talked enough; null or past: they have not. */
  readonly restsUntil: Date | null
  readonly connected: boolean
}

/** What the user's own wish is at this moment: one that has run out is none. */
function wishNow({ availability, availableUntil }: Reachability, now: Date): Availability {
  return availableUntil !== null && availableUntil <= now ? 'auto' : availability
}

/** Whether a call can reach the user, apart from other calls. */
export function isReachable(user: Reachability, now: Date): boolean {
  if (isQuiet(user.quietHours, now) || (user.restsUntil !== null && user.restsUntil > now)) return false
  const wish = wishNow(user, now)
  return wish === 'always' || (wish === 'auto' && user.connected)
}

/** Busy wins over everything: a call that runs is true whatever was wished. */
export function presenceStatus(user: Reachability & { readonly busy: boolean }, now: Date): PresenceStatus {
  if (user.busy) return 'busy'
  return isReachable(user, now) ? 'online' : 'offline'
}
