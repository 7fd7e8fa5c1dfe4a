import type { RealtimeEvents, Waiting } from '@impacthub/sdk'
import { faultOf } from './fault.ts'
import type { ConnectStore, Feed } from './connect-store.ts'

/** How a user's wait for one callee stands. */
export interface Wait {
  /** Absent: they do not wait. */
  readonly place?: Waiting | undefined
  /** While it is their turn to call: when it ends, by this device's monotonic clock. */
  readonly turnEndsMs?: number | undefined
  /** They had a turn and did not call. */
  readonly passed?: boolean | undefined
  readonly busy?: boolean | undefined
  /** Why the last wish was not granted, in plain words. */
  readonly fault?: string | undefined
}

export type Waits = ReadonlyMap<string, Wait>

const turnMs = 30_000
/** No event tells that others have left the queue, nor that a turn has passed. */
const lookMs = 20_000
const tickMs = 2_000

const waitOf = (store: ConnectStore, calleeId: string): Wait => store.state.waits?.get(calleeId) ?? {}

function change(store: ConnectStore, calleeId: string, wait: Wait): void {
  store.set({ waits: new Map(store.state.waits).set(calleeId, wait) })
}

/** When a turn ends here. A device whose clock is wrong must not lose its turn: no turn is longer than it can be, none told live is over. */
function turnEnd(until: string, known: Wait, live: boolean): number | undefined {
  if (known.turnEndsMs !== undefined && known.place?.turnUntil === until) return known.turnEndsMs
  const left = Date.parse(until) - Date.now()
  const counted = live && !(left > 0) ? turnMs : Math.min(left, turnMs)
  return counted > 0 ? performance.now() + counted : undefined
}

function standing(known: Wait, place: Waiting, live = false): Wait {
  return { place, turnEndsMs: place.turnUntil === null ? undefined : turnEnd(place.turnUntil, known, live) }
}

/** Asks for all places anew. */
async function readPlaces(store: ConnectStore): Promise<void> {
  const before = store.state.waits
  const { data } = await store.client.waiting.list({ limit: 100 })
  // An answer that crossed with a wish of this user says what was before it.
  if (store.state.waits !== before) return
  const waits = new Map<string, Wait>()
  for (const [calleeId, wait] of before ?? []) {
    if (wait.place) waits.set(calleeId, { passed: wait.turnEndsMs !== undefined })
    else waits.set(calleeId, wait)
  }
  for (const place of data) waits.set(place.calleeId, standing(before?.get(place.calleeId) ?? {}, place))
  store.set({ waits })
}

export const lookAtPlaces = (store: ConnectStore): Promise<void> => readPlaces(store).catch(() => {})

/** It is this user's turn. */
export function meetTurn(store: ConnectStore, { calleeId, position, expiresAt }: RealtimeEvents['callee.free']): void {
  const known = waitOf(store, calleeId)
  const joinedAt = known.place?.joinedAt ?? new Date().toISOString()
  const place = { calleeId, position, turnUntil: expiresAt, joinedAt, expiresAt: known.place?.expiresAt ?? expiresAt }
  change(store, calleeId, standing(known, place, true))
}

async function attempt(store: ConnectStore, calleeId: string, work: () => Promise<Wait>): Promise<void> {
  const known = waitOf(store, calleeId)
  if (known.busy) return
  change(store, calleeId, { ...known, busy: true, fault: undefined })
  try {
    change(store, calleeId, await work())
  } catch (error) {
    change(store, calleeId, { ...waitOf(store, calleeId), busy: false, fault: faultOf(store, error).message })
  }
}

/** Takes a place in the callee's queue; who stands in it keeps theirs. */
export const joinQueue = (store: ConnectStore, { calleeId }: { readonly calleeId: string }): Promise<void> =>
  attempt(store, calleeId, async () => {
    store.use(waitingFeed)
    return standing({}, await store.client.waiting.join({ userId: calleeId }))
  })

export const leaveQueue = (store: ConnectStore, { calleeId }: { readonly calleeId: string }): Promise<void> =>
  attempt(store, calleeId, async () => {
    await store.client.waiting.leave({ userId: calleeId })
    return {}
  })

export const waitingActs = { 'ihc-wait-request': joinQueue, 'ihc-wait-end-request': leaveQueue }

/** Keeps the places up to date for as long as there are any. */
export const waitingFeed: Feed = (store) => {
  const { realtime } = store.client
  const waitsFor = (calleeId: string) => !!waitOf(store, calleeId).place
  const stops = [
    realtime.on('session.snapshot', () => void lookAtPlaces(store)),
    realtime.on('presence.changed', ({ userId }) => void (waitsFor(userId) && lookAtPlaces(store))),
    // A call is what was waited for.
    realtime.on('call.updated', ({ calleeId }) => {
      if (waitsFor(calleeId)) change(store, calleeId, {})
    }),
  ]
  let lookedMs = performance.now()
  const timer = setInterval(() => {
    const now = performance.now()
    const places = [...(store.state.waits ?? [])].filter(([, { place }]) => place)
    const over = places.some(([, { turnEndsMs }]) => turnEndsMs !== undefined && turnEndsMs < now)
    if (places.length === 0 || document.visibilityState !== 'visible' || (!over && now - lookedMs < lookMs)) return
    lookedMs = now
    void lookAtPlaces(store)
  }, tickMs)
  return () => {
    clearInterval(timer)
    stops.forEach((stop) => stop())
  }
}
