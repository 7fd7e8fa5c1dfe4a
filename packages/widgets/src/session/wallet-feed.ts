import type { Wallet, WalletBalances, WalletHold, WalletReceipt, WalletTransaction } from '@impacthub/sdk'
import type { ConnectStore, Feed } from './connect-store.ts'
import { joinPages } from './join-pages.ts'
import { isShown, walletFilters, type WalletFilter } from './wallet-filters.ts'

/** Transactions of one filter, newest first, and where the next page begins; null when there is none. */
export interface WalletList {
  readonly transactions: readonly WalletTransaction[]
  readonly nextCursor: string | null
}

/** An answer with whether any part of it is an old one that a service worker has kept. */
type Read<What> = What & { readonly old: boolean }

/** The wallet as it is shown: what the platform told last, and how the last question to it went. */
export interface WalletView {
  readonly balances?: WalletBalances | undefined
  /** What a wallet tells besides its balances. */
  readonly more?: Pick<Wallet, 'expiring' | 'owedCoins'> | undefined
  readonly holds?: readonly WalletHold[] | undefined
  readonly filter: WalletFilter
  /** What is known of each filter. */
  readonly lists: ReadonlyMap<WalletFilter, WalletList>
  /** The one that is open. */
  readonly receipt?: { readonly id: string; readonly known?: WalletReceipt | undefined; readonly failed?: boolean } | undefined
  readonly busy?: 'refresh' | 'more' | undefined
  readonly failed?: 'refresh' | 'more' | undefined
}

const pageSize = 20
/** As many lines as a page is to bring; a narrow filter of a long history may need to be asked again to find them. */
const enough = 10
const mostPages = 5

const empty: WalletView = { filter: 'all', lists: new Map() }
const rounds = new WeakMap<ConnectStore, number>()

const viewOf = (store: ConnectStore): WalletView => store.state.wallet ?? empty
const change = (store: ConnectStore, news: Partial<WalletView>) => store.set({ wallet: { ...viewOf(store), ...news } })
const keep = (store: ConnectStore, filter: WalletFilter, list: WalletList) => new Map(viewOf(store).lists).set(filter, list)

/** Reads on from a cursor until there is enough to show, or nothing more. */
async function readLines({ client }: ConnectStore, filter: WalletFilter, from: string | null): Promise<Read<WalletList>> {
  const transactions: WalletTransaction[] = []
  let nextCursor = from
  let old = false
  for (let page = 0; page === 0 || (page < mostPages && nextCursor && transactions.length < enough); page++) {
    const read = await client.wallet.listTransactions({
      limit: pageSize,
      ...walletFilters[filter],
      ...(nextCursor === null ? {} : { cursor: nextCursor }),
    })
    transactions.push(...read.data.filter((one) => isShown(one, filter)))
    nextCursor = read.nextCursor
    old ||= 'keptAt' in read
  }
  return { transactions, nextCursor, old }
}

type Coins = Required<Pick<WalletView, 'balances' | 'more' | 'holds'>>

async function readCoins({ client }: ConnectStore): Promise<Read<Coins>> {
  const wallet = await client.wallet.get()
  const { userId, balance, buckets, withdrawable, expiring, owedCoins } = wallet
  const held = buckets.held > 0 ? await client.wallet.listHolds() : undefined
  const old = 'keptAt' in wallet || (!!held && 'keptAt' in held)
  return { balances: { userId, balance, buckets, withdrawable }, more: { expiring, owedCoins }, holds: held?.data ?? [], old }
}

/**
 * Asks for balances, what is held and the latest transactions anew. The last question wins. What a service worker has kept is shown where
 * nothing else is known, as what could not be refreshed; it never takes the place of what the platform has told.
 */
export async function refreshWallet(store: ConnectStore): Promise<void> {
  const round = (rounds.get(store) ?? 0) + 1
  rounds.set(store, round)
  const { filter } = viewOf(store)
  change(store, { busy: 'refresh', failed: undefined })
  try {
    const [{ old: oldCoins, ...coins }, { old: oldLines, ...fresh }] = await Promise.all([readCoins(store), readLines(store, filter, null)])
    if (rounds.get(store) !== round) return
    const old = oldCoins || oldLines
    const view = viewOf(store)
    const known = view.lists.get(filter)
    if (old && known) throw new Error('nothing newer')
    const joined = joinPages(fresh.transactions, known?.transactions ?? [])
    const list = joined && known ? { transactions: joined, nextCursor: known.nextCursor } : fresh
    const told = old && view.balances ? {} : coins
    change(store, { ...told, lists: keep(store, filter, list), busy: undefined, failed: old ? 'refresh' : undefined })
    const { receipt } = viewOf(store)
    if (receipt?.known) void readReceipt(store, receipt.id)
  } catch {
    if (rounds.get(store) === round) change(store, { busy: undefined, failed: 'refresh' })
  }
}

/** Asks for the next page of transactions. */
export async function moreTransactions(store: ConnectStore): Promise<void> {
  const { filter, lists, busy } = viewOf(store)
  const cursor = lists.get(filter)?.nextCursor
  if (!cursor || busy) return
  change(store, { busy: 'more', failed: undefined })
  try {
    const { transactions, nextCursor } = await readLines(store, filter, cursor)
    const known = viewOf(store).lists.get(filter)
    const idle = viewOf(store).busy === 'more' ? { busy: undefined } : {}
    if (known?.nextCursor !== cursor) return change(store, idle)
    const seen = new Set(known.transactions.map(({ id }) => id))
    const joined = [...known.transactions, ...transactions.filter(({ id }) => !seen.has(id))]
    change(store, { lists: keep(store, filter, { transactions: joined, nextCursor }), ...idle })
  } catch {
    if (viewOf(store).busy === 'more') change(store, { busy: undefined, failed: 'more' })
  }
}

/** Shows other transactions: those known of them at once, and then what the platform says. */
export async function filterWallet(store: ConnectStore, { filter }: { readonly filter: WalletFilter }): Promise<void> {
  if (viewOf(store).filter === filter) return
  change(store, { filter, receipt: undefined })
  await refreshWallet(store)
}

async function readReceipt(store: ConnectStore, transactionId: string): Promise<void> {
  const isOpen = () => viewOf(store).receipt?.id === transactionId
  try {
    const known = await store.client.wallet.getTransaction({ transactionId })
    if (isOpen()) change(store, { receipt: { id: transactionId, known } })
  } catch {
    // What was read before stays.
    if (isOpen() && !viewOf(store).receipt?.known) change(store, { receipt: { id: transactionId, failed: true } })
  }
}

/** Opens the receipt of a transaction in place of the one that was open; without one, none is. */
export async function openReceipt(store: ConnectStore, { transactionId }: { readonly transactionId?: string | undefined }): Promise<void> {
  if (transactionId === undefined) return change(store, { receipt: undefined })
  change(store, { receipt: { id: transactionId } })
  await readReceipt(store, transactionId)
}

/** Keeps the wallet: read at once, balances as they are told live, the rest asked for again after each change. */
export const walletFeed: Feed = (store) => {
  const { realtime } = store.client
  const stops = [
    realtime.on('wallet.updated', (balances) => {
      change(store, { balances })
      void refreshWallet(store)
    }),
    realtime.on('session.snapshot', ({ wallet }) => {
      if (wallet) change(store, { balances: wallet })
      void refreshWallet(store)
    }),
  ]
  void refreshWallet(store)
  return () => stops.forEach((stop) => stop())
}

export const walletActs = {
  'ihc-wallet-filter-request': filterWallet,
  'ihc-wallet-receipt-request': openReceipt,
}
