import type { Tx } from './connect.ts'
import type { Actor, TenantId } from '../base/tenant.ts'

export interface AuditRow {
  readonly action: string
  readonly subject?: string
  readonly reason?: string
  readonly fromIp?: string
  readonly details?: Readonly<Record<string, unknown>>
}

const nameOf = (actor: Actor | 'operator'): string => {
  if (actor === 'operator') return actor
  if (actor.kind === 'user') return actor.userId
  return actor.kind === 'anyone' ? 'anyone' : actor.keyId
}

/** Writes who did what into the append-only record, in the transaction of the deed. */
export async function audit(tx: Tx, tenantId: TenantId, actor: Actor | 'operator', row: AuditRow, now: Date): Promise<void> {
  await tx.query(
    'insert into audit (tenant_id, at, actor, action, subject, reason, from_ip, details) values ($1, $2, $3, $4, $5, $6, $7, $8)',
    [
      tenantId,
      now,
      nameOf(actor),
      row.action,
      row.subject ?? null,
      row.reason ?? null,
      row.fromIp ?? null,
      JSON.stringify(row.details ?? {}),
    ],
  )
}
