import { everyTenant } from '../../base/tenant.ts'
import type { Db } from '../../db/connect.ts'
import { parkedCalls, type ParkedCall } from './call-store.ts'

const mostListed = 500
const heads = ['call', 'app', 'mode', 'created', 'held coins', 'why']

/** The parked calls as a table to read, oldest first. */
export async function parkedTable(db: Db): Promise<string> {
  const { calls, total } = await db.transact(everyTenant, (tx) => parkedCalls(tx, mostListed))
  if (total === 0) return 'No call is parked.'
  const more = total > calls.length ? [`and ${total - calls.length} later ones`] : []
  return [...inColumns([heads, ...calls.map(cellsOf)]), ...more].join('\n')
}

const cellsOf = ({ id, appId, mode, createdAt, heldCoins, why }: ParkedCall): string[] => [
  id,
  appId,
  mode,
  createdAt.toISOString(),
  String(heldCoins),
  why ?? 'unreadable',
]

function inColumns(rows: readonly (readonly string[])[]): string[] {
  const widths = heads.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  )
}
