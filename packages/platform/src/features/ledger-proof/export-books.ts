import { createHash } from 'node:crypto'
import { firstIdAt } from '../../base/ids.ts'
import { fail } from '../../base/problem.ts'
import { audit } from '../../db/audit.ts'
import type { FreezeDeps } from '../wallet/index.ts'
import { formats, type ExportFormat } from './export-formats.ts'
import { holdMoment, readTotalsOf } from './export-store.ts'
import { orderedBooks, signed, type OperatorOrder } from './release-books.ts'

export interface ExportOrder extends OperatorOrder {
  readonly format: ExportFormat
  /** Transactions made from this time on, and before that one. */
  readonly from: Date | null
  readonly to: Date | null
}

/**
 * Writes a ledger out as it stands at one moment, a page at a time: the next page is read when `write` has taken the last, so that memory
 * does not grow with the ledger. Only a whole export has an end line. The audit row is there before the first byte.
 */
export async function exportBooks(deps: FreezeDeps, order: ExportOrder, write: (text: string) => Promise<void>): Promise<void> {
  const { by, reason } = signed(order)
  const { format: name, from, to } = order
  if (from !== null && to !== null && from >= to)
    fail('invalid_request', { detail: 'The export would end before it begins (--from, --to).' })
  const tenant = await orderedBooks(deps, order)
  const at = deps.clock.now()
  const details = { operator: by, format: name, from, to }
  await deps.db.transact(tenant.id, (tx) => audit(tx, tenant.id, 'operator', { action: 'ledger.exported', reason, details }, at))
  const format = formats[name]
  const range = { from: from === null ? '' : firstIdAt('txn', from), before: to === null ? '~' : firstIdAt('txn', to) }
  const hash = createHash('sha256')
  const put = (text: string): Promise<void> => {
    hash.update(text)
    return write(text)
  }
  await deps.db.transact(tenant.id, async (tx) => {
    await holdMoment(tx)
    await put(format.head({ appId: tenant.appId, mode: tenant.mode, from, to, at }))
    for await (const text of format.body(tx, tenant.id, range)) await put(text)
    await write(format.end(await readTotalsOf(tx, tenant.id, range), hash.digest('hex')))
  })
}
