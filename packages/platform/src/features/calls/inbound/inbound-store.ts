import type { SpokenTexts } from '@impacthub/sdk/contract'
import type { TenantId } from '../../../base/tenant.ts'
import type { Tx } from '../../../db/connect.ts'

/** The call of a leg that came in, if it is one already. */
export async function callOfLeg(tx: Tx, tenantId: TenantId, provider: string, legId: string): Promise<string | undefined> {
  const [row] = await tx.query<{ id: string }>(
    `select id from calls where tenant_id = $1 and provider = $2 and caller_leg_id = $3 and direction = 'inbound'`,
    [tenantId, provider, legId],
  )
  return row?.id
}

export async function hostIdOf(tx: Tx, tenantId: TenantId, userId: string): Promise<string | undefined> {
  const [row] = await tx.query<{ host_id: string }>('select host_id from users where tenant_id = $1 and id = $2 and deleted_at is null', [
    tenantId,
    userId,
  ])
  return row?.host_id
}

/** How an app speaks to callers who are not put through. */
export async function voiceOf(tx: Tx, tenantId: TenantId): Promise<{ readonly languages: readonly string[]; readonly own: SpokenTexts }> {
  const [row] = await tx.query<{ languages: string[]; spoken_texts: SpokenTexts }>(
    'select languages, spoken_texts from tenants where id = $1',
    [tenantId],
  )
  return { languages: row?.languages ?? [], own: row?.spoken_texts ?? {} }
}
