import { codeOf } from './code-of.ts'
import type { ConnectStore, Feed } from './connect-store.ts'
import { confirmTopup } from './topup-confirm.ts'
import { forget, recall } from './topup-memory.ts'
import { change, meet, stop, viewOf } from './topup-news.ts'
import { isBusy } from './topup-view.ts'

const tickMs = 1_000
/** Gaps between looks at a top-up of which no event tells: they grow. */
const firstGapMs = 3_000
const longestGapMs = 30_000
/** A checkout that was closed is looked after for a while only: its payment may still come. */
const mostLooksAtStopped = 12

/** Asks the platform how the top-up on the page stands; hands in a payment that it may not have heard of. */
export async function lookAtTopup(store: ConnectStore): Promise<void> {
  const { topup } = viewOf(store)
  if (!topup) return
  const proof = recall(topup.userId)?.proof
  if (proof) return confirmTopup(store, topup, proof)
  try {
    meet(store, await store.client.topups.get({ topupId: topup.id }))
  } catch {
    // Asked again later.
  }
}

/** Shows the top-up that this tab had begun before a reload. */
async function findBegun(store: ConnectStore): Promise<void> {
  if (viewOf(store).phase) return
  const me = store.state.me ?? (await store.client.me.get()).userId
  const { topupId, proof } = recall(me) ?? {}
  if (!topupId || viewOf(store).phase) return
  try {
    const topup = await store.client.topups.get({ topupId })
    if (viewOf(store).phase) return
    change(store, { topup, packId: topup.packId })
    stop(store, 'begun')
    meet(store, topup)
    if (proof) await confirmTopup(store, topup, proof)
  } catch (error) {
    if (codeOf(error) === 'not_found') forget(me)
  }
}

/** Reads what can be bought. */
export async function readPacks(store: ConnectStore): Promise<void> {
  change(store, { packsFailed: false })
  try {
    store.set({ app: await store.client.app.get() })
  } catch {
    change(store, { packsFailed: true })
  }
}

/** Looks after a top-up whose events do not come: at growing gaps, and only while somebody sees it. */
function lookNowAndThen(store: ConnectStore): () => void {
  let about = ''
  let looks = 0
  let dueMs = 0
  const timer = setInterval(() => {
    const { topup, phase } = viewOf(store)
    if (!topup || (phase !== 'pending' && phase !== 'stopped')) return
    const now = performance.now()
    if (about !== topup.id + phase) {
      about = topup.id + phase
      looks = 0
      dueMs = now + firstGapMs
    }
    if (now < dueMs || document.visibilityState !== 'visible' || (phase === 'stopped' && looks >= mostLooksAtStopped)) return
    looks += 1
    dueMs = now + Math.min(firstGapMs * 1.5 ** looks, longestGapMs)
    void lookAtTopup(store)
  }, tickMs)
  return () => clearInterval(timer)
}

/** Keeps the top-up on the page: found again after a reload, moved by what is told live, looked after where nothing is told. */
export const topupWatch: Feed = (store) => {
  const { realtime } = store.client
  const begin = () => void findBegun(store).catch(() => {})
  const stops = [
    realtime.on('topup.updated', (news) => meet(store, news)),
    realtime.on('wallet.updated', ({ balance }) => {
      if (viewOf(store).phase === 'paid') change(store, { balance })
    }),
    realtime.on('session.snapshot', () => {
      begin()
      const { phase } = viewOf(store)
      if (phase && !isBusy(phase) && phase !== 'paid') void lookAtTopup(store)
    }),
    lookNowAndThen(store),
  ]
  begin()
  return () => stops.forEach((stop) => stop())
}
