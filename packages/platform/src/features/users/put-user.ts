import { hideAadhaar } from '../../base/hide-aadhaar.ts'
import { newId } from '../../base/ids.ts'
import type { TenantId } from '../../base/tenant.ts'
import type { Tx } from '../../db/connect.ts'
import { makeReferralCode, tracesEdition, type Brought } from '../referrals/index.ts'
import type { UserDeps } from './index.ts'
import { nextWholeSecond } from './tokens-valid-from.ts'
import { controlsOf, type ControlsWish } from './receiver-controls.ts'
import type { UserRow } from './user-row.ts'
import type { UserChange } from './user-store.ts'

export interface PutUser extends ControlsWish {
  readonly userId: string
  readonly displayName: string
  readonly phone?: string | null | undefined
  readonly email?: string | null | undefined
  readonly rate?: { readonly coins: number; readonly seconds: number } | null | undefined
  readonly languages?: string[] | undefined
  /** Counts when the user is made, and not afterwards. */
  readonly referralCode?: string | undefined
  readonly signup?:
    { readonly ip?: string | undefined; readonly deviceId?: string | undefined; readonly email?: string | undefined } | undefined
}

/** What was not given stays as it is. */
const changeOf = (wish: PutUser): Partial<UserChange> => ({
  displayName: hideAadhaar(wish.displayName),
  ...(wish.phone === undefined ? {} : { phone: wish.phone }),
  ...(wish.email === undefined ? {} : { email: wish.email }),
  ...(wish.rate === undefined
    ? {}
    : { rateCoins: wish.rate?.coins ?? null, rateSeconds: wish.rate?.seconds ?? null, ownRateCoins: null, ownRateSeconds: null }),
  ...controlsOf(wish),
  ...(wish.languages === undefined ? {} : { languages: wish.languages }),
})

/** What of it is new. */
const newContacts = (before: UserRow, after: UserRow): Brought => ({
  emails: after.email === before.email ? [] : [after.email],
  phone: after.phone === before.phone ? null : after.phone,
})

/** Makes the user with a wallet and a referral code, or updates the one with this id. Two at once make one. */
export async function putUser(
  { users, clock, openWallet, measureDay, leaveTraces, onPersonChanged }: UserDeps,
  tx: Tx,
  tenantId: TenantId,
  wish: PutUser,
): Promise<{ user: UserRow; made: boolean; before: UserRow | null }> {
  for (let attempt = 0; attempt < 5; attempt++) {
    const known = await users.lock(tx, tenantId, wish.userId)
    if (known !== null) {
      const user = await users.update(tx, tenantId, known.id, changeOf(wish))
      if (user === null) throw new Error('a locked user is gone')
      await measureDay(tx, tenantId, known.id)
      const now = clock.now()
      leaveTraces(tx, tenantId, user.id, newContacts(known, user), now)
      if (user.email !== known.email || user.phone !== known.phone) await onPersonChanged(tx, tenantId, user.id, now)
      return { user, made: false, before: known }
    }
    const now = clock.now()
    // Tokens name the host's id: those of a deleted person must not open the record of whoever has it next.
    const predecessor = await users.usedBefore(tx, tenantId, wish.userId)
    const made = await users.insert(tx, tenantId, {
      ...changeOf(wish),
      id: newId('usr', now),
      hostId: wish.userId,
      displayName: hideAadhaar(wish.displayName),
      referralCode: makeReferralCode(),
      signupReferralCode: wish.referralCode ?? null,
      signupIp: wish.signup?.ip ?? null,
      signupEmail: wish.signup?.email ?? null,
      traces: tracesEdition,
      ...(predecessor ? { tokensValidFrom: nextWholeSecond(now) } : {}),
      createdAt: now,
    })
    if (made !== undefined) {
      await openWallet(tx, tenantId, made.id)
      const { email: signupEmail, ...signup } = wish.signup ?? {}
      leaveTraces(tx, tenantId, made.id, { ...signup, emails: [made.email, signupEmail], phone: made.phone }, now)
      return { user: made, made: true, before: null }
    }
  }
  throw new Error('no free referral code was found')
}
