import { fail } from '../../base/problem.ts'
import { audit } from '../../db/audit.ts'
import type { FreezeDeps } from '../wallet/index.ts'
import { checkSeals, rules } from './check-seals.ts'
import { orderedBooks, signed, type OperatorOrder } from './release-books.ts'
import { addUp, insertSeal, newestSeal, readSomeTransactions, takeTurn } from './seal-store.ts'
import { hashOf, noHash } from './seal-text.ts'

/**
 * Seals transactions that lie in the sealed past and in no seal, as an operator vouches for them. It is for clocks: where PostgreSQL's time
 * was set back by more than the seals' lag, honest postings got ids of the past. Refused while anything else is wrong with the chain. The
 * seal and the audit row commit together; killed before, nothing happened, and after it the rows are found sealed.
 */
export async function acceptLate(deps: FreezeDeps, order: OperatorOrder): Promise<readonly string[]> {
  const { by, reason } = signed(order)
  const tenant = await orderedBooks(deps, order)
  const { faults } = await checkSeals(deps.db, tenant)
  if (faults.some(({ rule }) => rule !== rules.added))
    fail('conflict', { detail: 'More is wrong than late transactions: see verify-ledger.' })
  const ids = faults.map(({ subject }) => subject.replace(/^transaction /, ''))
  if (ids.length === 0) fail('conflict', { detail: 'No transaction is late.' })
  return deps.db.transact(tenant.id, async (tx) => {
    if ((await takeTurn(tx, tenant.id)) === undefined) fail('conflict', { detail: 'The ledger is being sealed: try again.' })
    const newest = await newestSeal(tx, tenant.id)
    const transactions = await readSomeTransactions(tx, tenant.id, ids)
    const body = {
      appId: tenant.appId,
      mode: tenant.mode,
      number: (newest?.number ?? 0) + 1,
      previousHash: newest?.hash ?? noHash,
      kind: 'late' as const,
      sealedAt: deps.clock.now(),
      upTo: newest?.upTo ?? '',
      upToAccount: newest?.upToAccount ?? '0',
      accounts: [],
      transactions,
      ...(await addUp(tx, tenant.id, ids)),
    }
    await insertSeal(tx, tenant.id, { ...body, hash: hashOf(body) })
    const details = { operator: by, transactions: ids.slice(0, 100), count: ids.length }
    await audit(
      tx,
      tenant.id,
      'operator',
      { action: 'ledger.late_accepted', subject: `seal ${body.number}`, reason, details },
      deps.clock.now(),
    )
    return ids
  })
}
