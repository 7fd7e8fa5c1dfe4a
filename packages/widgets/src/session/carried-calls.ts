import type { Call } from '@impacthub/sdk'
import { isLive } from './call-progress.ts'
import { forget, wasHere } from './carried-here.ts'
import type { Feed } from './connect-store.ts'

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
