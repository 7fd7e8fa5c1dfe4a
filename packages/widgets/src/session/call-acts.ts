import { problemText } from '../locales/en/problems.ts'
import { isLive } from './call-progress.ts'
import type { ConnectFault, ConnectStore } from './connect-store.ts'

/** A call that was asked for and whose answer has not come: it may exist, so only the same key may be sent again. */
interface Wish {
  readonly calleeId: string
  readonly key: string
  readonly atMs: number
  /** The call that was known then; another one since is the answer. */
  readonly knownCall: string | undefined
}

const wishLifeMs = 60_000
const wishes = new WeakMap<ConnectStore, Wish>()

const codeOf = (error: unknown): string => {
  const code: unknown = error instanceof Error && 'code' in error ? error.code : undefined
  return typeof code === 'string' ? code : 'unknown'
}

const faultOf = (store: ConnectStore, error: unknown): ConnectFault => {
  const code = codeOf(error)
  return { code, message: problemText(code, store.state.catalogue?.problems), error }
}

const undecided = [408, 425, 429]

/** Whether the platform has refused. After anything else the call may exist. */
const isRefused = (error: unknown) =>
  error instanceof Error &&
  'status' in error &&
  typeof error.status === 'number' &&
  Math.floor(error.status / 100) === 4 &&
  !undecided.includes(error.status) &&
  codeOf(error) !== 'idempotency_in_progress'

function wishFor(store: ConnectStore, calleeId: string): Wish {
  const open = wishes.get(store)
  const knownCall = store.state.call?.id
  const lives = open?.calleeId === calleeId && open.knownCall === knownCall && performance.now() - open.atMs < wishLifeMs
  const wish = lives ? open : { calleeId, key: crypto.randomUUID(), atMs: performance.now(), knownCall }
  wishes.set(store, wish)
  return wish
}

/** Asks for a call. A second press before the answer does nothing; one after a lost answer sends the same key again. */
export async function startCall(store: ConnectStore, calleeId: string): Promise<void> {
  if (store.state.pending || isLive(store.state.call)) return
  const { key } = wishFor(store, calleeId)
  store.set({ pending: calleeId, fault: undefined })
  try {
    const call = await store.client.calls.create({ calleeId }, { idempotencyKey: key })
    wishes.delete(store)
    store.set({ pending: undefined })
    store.take(call)
  } catch (error) {
    if (isRefused(error)) wishes.delete(store)
    // The call may have begun all the same, and have been told live.
    store.set({ pending: undefined, fault: isLive(store.state.call) ? undefined : { ...faultOf(store, error), calleeId } })
  }
}

/** Asks for the end of a call. What it comes to is told by the platform. */
export async function endCall(store: ConnectStore, callId: string): Promise<void> {
  if (store.state.ending) return
  store.set({ ending: callId, fault: undefined })
  try {
    store.take(await store.client.calls.end({ callId }))
    store.set({ ending: undefined })
  } catch (error) {
    store.set({ ending: undefined, fault: { ...faultOf(store, error), callId } })
  }
}
