import type { Call, CallChannel } from '@impacthub/sdk'
import { isRefused, randomKey } from './asked-once.ts'
import { isLive } from './call-progress.ts'
import type { ConnectStore } from './connect-store.ts'
import { faultOf } from './fault.ts'

/** A call that was asked for and whose answer has not come: it may exist, so only the same key may be sent again. */
interface Wish {
  readonly calleeId: string
  readonly channel: CallChannel
  /** Of the request; a browser call's tab is named by it too. */
  readonly key: string
  readonly atMs: number
  /** The call that was known then; another one since is the answer. */
  readonly knownCall: string | undefined
}

const wishLifeMs = 60_000
const wishes = new WeakMap<ConnectStore, Wish>()

export function wishFor(store: ConnectStore, calleeId: string, channel: CallChannel): Wish {
  const open = wishes.get(store)
  const knownCall = store.state.call?.id
  const isSame = open?.calleeId === calleeId && open.channel === channel && open.knownCall === knownCall
  const wish = isSame && performance.now() - open.atMs < wishLifeMs ? open : undefined
  const next = wish ?? { calleeId, channel, key: randomKey(), atMs: performance.now(), knownCall }
  wishes.set(store, next)
  return next
}

/** Asks for a call on two phones. A second press before the answer does nothing; one after a lost answer sends the same key again. */
export async function startCall(store: ConnectStore, calleeId: string): Promise<void> {
  if (!store.state.pending && !isLive(store.state.call)) await createCall(store, wishFor(store, calleeId, 'phone'))
}

/** The call that was asked for, or undefined when there is none. */
export async function createCall(store: ConnectStore, { calleeId, channel, key }: Wish): Promise<Call | undefined> {
  store.set({ pending: calleeId, fault: undefined })
  try {
    const byBrowser = channel === 'browser' && { channel, peer: key }
    const call = await store.client.calls.create({ calleeId, ...byBrowser }, { idempotencyKey: key })
    wishes.delete(store)
    store.set({ pending: undefined })
    store.take(call)
    return call
  } catch (error) {
    if (isRefused(error)) wishes.delete(store)
    // The call may have begun all the same, and have been told live.
    const { call } = store.state
    const begun = isLive(call) ? call : undefined
    store.set({ pending: undefined, fault: begun ? undefined : { ...faultOf(store, error), calleeId } })
    return begun?.calleeId === calleeId ? begun : undefined
  }
}

/** Asks for the end of a call. What it comes to is told by the platform. */
export const endCall = (store: ConnectStore, callId: string) => stopCall(store, callId, 'end')

/** Says no to a call that rings. */
export const declineCall = (store: ConnectStore, callId: string) => stopCall(store, callId, 'decline')

async function stopCall(store: ConnectStore, callId: string, verb: 'end' | 'decline'): Promise<void> {
  if (store.state.ending) return
  store.set({ ending: callId, fault: undefined })
  try {
    store.take(await store.client.calls[verb]({ callId }))
    store.set({ ending: undefined })
  } catch (error) {
    store.set({ ending: undefined, fault: { ...faultOf(store, error), callId } })
  }
}
