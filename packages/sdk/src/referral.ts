import type { CapturedReferral, ReferralClient } from './referral/referral-types.ts'

export type { CapturedReferral, ReferralClient } from './referral/referral-types.ts'

/**
 * Remembers the code of an invitation, `?ref=` in the address of this page, until somebody signs up, and tells the platform that the link
 * was followed. Call it on each page that a link may lead to, before its router changes the address:
 *
 * ```ts
 * const { code, deviceId, clear } = await captureReferral(client)
 * ```
 *
 * At sign-up give `code` and `deviceId` to your own backend, which puts them into `users.put` as `referralCode` and `signup.deviceId`, and
 * call `clear`. Without a client nothing is told. On a server there is no code, and an id that is kept nowhere. Its code is loaded here.
 */
export async function captureReferral(client?: ReferralClient, address = globalThis.location?.href): Promise<CapturedReferral> {
  return (await import('./referral/capture.ts')).capture(client, address)
}
