import type { Tx } from './connect.ts'
import { hideAadhaar } from '../base/hide-aadhaar.ts'
import type { Actor, TenantId } from '../base/tenant.ts'

export interface AuditRow {
  readonly action: string
  readonly subject?: string
  readonly reason?: string
  readonly fromIp?: string
  readonly details?: Readonly<Record<string, unknown>>
}

/** Who acts when no request does: a person at the command line, or the platform by its own rules. */
export type InnerActor = 'operator' | 'platform'

const nameOf = (actor: Actor | InnerActor): string => {
  if (actor === 'operator' || actor === 'platform') return actor
  if (actor.kind === 'user') return actor.userId
  return actor.kind === 'anyone' ? 'anyone' : actor.keyId
}

/** Writes who did what into the append-only record, in the transaction of the deed. */
export async function audit(tx: Tx, tenantId: TenantId, actor: Actor | InnerActor, row: AuditRow, now: Date): Promise<void> {
  await tx.query(
    'insert into audit (tenant_id, at, actor, action, subject, reason, from_ip, details) values ($1, $2, $3, $4, $5, $6, $7, $8)',
    [
      tenantId,
      now,
      nameOf(actor),
      row.action,
      row.subject ?? null,
      // Why somebody looked at an identity is what they typed.
      row.reason === undefined ? null : row.action.startsWith('kyc.') ? hideAadhaar(row.reason) : row.reason,
      row.fromIp ?? null,
      JSON.stringify(row.details ?? {}),
    ],
  )
}
