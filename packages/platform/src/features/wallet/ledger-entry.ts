/** Pure: what moves from which account to which. Nothing here knows a database. */

export type Spendable = 'bonus' | 'purchased' | 'earned'
export type Bucket = Spendable | 'held'
/** `owed` is no bucket: at most zero, it tells what the app is still to get from the user. */
export type UserAccount = Bucket | 'owed'
export type AppAccount = 'issuance' | 'promotions' | 'revenue' | 'losses' | 'payouts_in_flight' | 'paid_out'

export type Account =
  | { readonly userId: string; readonly name: UserAccount }
  /** An account of the app itself: it has no floor. */
  | { readonly userId: null; readonly name: AppAccount }

export interface Move {
  /** Drained in this order; a user's bucket gives what it has, `owed` whatever is missing, and all of them together the whole amount. At most three. */
  readonly from: readonly Account[]
  readonly to: Account
  readonly coins: number
  /** Coins that go back to the grants of `to` they once came from. The rest is a new grant. */
  readonly backTo?: GrantCoins
}

/** Coins by the transaction that once gave them: with the account, a grant's name. */
export type GrantCoins = Readonly<Record<string, number>>

export interface EntryHead {
  /** Says once what happened, e.g. `call-settled:call_…`: a second posting under it answers the first one. */
  readonly key: string
  readonly type: string
  readonly reference?: { readonly type: string; readonly id: string }
  readonly description: string
  readonly metadata?: Readonly<Record<string, string | number | boolean | null>>
  /** The transaction that this one takes back, in whole or in part. */
  readonly reverses?: string
  /** Of new bonus coins: from then on nobody can spend them. */
  readonly expiresAt?: Date
  /** The grant that is drained first, in each account that has it, expired or not. */
  readonly prefer?: string
  /** Only from grants that have expired, or that were taken back. */
  readonly from?: 'expired' | 'revoked'
}

export interface Entry extends EntryHead {
  readonly moves: readonly Move[]
  /** The first move takes as many whole units of this size as its sources have, up to its coins, and at least one. */
  readonly unitCoins?: number
}

export const bucket = (userId: string, name: Bucket): Account => ({ userId, name })
export const owed = (userId: string): Account => ({ userId, name: 'owed' })
export const app = (name: AppAccount): Account => ({ userId: null, name })

/** All that a user can spend, in the order in which it is spent: only earned coins can be withdrawn, so they go last. */
export const spendable = (userId: string): readonly Account[] => spendingOrder.map((name) => bucket(userId, name))
export const spendingOrder = ['bonus', 'purchased', 'earned'] as const satisfies readonly Spendable[]

const addressOf = ({ userId, name }: Account): string => `${userId ?? ''}/${name}`
export const sameAccount = (a: Account, b: Account): boolean => addressOf(a) === addressOf(b)

/** No coins: no move. Thus a settlement can list all that may have to move. */
export function move(from: Account | readonly Account[], to: Account, coins: number): Move[] {
  if (!Number.isSafeInteger(coins) || coins < 0) throw new Error(`not a number of coins: ${coins}`)
  const sources = 'name' in from ? [from] : from
  if (sources.length < 1 || sources.length > 3) throw new Error('a move has one to three sources')
  if (sources.some((source) => sameAccount(source, to))) throw new Error('a move needs two accounts')
  return coins === 0 ? [] : [{ from: sources, to, coins }]
}

/** The same, to the very grants that the coins came from. */
export const moveBack = (from: Account | readonly Account[], to: Account, coins: number, backTo: GrantCoins): Move[] =>
  move(from, to, coins).map((one) => ({ ...one, backTo }))

/** Every move has two sides, so what it makes sums to zero whatever the amounts are. */
export function entry(head: EntryHead, moves: readonly (readonly Move[])[], unitCoins?: number): Entry {
  const flat = moves.flat()
  if (flat.length === 0) throw new Error(`nothing moves in ${head.key}`)
  if (unitCoins === undefined) return { ...head, moves: flat }
  if (!Number.isSafeInteger(unitCoins) || unitCoins < 1) throw new Error(`not a unit of coins: ${unitCoins}`)
  return { ...head, moves: flat, unitCoins }
}

/** The accounts of an entry, each once, in the one order in which all postings lock: users' first, then the app's. */
export function accountsOf({ moves }: Entry): Account[] {
  const all = new Map<string, Account>()
  for (const { from, to } of moves) for (const account of [...from, to]) all.set(addressOf(account), account)
  // Plain code-unit order, as in the database's "C" collation: ids and names are ASCII.
  const before = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0)
  return [...all.values()].sort((a, b) => {
    if ((a.userId === null) !== (b.userId === null)) return a.userId === null ? 1 : -1
    return before(a.userId ?? '', b.userId ?? '') || before(a.name, b.name)
  })
}
