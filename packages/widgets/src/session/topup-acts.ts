import type { Pack, Topup, TopupCheckout } from '@impacthub/sdk'
import type { ConnectEvents } from '../base/events.ts'
import { isRefused, randomKey } from './asked-once.ts'
import type { ConnectStore } from './connect-store.ts'
import { faultOf } from './fault.ts'
import { confirmTopup } from './topup-confirm.ts'
import { forget, keep, recall } from './topup-memory.ts'
import { change, meet, stop, viewOf } from './topup-news.ts'
import type { CheckoutStop, TopupView } from './topup-view.ts'
import { lookAtTopup, readPacks, topupWatch } from './topup-watch.ts'

export { topupWatch }

/** Begins a top-up. Asked again before the platform has answered, by a second press or after a reload, it is the same one. */
async function createTopup(store: ConnectStore, me: string, packId: string): Promise<Topup> {
  const known = recall(me)
  const begun = known?.packId === packId && !known.topupId ? known : { key: randomKey(), packId }
  keep(me, begun)
  try {
    const topup = await store.client.topups.create({ packId }, { idempotencyKey: begun.key })
    keep(me, { ...begun, topupId: topup.id })
    return topup
  } catch (error) {
    if (isRefused(error)) forget(me)
    throw error
  }
}

/** The top-up that a press pays: the open one of this pack as it stands now, or a new one. */
async function topupFor(store: ConnectStore, packId: string, { topup: shown }: TopupView): Promise<Topup> {
  const me = store.state.me ?? (await store.client.me.get()).userId
  const open = shown?.packId === packId ? { packId, topupId: shown.id } : recall(me)
  if (open?.packId === packId && open.topupId) {
    const topup = await store.client.topups.get({ topupId: open.topupId })
    if (topup.checkout || topup.status === 'pending' || topup.status === 'paid') return topup
  }
  return createTopup(store, me, packId)
}

type Deal = Pick<Pack, 'amount' | 'currency' | 'coins' | 'bonusCoins'>

const isSameDeal = (one: Deal, other: Deal): boolean =>
  one.amount === other.amount && one.currency === other.currency && one.coins === other.coins && one.bonusCoins === other.bonusCoins

/** Pays for a pack; `before` is what was shown when somebody pressed. */
export async function pay(store: ConnectStore, wish: ConnectEvents['ihc-topup-request'], before: TopupView): Promise<void> {
  const { packId } = wish
  const shown = before.topup?.packId === packId ? before.topup : store.state.app?.packs.find(({ id }) => id === packId)
  store.use(topupWatch)
  try {
    const topup = await topupFor(store, packId, before)
    change(store, { topup, phase: 'opening' })
    meet(store, topup)
    if (viewOf(store).phase !== 'opening') return
    if (topup.status === 'pending') return change(store, { phase: 'pending' })
    if (!topup.checkout) return stop(store, 'expired')
    if (shown && !isSameDeal(shown, topup)) {
      void readPacks(store)
      return stop(store, 'changed')
    }
    await checkOut(store, topup, topup.checkout, wish)
  } catch (error) {
    refuse(store, error)
  }
}

const noAnswer = ['network_error', 'timeout']
const plain = ['rate_limited', 'unauthenticated']

function refuse(store: ConnectStore, error: unknown) {
  const { code, message } = faultOf(store, error)
  if (noAnswer.includes(code)) stop(store, 'lost')
  else stop(store, 'refused', plain.includes(code) ? message : undefined)
}

/** Opens the provider's checkout, and tells the platform what came of it. */
async function checkOut(store: ConnectStore, topup: Topup, checkout: TopupCheckout, wish: ConnectEvents['ihc-topup-request']) {
  const provider = await import('./razorpay-checkout.ts').catch(() => undefined)
  if (!provider) return stop(store, 'lost')
  // While its page was loading, the top-up may have been paid in another tab.
  const begin = () => {
    const isOpen = viewOf(store).phase === 'opening'
    if (isOpen) change(store, { phase: 'paying', window: true })
    return isOpen
  }
  const ended = await provider.runCheckout(checkout, wish, begin).finally(() => change(store, { window: false }))
  if (viewOf(store).phase === 'paid') return // told before the window was closed
  if ('why' in ended) return lookAfter(store, topup, ended.why)
  const begun = recall(topup.userId)
  if (begun?.topupId === topup.id) keep(topup.userId, { ...begun, proof: ended })
  await confirmTopup(store, topup, ended)
}

/** The checkout says that nothing was paid. Before that is shown, the platform is asked: it may know better. */
async function lookAfter(store: ConnectStore, { id: topupId }: Topup, why: CheckoutStop) {
  change(store, { phase: 'confirming' })
  const news = await store.client.topups.get({ topupId }).catch(() => undefined)
  if (viewOf(store).phase !== 'confirming') return
  stop(store, why)
  if (news) meet(store, news)
}

/** Lets go of the top-up on the page. One that is paid later is credited all the same. */
export function letGo(store: ConnectStore): void {
  const { topup } = viewOf(store)
  if (topup) forget(topup.userId)
  store.set({ topup: {} })
}

/** Asks anew for what is shown. */
export async function refresh(store: ConnectStore): Promise<void> {
  await Promise.all([lookAtTopup(store), store.state.app ?? readPacks(store)])
}
