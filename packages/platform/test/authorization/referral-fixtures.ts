import { newId } from '../../src/base/ids.ts'
import { list, ownerOf, type Fixture, type OperationName, type Sent } from './fixture.ts'
import { refusedReferral } from './referral-rows.ts'
import { subjects } from './world.ts'

/** Somebody's referral, which is over. */
const referral = (ok: readonly number[], rest: Omit<Sent, 'params'> = {}): Fixture => ({
  names: true,
  ok,
  async send(world, whose) {
    const id = whose === 'unknown' ? newId('ref') : await refusedReferral(world.platform, ownerOf(world, whose), subjects[whose])
    return { params: { referralId: id }, ...rest }
  },
})
const entry = { code: 'NOBODY2', deviceId: 'device-of-nobody' }

export const referralFixtures = {
  'referral.get': list,
  // Let through to the code, which is nobody's.
  'referral.redeem': { ok: [403], send: () => ({ body: entry }) },
  'referral.visit': { send: () => ({ body: entry }) },
  'referrals.list': list,
  'referrals.get': referral([200]),
  // Let through to the referral, which is over.
  'referrals.review': referral([409], { body: { decision: 'approve', note: 'Test' } }),
  'referrals.reverse': referral([409], { body: { reason: 'Test' } }),
} as const satisfies Partial<Record<OperationName, Fixture>>
