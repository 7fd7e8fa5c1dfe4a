import type { TenantId } from '../../base/tenant.ts'
import type { Tx } from '../../db/connect.ts'

export interface Block {
  /** Where it stands in the list: when it was made, and of whom. */
  readonly id: string
  readonly hostId: string
  readonly createdAt: Date
}

/** Whom users have blocked. */
export const blockStore = {
  async add(tx: Tx, tenantId: TenantId, userId: string, blockedId: string, now: Date): Promise<void> {
    await tx.query('insert into user_blocks (tenant_id, user_id, blocked_id, created_at) values ($1, $2, $3, $4) on conflict do nothing', [
      tenantId,
      userId,
      blockedId,
      now,
    ])
  },

  async remove(tx: Tx, tenantId: TenantId, userId: string, blockedId: string): Promise<void> {
    await tx.query('delete from user_blocks where tenant_id = $1 and user_id = $2 and blocked_id = $3', [tenantId, userId, blockedId])
  },

  /** The newest block first. */
  async list(tx: Tx, tenantId: TenantId, userId: string, page: { limit: number; before: string | undefined }): Promise<Block[]> {
    const [madeAt, blockedId] = page.before?.split(' ') ?? []
    const rows = await tx.query<{ id: string; host_id: string; created_at: Date }>(
      `select u.id, u.host_id, b.created_at from user_blocks b join users u on u.tenant_id = b.tenant_id and u.id = b.blocked_id
       where b.tenant_id = $1 and b.user_id = $2 and ($3::timestamptz is null or (b.created_at, b.blocked_id) < ($3, $4))
       order by b.created_at desc, b.blocked_id desc limit $5`,
      [tenantId, userId, madeAt ?? null, blockedId ?? null, page.limit],
    )
    return rows.map((row) => ({ id: `${row.created_at.toISOString()} ${row.id}`, hostId: row.host_id, createdAt: row.created_at }))
  },
}
