import { connectEvent, type ConnectEvents, type RequestName } from '../base/events.ts'
import { declineCall, endCall, startCall } from './call-acts.ts'
import { isLive } from './call-progress.ts'
import { carriedCalls } from './carried-calls.ts'
import type { ConnectState, ConnectStore } from './connect-store.ts'
import { turns } from './turns.ts'

// Elements that ask the platform themselves say by this what came of it.
export { faultOf } from './fault.ts'

type Acts = { readonly [Name in RequestName]: (store: ConnectStore, detail: ConnectEvents[Name]) => unknown }

const loadBrowserCall = () => import('./browser-call.ts')

/** What a session does for the elements inside it. A chunk of its own: nothing of it is needed to show them. */
export const acts: Acts = {
  'ihc-call-request': async (store, { calleeId, channel }) =>
    channel === 'browser' ? (await loadBrowserCall()).placeBrowserCall(store, calleeId) : startCall(store, calleeId),
  'ihc-call-end-request': (store, { callId }) => endCall(store, callId),
  'ihc-call-accept-request': async (store, { callId }) => (await loadBrowserCall()).takeCall(store, callId),
  'ihc-call-decline-request': (store, { callId }) => declineCall(store, callId),
  'ihc-call-mute-request': async (store, { muted }) => (await loadBrowserCall()).mute(store, muted),
  'ihc-call-hear-request': async (store) => (await loadBrowserCall()).hear(store),
  'ihc-call-dismiss-request': async (store) => {
    if (isLive(store.state.call)) return
    store.set({ call: undefined })
    if (store.state.media) (await loadBrowserCall()).letGo(store)
  },
  'ihc-wallet-refresh-request': async (store) => (await import('./wallet-feed.ts')).refreshWallet(store),
  'ihc-wallet-more-request': async (store) => (await import('./wallet-feed.ts')).moreTransactions(store),
}

/** Tells the page around a session what came of its calls, each thing once. */
export function tellOutcomes(store: ConnectStore, session: EventTarget): void {
  let told: Pick<ConnectState, 'call' | 'fault'> = {}
  const emit = <Name extends keyof ConnectEvents>(name: Name, detail: ConnectEvents[Name]) =>
    session.dispatchEvent(connectEvent(name, detail))
  const tell = () => {
    const { call, fault } = store.state
    const was = told
    told = { call, fault }
    const known = was.call?.id === call?.id ? was.call : undefined
    if (fault && fault !== was.fault) emit('ihc-error', fault)
    if (!call || call === known) return
    if (!known) emit('ihc-call-started', { call })
    if (!isLive(call) && (!known || isLive(known))) emit('ihc-call-ended', { call })
    if (call.settled && !known?.settled) emit('ihc-call-settled', { call })
  }
  store.subscribe(tell)
  tell()
  store.use(carriedCalls)
  store.use(turns((turn) => emit('ihc-callee-free', turn)))
}
