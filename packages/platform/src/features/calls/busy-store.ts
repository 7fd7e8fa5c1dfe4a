import type { TenantId } from '../../base/tenant.ts'
import type { Tx } from '../../db/connect.ts'

/**
 * Makes both users busy and says which of them were free until now. In the order of their ids, so that two calls between the same people
 * never wait for each other; whoever comes second waits for the first to commit, and is told no.
 */
export async function occupy(tx: Tx, tenantId: TenantId, userIds: readonly string[], callId: string): Promise<ReadonlySet<string>> {
  const rows = await tx.query<{ user_id: string }>(
    `insert into busy_users (tenant_id, user_id, call_id)
     select $1, u, $3 from unnest($2::text[]) with ordinality as given(u, place) order by place
     on conflict (tenant_id, user_id) do nothing returning user_id`,
    [tenantId, [...userIds].sort(), callId],
  )
  return new Set(rows.map((row) => row.user_id))
}

export async function release(tx: Tx, tenantId: TenantId, callId: string): Promise<void> {
  tx.write('delete from busy_users where tenant_id = $1 and call_id = $2', [tenantId, callId])
}

/** The call that the user is in. */
export async function callOfUser(tx: Tx, tenantId: TenantId, userId: string): Promise<string | undefined> {
  const [row] = await tx.query<{ call_id: string }>('select call_id from busy_users where tenant_id = $1 and user_id = $2', [
    tenantId,
    userId,
  ])
  return row?.call_id
}

/** Which of these users are in a call that is not over. */
export async function busyOf(tx: Tx, tenantId: TenantId, userIds: readonly string[]): Promise<ReadonlySet<string>> {
  const rows = await tx.query<{ user_id: string }>('select user_id from busy_users where tenant_id = $1 and user_id = any($2)', [
    tenantId,
    userIds,
  ])
  return new Set(rows.map((row) => row.user_id))
}
