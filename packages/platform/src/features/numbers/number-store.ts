import type { TenantId, TenantRef } from '../../base/tenant.ts'
import type { Tx } from '../../db/connect.ts'

/** A virtual number of an app: what the phones of both sides show. */
export interface VirtualNumber {
  readonly id: string
  readonly provider: 'twilio'
  readonly phoneNumber: string
  readonly createdAt: Date
}

interface Row {
  readonly id: string
  readonly provider: 'twilio'
  readonly phone_number: string
  readonly created_at: Date
}

const toNumber = (row: Row): VirtualNumber => ({
  id: row.id,
  provider: row.provider,
  phoneNumber: row.phone_number,
  createdAt: row.created_at,
})

const columns = 'id, provider, phone_number, created_at'

export async function findNumber(tx: Tx, tenantId: TenantId, phoneNumber: string): Promise<VirtualNumber | undefined> {
  const [row] = await tx.query<Row>(`select ${columns} from numbers where tenant_id = $1 and phone_number = $2`, [tenantId, phoneNumber])
  return row && toNumber(row)
}

/** Newest first. */
export async function listNumbers(
  tx: Tx,
  tenantId: TenantId,
  page: { readonly limit: number; readonly before: string | undefined },
): Promise<VirtualNumber[]> {
  const rows = await tx.query<Row>(
    `select ${columns} from numbers where tenant_id = $1 and ($2::text is null or id < $2) order by id desc limit $3`,
    [tenantId, page.before ?? null, page.limit],
  )
  return rows.map(toNumber)
}

/** False when an app has the number already: this one, or another, whose rows are not seen here. */
export async function insertNumber(tx: Tx, { id: tenantId, mode }: TenantRef, number: VirtualNumber): Promise<boolean> {
  const rows = await tx.query(
    `insert into numbers (id, tenant_id, provider, mode, phone_number, created_at) values ($1, $2, $3, $4, $5, $6)
     on conflict (provider, mode, phone_number) do nothing returning 1`,
    [number.id, tenantId, number.provider, mode, number.phoneNumber, number.createdAt],
  )
  return rows.length === 1
}
