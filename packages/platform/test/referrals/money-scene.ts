import type { TestApp, TestPlatform, TestUser } from '../start-platform.ts'
import type { Friend, Friends } from './friends.ts'

/** What the tests of rewards and their way back have in common. */

export const days = (count: number): number => count * 86_400

/** The redemption of a user, as the app's server reads it. */
export async function referralOf({ server }: TestApp, { userId }: Pick<Friend, 'userId'>) {
  const { data } = await server.referrals.list({ userId })
  const found = data.find(({ refereeId }) => refereeId === userId)
  if (found === undefined) throw new Error(`${userId} came by nobody's code`)
  return server.referrals.get({ referralId: found.id })
}

export const owedBy = async ({ client }: Pick<TestUser, 'client'>): Promise<number> => (await client.wallet.get()).owedCoins

interface Bought {
  readonly topupId: string
  readonly paymentId: string
}

/** Buys a pack of coins, and has paid it. */
export async function buy({ platform }: Pick<Friends, 'platform'>, { client }: Pick<TestUser, 'client'>): Promise<Bought> {
  const { id, checkout } = await client.topups.create({ packId: 'pack-100' })
  if (checkout === null) throw new Error('the top-up cannot be paid')
  const { paymentId } = razorpayOf(platform).control.pay(checkout.orderId)
  await platform.quiet()
  return { topupId: id, paymentId }
}

export function razorpayOf({ razorpay }: TestPlatform) {
  if (razorpay === undefined) throw new Error('there is no Razorpay sandbox')
  return razorpay
}

/** Somebody new who comes by a friend's code. */
export const bringBy = (scene: Friends, { code }: Pick<Friend, 'code'>): Promise<Friend> => scene.newcomer({ referralCode: code })
