import { newId } from '../../src/base/ids.ts'
import { madeOnce, withOwner } from './owner-rows.ts'

/** A referral of somebody that came to nothing, as a row: who may see it does not depend on how it went, and nothing changes it. */
export const refusedReferral = madeOnce((platform, app, hostUserId) =>
  withOwner(platform, app, hostUserId, async (tx, user) => {
    const id = newId('ref')
    const [referrer] = await tx.query<{ id: string }>(
      `insert into referrals (id, tenant_id, referrer_id, referee_id, code, via, status, attributed, referrer_coins, referee_coins, release, hold_days,
         policy_version, score, reasons, checks, created_at, updated_at, ended_at)
       select $1, r.tenant_id, r.id, $3, r.referral_code, 'redemption', 'refused', true, 50, 50, '{"after": "signup"}', 0, 0, 0, '[]', '{}', $4, $4, $4
       from users r where r.tenant_id = $2 and r.id <> $3 order by r.id limit 1 returning referrer_id as id`,
      [id, user.tenant_id, user.id, new Date(platform.held.now())],
    )
    if (referrer === undefined) throw new Error('there is nobody else')
    return id
  }),
)
