import { referralPolicy, type ReferralPolicy } from '@impacthub/sdk/contract'
import type { SecretActor } from '../../base/tenant.ts'
import { audit } from '../../db/audit.ts'
import type { Tx } from '../../db/connect.ts'
import type { Tenant } from './tenant-store.ts'

/** The app's policy, with the platform's own where it has said nothing. */
export const referralPolicyOf = ({ referral }: Pick<Tenant, 'referral'>): ReferralPolicy => referralPolicy.parse(referral ?? {})

/**
 * Keeps the policy that the app has just set, word for word as it is read: each referral says by which version it was judged. In the
 * transaction of the change: killed before its commit, nothing was set.
 */
export async function keepPolicy(tx: Tx, { actor, ip }: { actor: SecretActor; ip: string }, tenant: Tenant, now: Date): Promise<void> {
  const { id, referralVersion: version } = tenant
  tx.write('insert into referral_policies (tenant_id, version, policy, actor, at) values ($1, $2, $3, $4, $5)', [
    id,
    version,
    JSON.stringify(referralPolicyOf(tenant)),
    actor.keyId,
    now,
  ])
  await audit(tx, id, actor, { action: 'referral.policy_set', fromIp: ip, details: { version } }, now)
}
