import type { AnswerOf, allSchemas } from '@impacthub/sdk/contract'
import { pageOf } from '../../base/cursor.ts'
import type { SecretActor, TenantId } from '../../base/tenant.ts'
import type { Tx } from '../../db/connect.ts'
import type { IdentityKind, KycProviderName } from '../../providers/kyc/port.ts'
import { hostUser } from '../tenants/index.ts'
import type { KycDeps } from './kyc-deps.ts'
import type { KycStatus } from './kyc-standing.ts'
import { presentSubmission } from './present-kyc.ts'
import { stagesOf, type Stage } from './submission-lifecycle.ts'
import type { RejectReason, ReviewReason } from './submission-row.ts'
import { listSubmissions, type SubmissionFilter } from './submission-store.ts'

/** What a queue is filtered by. */
export interface CaseFilter {
  readonly stage?: Stage | undefined
  readonly status?: Exclude<KycStatus, 'not_started'> | undefined
  readonly type?: IdentityKind | undefined
  readonly provider?: KycProviderName | undefined
  readonly reason?: RejectReason | ReviewReason | undefined
  readonly userId?: string | undefined
  readonly before?: string | undefined
  readonly after?: string | undefined
}

interface Paged {
  readonly limit: number
  readonly cursor?: string | undefined
}

/** In a fixed order, for the cursor: a page of one filter does not go on in another. */
export const filterText = ({ stage, status, type, provider, reason, userId, before, after }: CaseFilter): string =>
  JSON.stringify([stage, status, type, provider, reason, userId, before, after])

/** Undefined: nobody and nothing fits. */
export async function storedFilter(tx: Tx, tenantId: TenantId, filter: CaseFilter): Promise<SubmissionFilter | undefined> {
  const { stage, status, type, provider, reason, before, after } = filter
  const userId = filter.userId === undefined ? undefined : await hostUser(tx, tenantId, filter.userId)
  if (filter.userId !== undefined && userId === undefined) return undefined
  const ofStatus = status === undefined ? undefined : stagesOf(status)
  const stages = stage === undefined ? ofStatus : (ofStatus ?? [stage]).filter((one) => one === stage)
  const at = (text: string | undefined): Date | undefined => (text === undefined ? undefined : new Date(text))
  return { userId, stages, type, provider, reason, before: at(before), after: at(after) }
}

type Query = CaseFilter & Paged & { readonly order: 'newest' | 'oldest' }

/** The reviewers’ queue. */
export function listCases(
  { db, cursors }: KycDeps,
  { tenant }: SecretActor,
  query: Query,
): Promise<AnswerOf<(typeof allSchemas)['kyc']['listSubmissions']>> {
  return db.transact(tenant.id, async (tx) => {
    const filter = await storedFilter(tx, tenant.id, query)
    if (filter === undefined) return { data: [], nextCursor: null }
    const scope = { tenantId: tenant.id, route: `kyc.listSubmissions.${query.order}`, filter: filterText(query) }
    const read = (page: { limit: number; before: string | undefined }) =>
      listSubmissions(tx, tenant.id, filter, { ...page, order: query.order })
    return pageOf(cursors, scope, query, read, presentSubmission)
  })
}
