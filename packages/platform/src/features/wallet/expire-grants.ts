import type { Clock } from '../../base/clock.ts'
import type { Logger } from '../../base/logger.ts'
import { Problem } from '../../base/problem.ts'
import type { Db, Tx } from '../../db/connect.ts'
import type { TenantId } from '../../base/tenant.ts'
import { endedGrants, listEnded, type EndedAccount } from './grants-store.ts'
import { app, bucket, entry, move, owed, type Entry } from './ledger-entry.ts'
import { post } from './post-entry.ts'
import { recordMove } from './record-move.ts'
import { takeTurn } from './reversal-store.ts'
import { nextTransactionId } from './transaction-id.ts'

export interface ExpiryDeps {
  readonly db: Db
  readonly clock: Clock
  readonly logger: Logger
  /** Tells the user's open sockets that the wallet holds less now; may be lost. */
  readonly changed: (tenantId: TenantId, userId: string) => Promise<void>
}

const batch = 200

/**
 * Takes away what has expired: bonus coins go back to the app's promotions, and what came back to a grant that was taken back pays its
 * owner's debt. Until then nobody could spend it either. Each account is a transaction of its own, which finds under its lock what there is
 * to take: a process that dies, or another one that sweeps at the same time, takes nothing twice and leaves nothing behind.
 */
export async function expireGrants({ db, clock, logger, changed }: ExpiryDeps): Promise<void> {
  let last: EndedAccount | undefined
  do {
    const due = await listEnded(db, clock.now(), { limit: batch, after: last })
    for (const account of due) {
      const { tenantId, userId } = account
      try {
        const moved = await db.transact(tenantId, (tx) => sweep(tx, account, clock.now()))
        if (moved) await changed(tenantId, userId).catch(() => undefined)
      } catch (error) {
        // A frozen ledger keeps its coins until it is released; whatever else is wrong with one account is not the others'.
        if (!(error instanceof Problem) || error.code !== 'ledger_frozen') logger.error('coins could not be taken away', { userId, error })
      }
    }
    last = due.length < batch ? undefined : due.at(-1)
  } while (last !== undefined)
}

async function sweep(tx: Tx, { tenantId, accountId, userId }: EndedAccount, now: Date): Promise<boolean> {
  // What is owed is read and paid here.
  await takeTurn(tx, tenantId, userId)
  const ended = await endedGrants(tx, tenantId, accountId, now)
  if (ended === undefined) return false
  const { name, expired, revoked, owes } = ended
  const from = bucket(userId, name)
  const entries: ((key: string) => Entry)[] = []
  if (expired > 0) {
    const head = { type: 'expiry', description: 'Expired', from: 'expired' } as const
    entries.push((key) => entry({ ...head, key }, [move(from, app('promotions'), expired)]))
  }
  const paid = Math.min(revoked, owes)
  if (paid > 0) {
    const head = { type: 'collection', description: 'Paid back', from: 'revoked' } as const
    entries.push((key) => entry({ ...head, key }, [move(from, owed(userId), paid)]))
  }
  for (const make of entries) {
    const id = nextTransactionId(now)
    const swept = make(`swept:${id}`)
    await post(tx, tenantId, swept, now, id)
    const type = swept.type === 'expiry' ? 'wallet.expired' : 'wallet.collected'
    await recordMove(tx, tenantId, { type, userId, transactionId: id }, now)
  }
  return entries.length > 0
}
