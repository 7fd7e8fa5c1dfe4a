import { hideAadhaar } from '../../base/hide-aadhaar.ts'
import { fail } from '../../base/problem.ts'
import { isWithin, type QuietHours, type RateBounds } from '../presence/index.ts'
import type { UserChange } from './user-store.ts'

/** What the host may set for a receiver as well as they themselves. */
export interface ControlsWish {
  readonly quietHours?: QuietHours | null | undefined
  readonly timeZone?: string | null | undefined
  readonly maxCallSeconds?: number | null | undefined
  readonly maxSecondsPerDay?: number | null | undefined
}

/** What was not given stays as it is. */
export const controlsOf = ({ quietHours, timeZone, maxCallSeconds, maxSecondsPerDay }: ControlsWish): Partial<UserChange> => ({
  ...(quietHours === undefined ? {} : { quietHours }),
  ...(timeZone === undefined ? {} : { timeZone }),
  ...(maxCallSeconds === undefined ? {} : { maxCallSeconds }),
  ...(maxSecondsPerDay === undefined ? {} : { maxSecondsPerDay }),
})

export interface OwnWish extends ControlsWish {
  readonly displayName?: string | undefined
  readonly languages?: string[] | undefined
  readonly rate?: { readonly coins: number; readonly seconds: number } | null | undefined
}

export interface AppLimits {
  readonly rateBounds: RateBounds | null
  readonly maxCallSeconds: number
}

/** What a user may change of their own record, within what the app allows. Fails with `forbidden` or `invalid_request`. */
export function ownChangeOf(wish: OwnWish, app: AppLimits): Partial<UserChange> {
  const { displayName, languages, rate, maxCallSeconds } = wish
  if (rate !== undefined && rate !== null) checkRate(rate, app.rateBounds)
  if (typeof maxCallSeconds === 'number' && maxCallSeconds > app.maxCallSeconds)
    fail('invalid_request', {
      errors: [{ pointer: '/maxCallSeconds', detail: `must be at most ${app.maxCallSeconds}, the app’s longest call` }],
    })
  return {
    ...(displayName === undefined ? {} : { displayName: hideAadhaar(displayName) }),
    ...(languages === undefined ? {} : { languages }),
    ...(rate === undefined ? {} : { ownRateCoins: rate?.coins ?? null, ownRateSeconds: rate?.seconds ?? null }),
    ...controlsOf(wish),
  }
}

function checkRate(rate: { readonly coins: number; readonly seconds: number }, bounds: RateBounds | null): void {
  if (bounds === null) return fail('forbidden', { detail: 'This app does not let its users choose their rate.' })
  if (isWithin(rate, bounds)) return
  const { minCoins, maxCoins, seconds } = bounds
  fail('invalid_request', { errors: [{ pointer: '/rate', detail: `must be from ${minCoins} to ${maxCoins} coins for ${seconds} s` }] })
}
