import { fail } from '../../base/problem.ts'
import type { TenantId } from '../../base/tenant.ts'
import type { Tx } from '../../db/connect.ts'
import { revokeGrant } from './grants-store.ts'
import { app, bucket, entry, move, owed, type Entry, type EntryHead } from './ledger-entry.ts'
import { changesOf, transactionByKey } from './ledger-store.ts'
import { post, type Posting } from './post-entry.ts'
import { recordMove } from './record-move.ts'
import { expiredOf, leftOfGrants } from './referral-money-store.ts'
import { takeTurn } from './reversal-store.ts'

/** Who brought the other one, and who came. */
export type ReferralSide = 'referrer' | 'referee'

interface Leg {
  /** `usr_…` */
  readonly userId: string
  /** None: this side gets nothing. */
  readonly coins: number
}

export interface ReferralReward extends Readonly<Record<ReferralSide, Leg>> {
  /** `ref_…`: it is rewarded once, whoever says so and however often. */
  readonly referralId: string
  /** From then on nobody can spend what is left of it; null: never. */
  readonly expiresAt: Date | null
}

const sides = ['referrer', 'referee'] as const satisfies readonly ReferralSide[]
const rewardKey = (referralId: string): string => `referral-rewarded:${referralId}`

/**
 * Gives both sides of a referral their coins, in one ledger transaction: both legs are there or neither is. Each leg is a grant of its own in
 * its owner's bonus bucket. Part of the caller's transaction: a process that dies before its commit has given nothing; one that comes again
 * afterwards with the same reward is answered with the first one, and nothing moves.
 */
export async function rewardBoth(tx: Tx, tenantId: TenantId, reward: ReferralReward, now: Date): Promise<Posting> {
  const { referralId, referrer, referee, expiresAt } = reward
  if (referrer.userId === referee.userId) throw new Error('nobody refers themselves')
  const head = {
    key: rewardKey(referralId),
    type: 'referral',
    reference: { type: 'referral', id: referralId },
    description: 'Referral reward',
    metadata: { referrerId: referrer.userId, refereeId: referee.userId },
    ...(expiresAt === null ? {} : { expiresAt }),
  }
  const moves = sides.map((side) => move(app('promotions'), bucket(reward[side].userId, 'bonus'), reward[side].coins))
  const posting = await post(tx, tenantId, entry(head, moves), now)
  if (posting.replayed) return posting
  for (const { userId, coins } of [referrer, referee])
    if (coins > 0) await recordMove(tx, tenantId, { type: 'wallet.credited', userId, transactionId: posting.transactionId }, now)
  return posting
}

export interface RewardTaking {
  readonly referralId: string
  readonly sides: readonly ReferralSide[]
  /** Who takes it back: a key's id, `operator`, `platform`. */
  readonly by: string
}

/** What became of one side's coins: `takenCoins` + `owedCoins` + `expiredCoins` are all that it was given. */
export interface TakenLeg {
  readonly side: ReferralSide
  readonly userId: string
  /** null: nothing was left to take. */
  readonly transactionId: string | null
  /** What was unspent. */
  readonly takenCoins: number
  /** What was spent: its owner owes it, and withdraws nothing until it is paid. */
  readonly owedCoins: number
  /** What had gone back to the app before. */
  readonly expiredCoins: number
}

/**
 * Takes a reward back, each side's leg once and in whole, by a transaction of its own that names the reward. It takes what is left of that
 * very grant and nothing of any other; what was spent becomes what its owner owes, so that no bucket goes below zero. Part of the caller's
 * transaction: a process that dies before its commit has taken nothing; the same again is answered with what was done the first time.
 */
export async function takeBackReward(tx: Tx, tenantId: TenantId, taking: RewardTaking, now: Date): Promise<TakenLeg[]> {
  const reward = (await transactionByKey(tx, tenantId, rewardKey(taking.referralId))) ?? fail('not_reversible')
  const owners = { referrer: ownerIn(reward.metadata, 'referrerId'), referee: ownerIn(reward.metadata, 'refereeId') }
  const users = Object.values(owners).sort()
  // In one order, whichever sides are asked for. What they owe, and what is taken back, stays as it is read from here on.
  for (const userId of users) await takeTurn(tx, tenantId, userId)
  const left = await leftOfGrants(tx, tenantId, users, reward.id)
  const legs: TakenLeg[] = []
  for (const side of sides.filter((one) => taking.sides.includes(one))) {
    const userId = owners[side]
    const { bonus: given = 0 } = await changesOf(tx, tenantId, reward.id, userId)
    if (given === 0) continue
    const leg = { side, userId, given, left: left.get(userId) ?? 0, rewardId: reward.id }
    legs.push(await takeLeg(tx, tenantId, leg, taking, now))
  }
  return legs
}

interface OpenLeg {
  readonly side: ReferralSide
  readonly userId: string
  readonly given: number
  readonly left: number
  readonly rewardId: string
}

async function takeLeg(tx: Tx, tenantId: TenantId, leg: OpenLeg, { referralId, by }: RewardTaking, now: Date): Promise<TakenLeg> {
  const { side, userId, given, left, rewardId } = leg
  const key = `referral-taken:${referralId}:${side}`
  const earlier = await transactionByKey(tx, tenantId, key)
  if (earlier !== undefined) {
    const { bonus = 0, owed: debt = 0 } = await changesOf(tx, tenantId, earlier.id, userId)
    const done = { takenCoins: 0 - bonus, owedCoins: 0 - debt }
    return { side, userId, transactionId: earlier.id, ...done, expiredCoins: given - done.takenCoins - done.owedCoins }
  }
  const expiredCoins = await expiredOf(tx, tenantId, userId, rewardId)
  const owedCoins = given - left - expiredCoins
  const whole = { side, userId, takenCoins: left, owedCoins, expiredCoins }
  if (left + owedCoins === 0) return { ...whole, transactionId: null }
  const { transactionId } = await post(tx, tenantId, takingEntry(leg, { key, referralId, by, owedCoins }), now)
  // What is on hold, and comes back to this grant later, pays what is owed.
  if (owedCoins > 0) await revokeGrant(tx, tenantId, { userId, name: 'bonus', id: rewardId }, now)
  await recordMove(tx, tenantId, { type: 'wallet.reversed', userId, transactionId }, now)
  return { ...whole, transactionId }
}

function takingEntry(
  { side, userId, left, rewardId }: OpenLeg,
  wish: { readonly key: string; readonly referralId: string; readonly by: string; readonly owedCoins: number },
): Entry {
  const { key, referralId, by, owedCoins } = wish
  const head: EntryHead = {
    key,
    type: 'referral_reversal',
    reference: { type: 'referral', id: referralId },
    // Its owner reads this: why it was taken is the operator's.
    description: 'Referral reward taken back',
    metadata: { by, side, coins: left + owedCoins },
    reverses: rewardId,
    prefer: rewardId,
  }
  return entry(head, [move(bucket(userId, 'bonus'), app('promotions'), left), move(owed(userId), app('promotions'), owedCoins)])
}

function ownerIn(metadata: Readonly<Record<string, unknown>>, name: 'referrerId' | 'refereeId'): string {
  const id = metadata[name]
  if (typeof id !== 'string') throw new Error('a reward does not say whose it is')
  return id
}
