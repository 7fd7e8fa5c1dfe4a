import type { Topup, TopupNews } from '@impacthub/sdk'
import type { ConnectStore } from './connect-store.ts'
import { forget } from './topup-memory.ts'
import { isBusy, type TopupStop, type TopupView } from './topup-view.ts'

export const viewOf = (store: ConnectStore): TopupView => store.state.topup ?? {}

export const change = (store: ConnectStore, news: TopupView): void => store.set({ topup: { ...viewOf(store), ...news } })

export const stop = (store: ConnectStore, why: TopupStop, message?: string): void => change(store, { phase: 'stopped', why, message })

/**
 * Takes what the platform tells of the top-up on the page. What is decided shows at once; what may still come right in the open checkout
 * waits until that is closed.
 */
export function meet(store: ConnectStore, news: TopupNews | Topup): void {
  const { topup, phase } = viewOf(store)
  if (topup?.id !== news.id) return
  const known = { ...topup, ...news }
  change(store, { topup: known })
  const { status, failure } = known
  if (status === 'paid' || status === 'disputed') settle(store, known)
  else if (status === 'refunded' || status === 'charged_back') end(store, known, 'refunded')
  else if (isBusy(phase) || phase === undefined) return
  else if (status === 'pending') change(store, { phase: 'pending', why: undefined })
  else if (status === 'expired') end(store, known, 'expired')
  else if (status === 'failed') stop(store, failure ?? 'other')
}

function settle(store: ConnectStore, { userId }: Topup) {
  forget(userId)
  if (viewOf(store).phase === 'paid') return
  change(store, { phase: 'paid', why: undefined, balance: undefined })
  // A call that could not be paid for can be tried again now.
  if (store.state.fault?.code === 'insufficient_balance') store.set({ fault: undefined })
  // What was known of the wallet before is out of date, and where there is no live connection no event comes.
  store.client.wallet.get().then(
    ({ balance }) => change(store, { balance }),
    () => {},
  )
}

function end(store: ConnectStore, { userId }: Topup, why: TopupStop) {
  forget(userId)
  stop(store, why)
}
