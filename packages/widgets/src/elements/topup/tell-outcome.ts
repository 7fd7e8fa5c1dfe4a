import { connectEvent } from '../../base/events.ts'
import type { ConnectStore } from '../../session/connect-store.ts'
import type { TopupView } from '../../session/topup-view.ts'

/** What was told last, so that several elements of one session tell a thing once. */
const told = new WeakMap<ConnectStore, string>()

/** What there is to tell of a payment; a failure stays one failure when the platform names its reason. */
function newsOf({ phase, why, topup }: TopupView): 'paid' | 'pending' | 'dismissed' | 'found' | 'failed' | undefined {
  if (phase === 'paid' || phase === 'pending') return phase
  if (phase !== 'stopped' || why === 'changed' || why === 'refunded' || why === 'expired') return undefined
  if (topup && why === 'begun') return 'found'
  return topup && why === 'dismissed' ? 'dismissed' : 'failed'
}

/** Tells the page what came of a payment, each thing once. */
export function tellOutcome(host: EventTarget, store: ConnectStore, message: string): void {
  const view = store.state.topup ?? {}
  const { topup, why = 'refused' } = view
  const news = newsOf(view)
  const what = `${topup?.id}/${news ?? view.phase}`
  if (told.get(store) === what) return
  told.set(store, what)
  if (news === 'failed') host.dispatchEvent(connectEvent('ihc-topup-failed', { topup, reason: why, message }))
  else if (news && topup) host.dispatchEvent(connectEvent(`ihc-topup-${news}`, { topup }))
}
