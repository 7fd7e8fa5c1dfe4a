import type { WalletBalances, WalletTransaction } from '@impacthub/sdk'
import type { ConnectStore, Feed } from './connect-store.ts'
import { joinPages } from './join-pages.ts'

/** The wallet as it is shown: what the platform told last, and how the last question to it went. */
export interface WalletView {
  readonly balances?: WalletBalances | undefined
  /** Newest first; undefined until the first answer. */
  readonly transactions?: readonly WalletTransaction[] | undefined
  /** Where the next page begins; null when there is none. */
  readonly nextCursor: string | null
  readonly busy?: 'refresh' | 'more' | undefined
  readonly failed?: 'refresh' | 'more' | undefined
}

const pageSize = 10
const empty: WalletView = { nextCursor: null }
const rounds = new WeakMap<ConnectStore, number>()

const change = (store: ConnectStore, news: Partial<WalletView>) => store.set({ wallet: { ...(store.state.wallet ?? empty), ...news } })

/** Asks for balances and the latest transactions anew. The last question wins. */
export async function refreshWallet(store: ConnectStore): Promise<void> {
  const round = (rounds.get(store) ?? 0) + 1
  rounds.set(store, round)
  change(store, { busy: 'refresh', failed: undefined })
  try {
    const { wallet } = store.client
    const [{ userId, balance, buckets, withdrawable }, page] = await Promise.all([
      wallet.get(),
      wallet.listTransactions({ limit: pageSize }),
    ])
    if (rounds.get(store) !== round) return
    const known = store.state.wallet
    const joined = joinPages(page.data, known?.transactions ?? [])
    change(store, {
      balances: { userId, balance, buckets, withdrawable },
      transactions: joined ?? page.data,
      nextCursor: (joined ? known : page)?.nextCursor ?? null,
      busy: undefined,
    })
  } catch {
    if (rounds.get(store) === round) change(store, { busy: undefined, failed: 'refresh' })
  }
}

/** Asks for the next page of transactions. */
export async function moreTransactions(store: ConnectStore): Promise<void> {
  const { nextCursor: cursor, busy } = store.state.wallet ?? empty
  if (!cursor || busy) return
  change(store, { busy: 'more', failed: undefined })
  try {
    const { data, nextCursor } = await store.client.wallet.listTransactions({ limit: pageSize, cursor })
    const view = store.state.wallet ?? empty
    if (view.nextCursor !== cursor) return change(store, view.busy === 'more' ? { busy: undefined } : {})
    const seen = new Set(view.transactions?.map(({ id }) => id))
    change(store, {
      transactions: [...(view.transactions ?? []), ...data.filter(({ id }) => !seen.has(id))],
      nextCursor,
      ...(view.busy === 'more' && { busy: undefined }),
    })
  } catch {
    if (store.state.wallet?.busy === 'more') change(store, { busy: undefined, failed: 'more' })
  }
}

/** Keeps the wallet: read at once, balances as they are told live, rows asked for again after each change. */
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
