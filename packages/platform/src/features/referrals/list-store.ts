import type { ReferralCheck } from '@impacthub/sdk/contract'
import type { TenantId } from '../../base/tenant.ts'
import type { Tx } from '../../db/connect.ts'
import type { Referral, ReferralStatus } from './referral-row.ts'
import { readReferral, referralColumns, referralSource, type StoredReferral } from './referral-store.ts'

export interface ReferralFilter {
  readonly status: ReferralStatus | undefined
  /** Whether somebody has to look at it. */
  readonly inReview: boolean | undefined
  /** `usr_…`, on either side. */
  readonly userId: string | undefined
  readonly check: ReferralCheck | undefined
  readonly createdAfter: Date | undefined
  readonly createdBefore: Date | undefined
}

type Condition = readonly [text: (value: string) => string, value: unknown]

/** What is not asked for is not in the statement: each filter then finds its own index. */
const conditionsOf = (filter: ReferralFilter): Condition[] => {
  const all: readonly Condition[] = [
    [(v) => `r.status = ${v}`, filter.status],
    [(v) => `(r.status = 'review' or r.flagged) and ${v}::boolean`, filter.inReview === true ? true : undefined],
    [(v) => `not (r.status = 'review' or r.flagged) and ${v}::boolean`, filter.inReview === false ? true : undefined],
    [(v) => `(r.referee_id = ${v} or (r.referrer_id = ${v} and r.attributed))`, filter.userId],
    [(v) => `r.checks @> array[${v}::text]`, filter.check],
    [(v) => `r.created_at > ${v}`, filter.createdAfter],
    [(v) => `r.created_at < ${v}`, filter.createdBefore],
  ]
  return all.filter(([, value]) => value !== undefined)
}

/** Newest first. */
export async function listReferrals(
  tx: Tx,
  tenantId: TenantId,
  filter: ReferralFilter,
  { limit, before }: { readonly limit: number; readonly before: string | undefined },
): Promise<Referral[]> {
  const conditions = conditionsOf(filter)
  const wanted = conditions.map(([text], index) => ` and ${text(`$${index + 4}`)}`).join('')
  const rows = await tx.query<StoredReferral>(
    // '~' sorts after every id.
    `select ${referralColumns} from ${referralSource} where r.tenant_id = $1 and r.id < coalesce($2::text, '~')${wanted} order by r.id desc limit $3`,
    [tenantId, before ?? null, limit, ...conditions.map(([, value]) => value)],
  )
  return rows.map(readReferral)
}
