import { after, type Clock } from '../../base/clock.ts'
import { firstIdAt } from '../../base/ids.ts'
import type { Logger } from '../../base/logger.ts'
import type { Db, Tx } from '../../db/connect.ts'
import {
  addUp,
  insertSeal,
  listOpenLedgers,
  newestSeal,
  readAccounts,
  readByIndex,
  readTransactions,
  setMark,
  takeTurn,
  type OpenLedger,
} from './seal-store.ts'
import { hashOf, noHash, type Seal } from './seal-text.ts'

export interface SealDeps {
  readonly db: Db
  readonly clock: Pick<Clock, 'now'>
  readonly logger: Pick<Logger, 'warn'>
}

/**
 * So much older than the mark a transaction's id must be. An id is made before its posting begins, by the clock of some process: what lies
 * between (clocks apart, a wait for a connection, a process that was stopped for a while) must be shorter than this.
 */
export const sealLagMs = 300_000
/** Above this somebody has kept a transaction open, or sealing has stopped. */
const stalledMs = 900_000
const batch = 1_000

/**
 * Seals what is old enough, of every ledger, in batches of their own transactions. Postings are never waited for and never held up: it only
 * reads their rows. A process that dies in between leaves whole batches behind, and the next round goes on after the newest seal; any number
 * of processes may run it at once, since each batch is made under the lock of the ledger's mark.
 */
export async function sealLedgers(deps: SealDeps): Promise<void> {
  for (const ledger of await listOpenLedgers(deps.db)) {
    while ((await sealBatch(deps, ledger)) === 'more');
  }
}

/**
 * The mark is a moment of an earlier round. When all that PostgreSQL was doing then is over, no transaction with an older id is still on its
 * way, for each had begun by then: what is seen now below it is all there will ever be. One that is held open holds sealing up, no more.
 */
async function sealBatch({ db, clock, logger }: SealDeps, ledger: OpenLedger): Promise<'more' | 'done'> {
  return db.transact(ledger.id, async (tx) => {
    const now = clock.now()
    const mark = await takeTurn(tx, ledger.id)
    if (mark === undefined) return 'done'
    if (mark.markedAt === null) {
      await setMark(tx, ledger.id, now)
      return 'done'
    }
    if (!mark.isPast) {
      if (now.getTime() - mark.markedAt.getTime() > stalledMs)
        logger.warn('a ledger cannot be sealed: a transaction of the database has been open for long', {
          app: ledger.appId,
          mode: ledger.mode,
          code: 'ledger_sealing_stalled',
        })
      return 'done'
    }
    // Where clocks were set back, the older moment is the safe one.
    const moment = mark.markedAt < now ? mark.markedAt : now
    const isFull = await sealNext(tx, ledger, { before: firstIdAt('txn', after(moment, -sealLagMs)), upToAccount: mark.accountId }, now)
    if (isFull) return 'more'
    await setMark(tx, ledger.id, now)
    return 'done'
  })
}

interface Reach {
  /** An id as no transaction has it: all below it are final. */
  readonly before: string
  readonly upToAccount: string
}

/** Whether the batch was full: there may be more. */
async function sealNext(tx: Tx, ledger: OpenLedger, { before, upToAccount }: Reach, now: Date): Promise<boolean> {
  await readByIndex(tx)
  const newest = await newestSeal(tx, ledger.id)
  const afterId = newest?.upTo ?? ''
  const afterAccount = newest?.upToAccount ?? '0'
  const accounts = await readAccounts(tx, ledger.id, { after: afterAccount, upTo: upToAccount, limit: batch })
  const transactions = await readTransactions(tx, ledger.id, { after: afterId, upTo: before, limit: batch })
  if (accounts.length === 0 && transactions.length === 0) return false
  const body = {
    appId: ledger.appId,
    mode: ledger.mode,
    number: (newest?.number ?? 0) + 1,
    previousHash: newest?.hash ?? noHash,
    kind: 'range' as const,
    sealedAt: now,
    upTo: transactions.at(-1)?.id ?? afterId,
    upToAccount: accounts.at(-1)?.id ?? afterAccount,
    accounts,
    transactions,
    ...(await addUp(
      tx,
      ledger.id,
      transactions.map(({ id }) => id),
    )),
  }
  const seal: Seal = { ...body, hash: hashOf(body) }
  await insertSeal(tx, ledger.id, seal)
  return accounts.length === batch || transactions.length === batch
}
