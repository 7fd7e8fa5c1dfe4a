import type { App, Call, ConnectClient, ConnectionState, MediaProblem, MediaState, Presence } from '@impacthub/sdk'
import type { CallAside } from '../elements/call-button/call-offer.ts'
import type { Catalogue } from '../locales/catalogue.ts'
import type { CallReports } from './aftermath.ts'
import { isLive, newerOf } from './call-progress.ts'
import type { CallClock } from './call-meter.ts'
import type { HistoryView } from './history-feed.ts'
import type { TopupView } from './topup-view.ts'
import type { KycView } from './kyc-feed.ts'
import type { ReferralView } from './referral-feed.ts'
import type { Waits } from './waiting-feed.ts'
import type { WalletView } from './wallet-feed.ts'
import type { WithdrawView } from './withdraw-feed.ts'

/** Something that the platform refused, or that could not be asked of it. */
export interface ConnectFault {
  /** A problem code of the API, or one of the SDK's own such as `network_error`. */
  readonly code: string
  /** What went wrong and what to do, in plain words of the session's language. */
  readonly message: string
  readonly calleeId?: string | undefined
  readonly callId?: string | undefined
  readonly error: unknown
}

/** The sound of a browser call in this tab. */
export interface MediaView {
  /** The call; absent while there is none yet, and the microphone is asked for before somebody is called. */
  readonly callId?: string | undefined
  readonly calleeId?: string | undefined
  /** This tab is the one that speaks and hears; until then it asks for the microphone. */
  readonly carries: boolean
  readonly state: MediaState
  readonly problem?: MediaProblem | undefined
  readonly muted: boolean
}

/** All that the elements of one session show. What is `undefined` is not known yet. */
export interface ConnectState {
  readonly connection: ConnectionState
  /** True once the platform has told which calls there are. */
  readonly ready: boolean
  /** Who is signed in. */
  readonly me?: string | undefined
  readonly app?: App | undefined
  /** The running call, or the last one until it is dismissed. */
  readonly call?: Call | undefined
  readonly media?: MediaView | undefined
  /** The callee of a call that was asked for and not answered yet. */
  readonly pending?: string | undefined
  /** The call whose end was asked for and not answered yet. */
  readonly ending?: string | undefined
  readonly fault?: ConnectFault | undefined
  readonly presence: ReadonlyMap<string, Presence>
  /** Fed while a call panel is there. */
  readonly clock?: CallClock | undefined
  /** Fed while a wallet is there. */
  readonly wallet?: WalletView | undefined
  /** Fed while a history is there. */
  readonly history?: HistoryView | undefined
  /** Fed while coins can be bought. */
  readonly topup?: TopupView | undefined
  /** Fed while identities are checked. */
  readonly kyc?: KycView | undefined
  /** Fed while coins can be withdrawn. */
  readonly withdraw?: WithdrawView | undefined
  /** Fed while friends can be invited. */
  readonly referral?: ReferralView | undefined
  /** What is known of calls that are over, by call. */
  readonly aftermath?: CallReports | undefined
  /** For whom this user waits, by callee. */
  readonly waits?: Waits | undefined
  /** What stands under call buttons: loaded with the first callee who cannot be called. */
  readonly aside?: CallAside | undefined
  readonly catalogue?: Catalogue | undefined
}

/** A part of the state that only some elements need; it comes with their code. Returns how to stop. */
export type Feed = (store: ConnectStore) => () => void

/** The state of one signed-in user, fed by the platform alone: nothing about money or calls is guessed. */
export interface ConnectStore {
  readonly client: ConnectClient
  readonly state: ConnectState
  subscribe(listener: () => void): () => void
  set(change: Partial<ConnectState>): void
  /** Starts a feed, once however many elements ask. */
  use(feed: Feed): void
  watch(userId: string): () => void
  /** Takes a call record from an answer or an event, whichever is further along. */
  readonly take: (call: Call) => void
  close(): void
}

type KnownPresence = ConnectState['presence']

function meet(store: ConnectStore, presence: readonly Presence[], known: KnownPresence = store.state.presence) {
  const { fault, presence: before } = store.state
  // What was refused because of somebody's presence is out of date when that changes; to hear of it for the first time is no change.
  const changed = ({ userId, status }: Presence) => (before.get(userId)?.status ?? status) !== status
  const stale = presence.some((one) => one.userId === fault?.calleeId && changed(one))
  const next = new Map(known)
  for (const one of presence) next.set(one.userId, one)
  store.set(stale ? { presence: next, fault: undefined } : { presence: next })
}

/**
 * Asked for again with each snapshot until it is there, as the platform says it now; no price is shown without it. One that a service worker
 * has kept tells that there is no network, before the live connection has found out.
 */
function readApp(store: ConnectStore) {
  const { app } = store.state
  if (app && !('keptAt' in app)) return
  store.client.app.get().then(
    (app) => store.set({ app, ...('keptAt' in app && store.state.connection === 'connecting' ? { connection: 'offline' } : {}) }),
    () => {},
  )
}

/** Hears what the platform pushes. What may have been missed is asked for in a chunk of its own: most pages never need it. */
function feedLive(store: ConnectStore, watched: readonly string[]): () => void {
  const { realtime } = store.client
  const reread = async (whole?: boolean) => {
    const { rereadState } = await import('./reread.ts')
    await rereadState(store, watched, whole)
  }
  const stops = [
    realtime.onState((connection) => store.set({ connection })),
    realtime.on('session.snapshot', ({ userId, calls: [live], presence }) => {
      meet(store, presence, new Map())
      store.set({ me: userId, ready: true })
      if (live) store.take(live)
      else if (store.state.call?.settled === false) void reread()
      readApp(store)
    }),
    realtime.on('presence.snapshot', ({ presence }) => meet(store, presence)),
    realtime.on('presence.changed', (one) => meet(store, [one])),
    realtime.on('call.updated', store.take),
  ]
  // A client that was connected before it came here has had its snapshot.
  if (realtime.state === 'open' || realtime.state === 'polling') void reread(true)
  return () => stops.forEach((stop) => stop())
}

/** Makes the store of one session. It has no DOM: what it knows comes from the client that it is given. */
export function createStore(client: ConnectClient): ConnectStore {
  const listeners = new Set<() => void>()
  const stops = new Map<Feed, () => void>()
  const watched: string[] = []
  let closed = false
  let state: ConnectState = { connection: client.realtime.state, ready: false, presence: new Map() }
  const set = (change: Partial<ConnectState>) => {
    state = { ...state, ...change }
    for (const listener of [...listeners]) listener()
  }

  const store: ConnectStore = {
    client,
    get state() {
      return state
    },
    set,
    take: (call) => {
      const known = state.call
      if (known?.id !== call.id) {
        if (isLive(call)) set({ call, fault: undefined })
      } else if (newerOf(known, call) !== known) set({ call })
    },
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    use(feed) {
      if (stops.has(feed)) return
      const stop = feed(store)
      // What was still loading when the session went has nothing to feed any more.
      if (closed) stop()
      else stops.set(feed, stop)
    },
    watch(userId) {
      watched.push(userId)
      const stop = client.realtime.watch([userId])
      return () => {
        watched.splice(watched.indexOf(userId), 1)
        stop()
      }
    },
    close() {
      closed = true
      for (const stop of stops.values()) stop()
      listeners.clear()
    },
  }
  store.use(() => feedLive(store, watched))
  readApp(store)
  return store
}
