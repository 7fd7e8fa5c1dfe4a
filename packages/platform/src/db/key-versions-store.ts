import type { Sql } from './connect.ts'

/** Where keys are kept that a master key wraps. A table that gets one is named here. */
const places = [
  ['kyc_document_pages', 'sealed_key_version'],
  ['kyc_upload_pieces', 'sealed_key_version'],
  ['kyc_secrets', 'key_version'],
  ['payees', 'key_version'],
  ['payees', 'name_key_version'],
] as const

/** Which versions of the master key are still needed, and by how many keys; of all apps. */
export async function keyVersions(sql: Sql): Promise<ReadonlyMap<number, number>> {
  const each = places.map(([table, column]) => `select ${column} as version from ${table} where ${column} is not null`)
  const rows = await sql.query<{ version: number; count: number }>(
    `select version, count(*)::integer as count from (${each.join(' union all ')}) keys group by version order by version`,
  )
  return new Map(rows.map(({ version, count }) => [version, count]))
}
