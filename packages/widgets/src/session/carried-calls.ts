import type { Call } from '@impacthub/sdk'
import { isLive } from './call-progress.ts'
import type { Feed } from './connect-store.ts'

/** Kept per tab, over a reload: which call's sound it carried, and for whom (two people may share a page in a demo). */
const keyOf = (callId: string, me: string | undefined) => `ihc-call:${callId}:${me}`

/** A page may be forbidden to keep anything. Then the call is taken back by a press. */
function attempt<Result>(work: () => Result): Result | undefined {
  try {
    return work()
  } catch {
    return undefined
  }
}

export const remember = (callId: string, me: string | undefined) => attempt(() => sessionStorage.setItem(keyOf(callId, me), '1'))
export const forget = (callId: string, me: string | undefined) => attempt(() => sessionStorage.removeItem(keyOf(callId, me)))
const wasHere = (callId: string, me: string | undefined) => attempt(() => sessionStorage.getItem(keyOf(callId, me))) === '1'

const isOurs = (call: Call | undefined): call is Call => isLive(call) && call.channel === 'browser'

/** After a reload, the tab that carried the sound of a call carries it again. */
export const carriedCalls: Feed = (store) => {
  const look = () => {
    const { call, me, media } = store.state
    if (!isOurs(call) || media || !wasHere(call.id, me)) return
    forget(call.id, me)
    store.set({ media: { callId: call.id, carries: true, state: 'connecting', muted: false } })
    void resume(call.id)
  }
  const resume = async (callId: string) => {
    try {
      const { takeCall } = await import('./browser-call.ts')
      await takeCall(store, callId)
    } catch {
      store.set({ media: undefined }) // the panel offers to take the call here
    }
  }
  const stop = store.subscribe(look)
  look()
  return stop
}
