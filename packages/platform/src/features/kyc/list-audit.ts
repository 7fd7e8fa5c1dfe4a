import type { AnswerOf, allSchemas } from '@impacthub/sdk/contract'
import { pageOf } from '../../base/cursor.ts'
import type { SecretActor, TenantId } from '../../base/tenant.ts'
import type { Tx } from '../../db/connect.ts'
import type { KycDeps } from './kyc-deps.ts'
import { hostUsersEver } from './profile-store.ts'

type Answer = AnswerOf<(typeof allSchemas)['kyc']['listAudit']>

export interface AuditQuery {
  readonly limit: number
  readonly cursor?: string | undefined
  readonly userId?: string | undefined
  readonly submissionId?: string | undefined
}

interface Row {
  readonly id: string
  readonly at: Date
  readonly actor: string
  readonly action: string
  readonly subject: string | null
  readonly reason: string | null
  readonly from_ip: string | null
  readonly details: Record<string, unknown>
}

/** Who looked, decided, revealed, exported and erased. Users are named by the host's ids. */
export function listAudit({ db, cursors }: KycDeps, { tenant }: SecretActor, query: AuditQuery): Promise<Answer> {
  return db.transact(tenant.id, async (tx) => {
    const userIds = query.userId === undefined ? undefined : await hostUsersEver(tx, tenant.id, query.userId)
    if (userIds?.length === 0) return { data: [], nextCursor: null }
    const scope = { tenantId: tenant.id, route: 'kyc.listAudit', filter: JSON.stringify([query.userId, query.submissionId]) }
    const about = { userIds, submissionId: query.submissionId }
    return pageOf(cursors, scope, query, (page) => auditRows(tx, tenant.id, about, page), present)
  })
}

async function auditRows(
  tx: Tx,
  tenantId: TenantId,
  { userIds, submissionId }: { readonly userIds: readonly string[] | undefined; readonly submissionId: string | undefined },
  { limit, before }: { readonly limit: number; readonly before: string | undefined },
): Promise<Row[]> {
  return tx.query<Row>(
    `select a.id::text as id, a.at, coalesce(by.host_id, a.actor) as actor, a.action, coalesce(about.host_id, a.subject) as subject, a.reason,
       a.from_ip, a.details - 'userId' || case when whose.host_id is null then '{}' else jsonb_build_object('userId', whose.host_id) end as details
     from audit a
       left join users by on by.tenant_id = a.tenant_id and by.id = a.actor
       left join users about on about.tenant_id = a.tenant_id and about.id = a.subject
       left join users whose on whose.tenant_id = a.tenant_id and whose.id = a.details ->> 'userId'
     where a.tenant_id = $1 and a.action like 'kyc.%' and ($3::bigint is null or a.id < $3)
       and ($4::text[] is null or a.subject = any($4) or a.actor = any($4) or a.details ->> 'userId' = any($4))
       and ($5::text is null or a.subject = $5 or a.details ->> 'submissionId' = $5)
     order by a.id desc limit $2`,
    [tenantId, limit, before ?? null, userIds ?? null, submissionId ?? null],
  )
}

const present = ({ id, at, actor, action, subject, reason, from_ip: fromIp, details }: Row): Answer['data'][number] => ({
  id,
  at: at.toISOString(),
  by: actor,
  action,
  subject,
  reason,
  fromIp,
  details,
})
