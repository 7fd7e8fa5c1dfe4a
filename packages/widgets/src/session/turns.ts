import type { RealtimeEvents } from '@impacthub/sdk'
import type { ConnectEvents } from '../base/events.ts'
import type { ConnectStore, Feed } from './connect-store.ts'

const loadWaiting = () => import('./waiting-feed.ts')

/** Finds the places again in which the user stood before a reload. */
async function findPlaces(store: ConnectStore): Promise<void> {
  const { data } = await store.client.waiting.list({ limit: 1 })
  if (data.length === 0) return
  const { lookAtPlaces, waitingFeed } = await loadWaiting()
  store.use(waitingFeed)
  await lookAtPlaces(store)
}

/** Tells whose turn it is, wherever they joined the queue, and loads what call buttons need once somebody cannot be called. */
export const turns =
  (tell: (turn: ConnectEvents['ihc-callee-free']) => void): Feed =>
  (store) => {
    const begun = new Set<string>()
    /** Once; again with the next change where it failed. */
    const once = (what: string, work: () => Promise<void>) => {
      if (begun.has(what)) return
      begun.add(what)
      work().catch(() => begun.delete(what))
    }
    const showAside = async () => {
      const { asideOf } = await import('../elements/call-button/call-wait.ts')
      store.set({ aside: asideOf(store) })
    }
    const look = () => {
      const { ready, presence, waits } = store.state
      if (ready && presence.size > 0) once('places', () => findPlaces(store))
      if (waits?.size || [...presence.values()].some(({ status }) => status !== 'online')) once('aside', showAside)
    }
    const meet = async (turn: RealtimeEvents['callee.free']) => {
      tell({ calleeId: turn.calleeId, expiresAt: turn.expiresAt })
      const { meetTurn, waitingFeed } = await loadWaiting()
      store.use(waitingFeed)
      meetTurn(store, turn)
    }
    const stops = [store.client.realtime.on('callee.free', (turn) => void meet(turn).catch(() => {})), store.subscribe(look)]
    look()
    return () => stops.forEach((stop) => stop())
  }
