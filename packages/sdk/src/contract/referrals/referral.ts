import * as z from 'zod'
import { coinCount, time, userId } from '../shapes.ts'
import { referralReason, referralRelease } from './policy.ts'

/**
 * pending: accepted; it waits for what the policy asks for. review: somebody has to look. rewarded: both have their coins. refused: nobody
 * gets any. expired: what had to happen did not happen in time. reversed: the coins were taken back.
 */
export const referralStatus = z.enum(['pending', 'review', 'rewarded', 'refused', 'expired', 'reversed'])

/** A person’s code as somebody enters it: nothing but its letters and digits matters, nor their case. What cannot be one is nobody’s. */
export const enteredCode = z
  .string()
  .max(200)
  .transform((value) =>
    value
      .normalize('NFKC')
      .toUpperCase()
      .replaceAll(/[^0-9A-Z]/g, '')
      .slice(0, 32),
  )

/** What a code has brought its owner so far. */
const progress = {
  /** Devices on which the link was opened. */
  invited: z.int(),
  /** Users who came by the code and were not refused. */
  joined: z.int(),
  /** Of them, those for whom the coins were given, and those for whom they are to come. */
  rewarded: z.int(),
  pending: z.int(),
  /** Given to this user for those whom they brought, without what was taken back. */
  coinsEarned: coinCount,
}

/** The code that the user came by. closed: it came to nothing. */
const ownRedemption = z.object({ id: z.string(), status: z.enum(['rewarded', 'pending', 'closed']), coins: coinCount })

/** As both sides are told live. */
export const referralProgress = z.object({ userId, ...progress, redemption: ownRedemption.nullable() })

export const referralStanding = z.object({
  ...referralProgress.shape,
  /** To read out and share. */
  code: z.string(),
  /** The app’s sign-up page with the code in it; null: the app has named none. */
  link: z.string().nullable(),
  /** What is given now; null: nothing is. */
  terms: z
    .object({
      referrerCoins: coinCount,
      refereeCoins: coinCount,
      release: referralRelease,
      /** After how many days coins that were not spent expire; null: never. */
      expiresDays: z.int().nullable(),
    })
    .nullable(),
  /** Whether the user may enter a code. It says nothing of what will become of it. */
  canRedeem: z.boolean(),
})

export const redemption = z.object({ id: z.string(), status: z.enum(['rewarded', 'pending']), coins: coinCount })

/** A redemption as the app’s servers see it: in answers and events alike. */
export const referral = z.object({
  id: z.string(),
  status: referralStatus,
  /** It was rewarded, and something has come out since: somebody has to look. */
  flagged: z.boolean(),
  /** The host’s ids. Null: the code was nobody’s. */
  referrerId: z.string().nullable(),
  refereeId: userId,
  code: z.string(),
  /** By whom the code was given: by the user, or by the host when it made the user. */
  via: z.enum(['redemption', 'signup']),
  /** What each side gets, or would have got. */
  referrerCoins: coinCount,
  refereeCoins: coinCount,
  release: referralRelease,
  /** As it was judged last. */
  score: z.int(),
  reasons: z.array(referralReason),
  /** By which version of the app’s policy; 0: the platform’s own. */
  policyVersion: z.int(),
  createdAt: time,
  /** pending: when it is looked at again: the reward is due, or what had to happen has not happened. */
  dueAt: time.nullable(),
  rewardedAt: time.nullable(),
  /** When it was refused, or expired, or was taken back. */
  endedAt: time.nullable(),
})

/** The same with its history. */
export const referralCase = z.object({
  ...referral.shape,
  /** The ledger’s transaction that gave the coins. */
  transactionId: z.string().nullable(),
  history: z.array(
    z.object({
      at: time,
      event: z.string(),
      from: referralStatus.nullable(),
      to: referralStatus,
      /** A user, a key or the platform. */
      actor: z.string(),
      note: z.string().nullable(),
      score: z.int(),
      reasons: z.array(referralReason),
      policyVersion: z.int(),
      transactionId: z.string().nullable(),
    }),
  ),
})
