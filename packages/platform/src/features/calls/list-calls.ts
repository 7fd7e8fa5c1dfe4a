import type { Call } from '@impacthub/sdk/contract'
import { pageOf } from '../../base/cursor.ts'
import { fail } from '../../base/problem.ts'
import type { SecretActor, UserActor } from '../../base/tenant.ts'
import { userIdOf } from './admission-store.ts'
import type { CallDeps } from './call-deps.ts'
import type { CallStatus } from './call-lifecycle.ts'
import { listCalls, type CallFilter } from './call-store.ts'
import { presentCall, viewerOf } from './present-call.ts'

export interface CallQuery {
  readonly limit: number
  readonly cursor?: string | undefined
  readonly userId?: string | undefined
  readonly status?: CallStatus | undefined
  readonly active?: 'true' | 'false' | undefined
  readonly missed?: 'true' | undefined
}

/** Calls newest first: a user sees their own, a secret key those of the whole app or of one user. */
export async function callHistory(
  { db, clock, cursors }: CallDeps,
  actor: UserActor | SecretActor,
  query: CallQuery,
): Promise<{ data: Call[]; nextCursor: string | null }> {
  const tenantId = actor.tenant.id
  if (actor.kind === 'user' && query.userId !== undefined && query.userId !== actor.hostUserId)
    fail('forbidden', { detail: 'A user token shows its own user’s calls only.' })
  const now = clock.now()
  return db.transact(tenantId, async (tx) => {
    const asked = actor.kind === 'user' ? actor.userId : query.userId && (await userIdOf(tx, tenantId, query.userId))
    // A user who does not exist has no calls.
    if (asked === undefined && query.userId !== undefined) return { data: [], nextCursor: null }
    const filter: CallFilter = {
      userId: asked,
      status: query.status,
      active: query.active === undefined ? undefined : query.active === 'true',
      missed: query.missed === 'true',
    }
    const scope = { tenantId, route: 'calls.list', filter: JSON.stringify([asked, query.status, query.active, query.missed]) }
    return pageOf(
      cursors,
      scope,
      query,
      (page) => listCalls(tx, tenantId, filter, page),
      (row) => presentCall(row, viewerOf(actor, row), now),
    )
  })
}
