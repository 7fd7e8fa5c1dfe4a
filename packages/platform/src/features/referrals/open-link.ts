import { after } from '../../base/clock.ts'
import { everyTenant, type TenantId } from '../../base/tenant.ts'
import type { Tx } from '../../db/connect.ts'
import { tracesOf } from './checks/traces.ts'
import type { ReferralDeps } from './referral-deps.ts'
import { deleteVisits, insertVisit } from './visit-store.ts'

/** What one code is counted for, however many come by it. */
const perCode = { perSecond: 1, burst: 500 }

/** Whether one more visit by this code is counted. Asked before the transaction begins. */
export const mayCount = async ({ bus }: Pick<ReferralDeps, 'bus'>, tenantId: TenantId, code: string): Promise<boolean> =>
  (await bus.take(`${tenantId}:limit:referral-visits:${code}`, perCode)).allowed

/**
 * Notes that a link was opened, and when first on this device. One statement of the caller's transaction: killed before its commit, nobody
 * came; the same again changes nothing.
 */
export function openLink(deps: ReferralDeps, tx: Tx, tenantId: TenantId, { code, deviceId }: { code: string; deviceId: string }): void {
  for (const { key } of tracesOf(deps, tenantId, { deviceId })) insertVisit(tx, tenantId, { code, deviceKey: key, now: deps.clock.now() })
}

const keptMs = 30 * 86_400_000
const batch = 1_000

/** Forgets which devices came. How many they were stays; done twice, or broken off, it goes on where it stopped. */
export async function forgetVisits({ db, clock }: Pick<ReferralDeps, 'db' | 'clock'>): Promise<void> {
  const before = after(clock.now(), -keptMs)
  while ((await db.transact(everyTenant, (tx) => deleteVisits(tx, before, batch))) === batch);
}
