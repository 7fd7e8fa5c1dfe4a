import type { ReferralPolicy } from '@impacthub/sdk/contract'
import type { TenantId } from '../../../base/tenant.ts'
import type { Tx } from '../../../db/connect.ts'
import type { Facts, ReferrerFacts } from './facts.ts'
import { readTraceFacts } from './facts-store.ts'
import { mailKeys } from './mail.ts'
import { namedByLists } from './throwaway-store.ts'
import { domainsAbove, mailKindOf, type MailKind } from './throwaway.ts'

/** Whom to judge, by which policy. */
export interface Case {
  /** `usr_…` */
  readonly refereeId: string
  readonly referrerId: string
  /** When the code was entered: windows end there, also when it is judged again later. */
  readonly at: Date
  /** `ref_…` of the one that is judged again: what came after `at` does not count then. */
  readonly referralId?: string | undefined
  readonly policy: ReferralPolicy
  /** What the tables of referrals tell; asked for in the same round trip where it is not waited for before. */
  readonly known: ReferrerFacts | Promise<ReferrerFacts>
}

async function mailKinds(tx: Tx, emails: readonly string[], { allowedMailDomains }: ReferralPolicy): Promise<MailKind[]> {
  const domains = emails.map((email) => mailKeys(email)?.domain).filter((domain) => domain !== undefined)
  const kinds = domains.map((domain) => mailKindOf(domain, new Set(), allowedMailDomains))
  if (!kinds.includes('usual')) return kinds
  const named = await namedByLists(tx, domains.flatMap(domainsAbove))
  return domains.map((domain) => mailKindOf(domain, named, allowedMailDomains))
}

/**
 * All that `judge` looks at, after traces were locked and left: two round trips, whatever is found. What the user has brought is read from
 * their traces, so that it does not matter when it came.
 */
export async function gatherFacts(tx: Tx, tenantId: TenantId, { policy, known, ...pair }: Case): Promise<Facts> {
  const [{ emails, ...traced }, told] = await Promise.all([readTraceFacts(tx, tenantId, pair), known])
  const kinds = await mailKinds(tx, emails, policy)
  return { ...told, ...traced, mail: { disposable: kinds.includes('throwaway'), relay: kinds.includes('relay') } }
}
