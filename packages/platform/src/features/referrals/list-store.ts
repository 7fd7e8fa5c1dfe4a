import type { ReferralCheck } from '@impacthub/sdk/contract'
import { after } from '../../base/clock.ts'
import { firstIdAt } from '../../base/ids.ts'
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

/** A word of the contract, written out: of how many rows it stands in PostgreSQL then knows, and which index finds them. */
function word(value: ReferralStatus | ReferralCheck): string {
  if (!/^[A-Za-z_]+$/.test(value)) throw new Error('not a word of the contract')
  return `'${value}'`
}

const isInReview = `(r.status = 'review' or r.flagged)`

/** What is not asked for is not in the statement: each filter then finds its own index. */
const wordsOf = ({ status, inReview, check }: ReferralFilter): string[] => [
  ...(status === undefined ? [] : [`r.status = ${word(status)}`]),
  ...(inReview === undefined ? [] : [inReview ? isInReview : `not ${isInReview}`]),
  ...(check === undefined ? [] : [`r.checks @> array[${word(check)}]`]),
]

const conditionsOf = ({ userId, createdAfter, createdBefore }: ReferralFilter): Condition[] => {
  const all: readonly Condition[] = [
    // Each part as an index has it.
    [
      (v) => `(r.referee_id = ${v} and r.attributed or r.referee_id = ${v} and not r.attributed or r.referrer_id = ${v} and r.attributed)`,
      userId,
    ],
    // Ids are made in the order of time.
    [(v) => `r.id >= ${v}`, createdAfter && firstIdAt('ref', after(createdAfter, 1))],
    [(v) => `r.id < ${v}`, createdBefore && firstIdAt('ref', createdBefore)],
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
  const wanted = [...wordsOf(filter), ...conditions.map(([text], index) => text(`$${index + 4}`))].map((one) => ` and ${one}`).join('')
  const rows = await tx.query<StoredReferral>(
    // '~' sorts after every id.
    `select ${referralColumns} from ${referralSource} where r.tenant_id = $1 and r.id < coalesce($2::text, '~')${wanted} order by r.id desc limit $3`,
    [tenantId, before ?? null, limit, ...conditions.map(([, value]) => value)],
  )
  return rows.map(readReferral)
}
