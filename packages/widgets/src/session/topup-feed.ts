import type { ConnectEvents } from '../base/events.ts'
import type { ConnectStore, Feed } from './connect-store.ts'
import { isBusy, keptAs } from './topup-view.ts'

/** How long the session may take to learn what the app sells before it is asked for once more, and a failure shown. */
const packsLimitMs = 4_000

/** All that happens from the press on "Pay" on: most who see the packs never load it. */
const loadActs = () => import('./topup-acts.ts')

/** A page may be forbidden to keep anything. */
function hasBegun(): boolean {
  try {
    return Object.keys(sessionStorage).some((name) => name.startsWith(keptAs))
  } catch {
    return false
  }
}

/** Finds again what this tab had begun before a reload, and sees to it that there are packs to choose from. */
export const topupFeed: Feed = (store) => {
  const find = () => {
    if (hasBegun())
      loadActs().then(
        ({ topupWatch }) => store.use(topupWatch),
        () => {},
      )
  }
  const stop = store.client.realtime.on('session.snapshot', find)
  const timer = setTimeout(() => store.state.app ?? void refreshTopup(store), packsLimitMs)
  find()
  return () => {
    clearTimeout(timer)
    stop()
  }
}

/** Lets somebody pay for a pack. A press while something is under way does nothing. */
async function payTopup(store: ConnectStore, wish: ConnectEvents['ihc-topup-request']): Promise<void> {
  const before = store.state.topup ?? {}
  if (isBusy(before.phase) || before.phase === 'pending') return
  store.set({ topup: { ...before, phase: 'creating', packId: wish.packId, why: undefined, message: undefined } })
  const acts = await loadActs().catch(() => undefined)
  if (acts) await acts.pay(store, wish, before)
  else store.set({ topup: { ...before, phase: 'stopped', packId: wish.packId, why: 'lost' } })
}

async function dismissTopup(store: ConnectStore): Promise<void> {
  if (isBusy(store.state.topup?.phase)) return
  const { letGo } = await loadActs()
  letGo(store)
}

async function refreshTopup(store: ConnectStore): Promise<void> {
  const acts = await loadActs().catch(() => undefined)
  if (acts) await acts.refresh(store)
  else store.set({ topup: { ...store.state.topup, packsFailed: true } })
}

export const topupActs = {
  'ihc-topup-request': payTopup,
  'ihc-topup-dismiss-request': dismissTopup,
  'ihc-topup-refresh-request': refreshTopup,
}
