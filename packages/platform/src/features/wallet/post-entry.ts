import { createHash } from 'node:crypto'
import { nextTransactionId } from './transaction-id.ts'
import { fail } from '../../base/problem.ts'
import type { TenantId } from '../../base/tenant.ts'
import type { Tx } from '../../db/connect.ts'
import { accountsOf, sameAccount, type Account, type Entry, type GrantCoins } from './ledger-entry.ts'
import { throughTheDoor } from './door-store.ts'

export interface Posting {
  readonly transactionId: string
  /** The key was known with this very content: nothing moved now. */
  readonly replayed: boolean
}

/**
 * The one door to the ledger in this process: it claims the key, locks, checks and writes in one statement of the caller's transaction.
 * If the process dies before that transaction commits nothing has happened; afterwards the key makes a repetition harmless.
 */
export async function post(tx: Tx, tenantId: TenantId, entry: Entry, now: Date, id = nextTransactionId(now)): Promise<Posting> {
  const accounts = accountsOf(entry)
  const placeOf = (account: Account | undefined): number =>
    account === undefined ? 0 : accounts.findIndex((other) => sameAccount(other, account)) + 1
  const { outcome, transactionId, missing } = await throughTheDoor(tx, tenantId, {
    id,
    entry,
    fingerprint: fingerprintOf(entry),
    users: accounts.map(({ userId }) => userId),
    names: accounts.map(({ name }) => name),
    sources: entry.moves.flatMap(({ from }) => [placeOf(from[0]), placeOf(from[1]), placeOf(from[2])]),
    targets: entry.moves.map(({ to }) => placeOf(to)),
    returns: returnsOf(entry, placeOf),
    now,
  })
  if (outcome === 'insufficient') return fail('insufficient_balance', { detail: `The wallet is ${missing} coins short of this.` })
  if (outcome === 'full') return fail('conflict', { detail: 'A wallet holds at most 9007199254740991 coins.' })
  if (outcome === 'frozen') return fail('ledger_frozen', { retryAfterSeconds: 60 })
  if (outcome === 'reused') return fail('idempotency_key_reused')
  return { transactionId, replayed: outcome === 'replay' }
}

/** By the place of the account: how many coins go back to which of its grants. */
function returnsOf({ moves }: Entry, placeOf: (account: Account) => number): Readonly<Record<string, GrantCoins>> | null {
  const all: Record<string, Record<string, number>> = {}
  for (const { to, backTo = {} } of moves)
    for (const [grant, coins] of Object.entries(backTo)) {
      const ofAccount = (all[placeOf(to)] ??= {})
      ofAccount[grant] = (ofAccount[grant] ?? 0) + coins
    }
  return Object.keys(all).length === 0 ? null : all
}

/** What was asked for under the key: accounts and coins. Words that only describe it may differ. */
function fingerprintOf({ type, reference, moves, unitCoins, expiresAt }: Entry): Buffer {
  const content = [
    type,
    reference?.type ?? null,
    reference?.id ?? null,
    unitCoins ?? null,
    moves.map(({ from, to, coins }) => [from.map(({ userId, name }) => [userId, name]), [to.userId, to.name], coins]),
    ...(expiresAt === undefined ? [] : [expiresAt]),
  ]
  return createHash('sha256').update(JSON.stringify(content)).digest()
}
