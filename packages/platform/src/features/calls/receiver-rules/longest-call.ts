import { fail } from '../../../base/problem.ts'
import type { TenantId } from '../../../base/tenant.ts'
import type { Tx } from '../../../db/connect.ts'
import { dayOf } from '../../presence/index.ts'
import { dayRuleOf, setRest, talkedIn } from './day-store.ts'
import { longestCall, type ReceiverLimits } from './receiver-limits.ts'

/**
 * The longest that a call to this receiver may last, by their own rules and the app's. Asked when the receiver has been made busy for
 * this call: every earlier one is over and written down. Fails with `callee_offline`, which does not say why: how much somebody talks is
 * their own affair.
 */
export async function longestCallWith(
  tx: Tx,
  tenantId: TenantId,
  callee: ReceiverLimits & { readonly id: string },
  appSeconds: number,
  now: Date,
): Promise<number> {
  const talked = callee.maxSecondsPerDay === null ? 0 : await talkedIn(tx, tenantId, callee.id, dayOf(callee.timeZone, now), now)
  return longestCall(callee, appSeconds, talked) ?? fail('callee_offline')
}

/** Notes until when the user has talked enough, so that they show as offline. Done twice, it writes the same. */
export async function measureDay(tx: Tx, tenantId: TenantId, userId: string, now: Date): Promise<void> {
  const rule = await dayRuleOf(tx, tenantId, userId)
  if (rule === undefined) return
  const { maxSecondsPerDay, timeZone } = rule
  if (maxSecondsPerDay === null) return setRest(tx, tenantId, userId, null)
  const day = dayOf(timeZone, now)
  const talked = await talkedIn(tx, tenantId, userId, day, now)
  const enough = longestCall({ maxCallSeconds: null, maxSecondsPerDay }, maxSecondsPerDay, talked) === undefined
  await setRest(tx, tenantId, userId, enough ? day.end : null)
}
