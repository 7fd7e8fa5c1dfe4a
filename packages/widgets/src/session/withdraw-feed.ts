import type { Withdrawal, WithdrawalTerms } from '@impacthub/sdk'
import type { ConnectStore, Feed } from './connect-store.ts'

/** What this user can withdraw and has withdrawn, as it is shown. */
export interface WithdrawView {
  readonly terms?: WithdrawalTerms | undefined
  /** The latest ones, newest first. */
  readonly list?: readonly Withdrawal[] | undefined
  /** They could not be read. */
  readonly failed?: boolean | undefined
}

const shown = 5
const change = (store: ConnectStore, news: WithdrawView) => store.set({ withdraw: { ...store.state.withdraw, ...news } })

/** The last question of each session: what was asked before it and is answered after it tells what was. */
const asked = new WeakMap<ConnectStore, object>()

/** Reads what can be withdrawn, and the latest withdrawals. */
export async function readWithdrawals(store: ConnectStore): Promise<void> {
  const { withdrawals } = store.client
  const question = {}
  asked.set(store, question)
  const answer = (news: WithdrawView) => asked.get(store) === question && change(store, news)
  try {
    const [terms, { data }] = await Promise.all([withdrawals.terms({}), withdrawals.list({ limit: shown })])
    answer({ terms, list: data, failed: false })
  } catch {
    answer({ failed: true })
  }
}

/** Takes a withdrawal from an answer or an event; its changes are told in their order. */
export function takeWithdrawal(store: ConnectStore, news: Withdrawal): void {
  const list = store.state.withdraw?.list ?? []
  const known = list.some(({ id }) => id === news.id)
  change(store, { list: known ? list.map((one) => (one.id === news.id ? news : one)) : [news, ...list].slice(0, shown) })
}

/** Keeps them as the platform tells them. */
export const withdrawFeed: Feed = (store) => {
  let timer: ReturnType<typeof setTimeout> | undefined
  let whose = store.state.me
  // One change often comes with others: coins, standing and withdrawal.
  const soon = () => {
    clearTimeout(timer)
    timer = setTimeout(() => void readWithdrawals(store), 200)
  }
  const { realtime } = store.client
  const stops = [
    store.subscribe(() => {
      const { me } = store.state
      if (me === whose) return
      const before = whose
      whose = me
      if (!before) return
      // Nobody is shown what is somebody else's, however long their own answer takes.
      asked.delete(store)
      store.set({ withdraw: undefined })
      soon()
    }),
    realtime.on('session.snapshot', soon),
    realtime.on('wallet.updated', soon),
    realtime.on('kyc.updated', soon),
    realtime.on('withdrawal.updated', (news) => {
      takeWithdrawal(store, news)
      soon()
    }),
  ]
  void readWithdrawals(store)
  return () => {
    clearTimeout(timer)
    stops.forEach((stop) => stop())
  }
}
