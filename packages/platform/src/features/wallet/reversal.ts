import { bringBack, noGrants, type GrantsByBucket } from './grant-coins.ts'
import {
  app,
  bucket,
  entry,
  move,
  moveBack,
  owed,
  spendingOrder,
  type AppAccount,
  type Entry,
  type GrantCoins,
  type Move,
  type UserAccount,
} from './ledger-entry.ts'

/** Pure: what takes a transaction back. */

export interface BookedEntry {
  /** `usr_…`; null: an account of the app. */
  readonly userId: string | null
  readonly name: string
  readonly coins: number
}

export interface BookedTransaction {
  readonly id: string
  readonly type: string
  readonly entries: readonly BookedEntry[]
}

/** Coins that went between one account of the user and one of the app. */
interface Part {
  readonly name: UserAccount
  readonly app: AppAccount
  readonly coins: number
}

/** A transaction that can be taken back: all of it went one way between one user and the app. */
export interface Reversible {
  readonly id: string
  readonly userId: string
  /** Given to the user, or taken from them. */
  readonly way: 'given' | 'taken'
  /** In the order in which they are taken back. */
  readonly parts: readonly Part[]
  readonly coins: number
}

/** What has a way back of its own, or whose way back would say that it never happened while its record says it did. */
const unreversible = [
  'call_hold',
  'call_settlement',
  'call_refund',
  'hold',
  'release',
  'expiry',
  'collection',
  'withdrawal_hold',
  'withdrawal_sent',
  'withdrawal_paid',
  'withdrawal_returned',
  'referral',
  'referral_reversal',
]

/** What was given or spent last comes back first; a debt before everything. */
const takingOrder: readonly UserAccount[] = ['owed', ...[...spendingOrder].reverse()]
const appOrder: readonly AppAccount[] = ['issuance', 'revenue', 'losses', 'payouts_in_flight', 'paid_out', 'promotions']

const isOneOf = <Name extends string>(names: readonly Name[], name: string): name is Name => names.some((known) => known === name)

/** Undefined: it cannot be taken back. */
export function reversible({ id, type, entries }: BookedTransaction): Reversible | undefined {
  const ofUsers = entries.filter(({ userId }) => userId !== null)
  const ofApp = entries.filter(({ userId }) => userId === null)
  const userId = ofUsers[0]?.userId ?? null
  const sign = Math.sign(ofUsers[0]?.coins ?? 0)
  if (userId === null || unreversible.includes(type)) return undefined
  if (ofUsers.some((one) => one.userId !== userId || Math.sign(one.coins) !== sign)) return undefined
  if (ofApp.some((one) => Math.sign(one.coins) === sign)) return undefined
  const left = inOrder(ofUsers, takingOrder)
  const right = inOrder(ofApp, appOrder)
  if (left.length < ofUsers.length || right.length < ofApp.length) return undefined
  const parts = pairs(left, right)
  return { id, userId, way: sign > 0 ? 'given' : 'taken', parts, coins: parts.reduce((sum, { coins }) => sum + coins, 0) }
}

interface Named<Name> {
  readonly name: Name
  readonly coins: number
}

function inOrder<Name extends string>(entries: readonly BookedEntry[], order: readonly Name[]): Named<Name>[] {
  const known = entries.flatMap(({ name, coins }) => (isOneOf(order, name) ? [{ name, coins: Math.abs(coins) }] : []))
  return known.sort((a, b) => order.indexOf(a.name) - order.indexOf(b.name))
}

/** Which coins of a user went to, or came from, which account of the app: bonus stands last on one side, promotions on the other. */
function pairs(left: readonly Named<UserAccount>[], right: readonly Named<AppAccount>[]): Part[] {
  const parts: Part[] = []
  const rest = right.map((one) => ({ ...one }))
  for (const { name, coins } of left) {
    let open = coins
    for (const one of rest) {
      const both = Math.min(open, one.coins)
      open -= both
      one.coins -= both
      if (both > 0) parts.push({ name, app: one.name, coins: both })
    }
  }
  return parts
}

export interface ReversalWish {
  readonly key: string
  readonly reason: string
  /** What the user reads; absent: the reason. */
  readonly told?: string | undefined
  readonly by: string
  readonly coins: number
  /** What earlier reversals of the same transaction have taken back. */
  readonly coinsBefore: number
  /** What the user owes now. */
  readonly owedCoins: number
  /** Which grants the reversed transaction took from. */
  readonly drained?: GrantsByBucket
}

/** Goes on where the reversals before stopped. What a bucket no longer has becomes what the user owes: no bucket goes below zero. */
export function reversalOf(original: Reversible, wish: ReversalWish): Entry {
  const { key, reason, told, by, coins, coinsBefore, owedCoins, drained = noGrants } = wish
  const moves: Move[] = []
  const gone = { bonus: 0, purchased: 0, earned: 0, held: 0, owed: 0 }
  let [skipped, rest, debt] = [coinsBefore, coins, owedCoins]
  for (const part of original.parts) {
    const passed = Math.min(skipped, part.coins)
    const now = Math.min(rest, part.coins - passed)
    skipped -= passed
    rest -= now
    if (original.way === 'given') {
      moves.push(...takeBack(original.userId, part, now))
      continue
    }
    const paid = part.name === 'owed' ? Math.min(now, debt) : 0
    debt -= paid
    const from = part.name === 'owed' || part.name === 'held' ? [] : drained[part.name]
    moves.push(...giveBack(original.userId, part, now, paid, bringBack(from, gone[part.name] + passed, now)))
    gone[part.name] += part.coins
  }
  if (rest > 0) throw new Error('more coins than there were')
  const head = {
    key,
    type: 'reversal',
    reference: { type: 'transaction', id: original.id },
    description: told ?? reason,
    metadata: { by, coins, ...(told === undefined ? {} : { reason }) },
    reverses: original.id,
    // Its own coins first: other grants lose only what this one no longer has.
    ...(original.way === 'given' ? { prefer: original.id } : {}),
  }
  return entry(head, [moves])
}

function takeBack(userId: string, { name, app: to }: Part, coins: number): Move[] {
  return name === 'owed' ? move(owed(userId), app(to), coins) : move([bucket(userId, name), owed(userId)], app(to), coins)
}

/** What had become a debt that is paid by now comes back as coins that can be spent, and never be withdrawn. */
function giveBack(userId: string, { name, app: from }: Part, coins: number, debt: number, backTo: GrantCoins): Move[] {
  const to = bucket(userId, name === 'owed' ? 'purchased' : name)
  return [...move(app(from), owed(userId), debt), ...moveBack(app(from), to, coins - debt, backTo)]
}
