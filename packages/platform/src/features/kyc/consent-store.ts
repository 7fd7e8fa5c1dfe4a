import type { TenantId } from '../../base/tenant.ts'
import type { Tx } from '../../db/connect.ts'

export interface Consent {
  readonly id: string
  readonly kind: 'given' | 'withdrawn'
  readonly version: string
  readonly language: string
  readonly text: string
  readonly fromIp: string | null
  readonly at: Date
}

export async function insertConsent(tx: Tx, tenantId: TenantId, userId: string, consent: Consent): Promise<void> {
  const { id, kind, version, language, text, fromIp, at } = consent
  await tx.query(
    `insert into kyc_consents (id, tenant_id, user_id, kind, version, language, text, from_ip, at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
    [id, tenantId, userId, kind, version, language, text, fromIp, at],
  )
}

interface Row {
  readonly id: string
  readonly kind: Consent['kind']
  readonly version: string
  readonly language: string
  readonly text: string
  readonly from_ip: string | null
  readonly at: Date
}

const read = ({ from_ip: fromIp, ...row }: Row): Consent => ({ ...row, fromIp })
const columns = 'id, kind, version, language, text, from_ip, at'

/** What the user said last. */
export async function latestConsent(tx: Tx, tenantId: TenantId, userId: string): Promise<Consent | undefined> {
  const [row] = await tx.query<Row>(`select ${columns} from kyc_consents where tenant_id = $1 and user_id = $2 order by id desc limit 1`, [
    tenantId,
    userId,
  ])
  return row && read(row)
}

export async function findConsent(tx: Tx, tenantId: TenantId, id: string): Promise<Consent | undefined> {
  const [row] = await tx.query<Row>(`select ${columns} from kyc_consents where tenant_id = $1 and id = $2`, [tenantId, id])
  return row && read(row)
}
