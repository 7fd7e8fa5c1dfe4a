import { connectEvent } from '../../base/events.ts'
import type { ConnectStore } from '../../session/connect-store.ts'
import type { TopupStop } from '../../session/topup-view.ts'

/** What was told last, so that several elements of one session tell a thing once. */
const told = new WeakMap<ConnectStore, string>()

/** Stops that are no news to the page: it was there, or asked for them. */
const quiet: readonly (TopupStop | undefined)[] = ['begun', 'changed', 'refunded', 'expired']

/** Tells the page what came of a payment, each thing once. */
export function tellOutcome(host: EventTarget, store: ConnectStore, message: string): void {
  const { phase, why, topup } = store.state.topup ?? {}
  const what = `${topup?.id}/${phase}/${why}`
  if (told.get(store) === what) return
  told.set(store, what)
  if (phase === 'paid' && topup) host.dispatchEvent(connectEvent('ihc-topup-paid', { topup }))
  else if (phase === 'pending' && topup) host.dispatchEvent(connectEvent('ihc-topup-pending', { topup }))
  else if (phase !== 'stopped' || quiet.includes(why)) return
  else if (why === 'dismissed' && topup) host.dispatchEvent(connectEvent('ihc-topup-dismissed', { topup }))
  else host.dispatchEvent(connectEvent('ihc-topup-failed', { topup, reason: why ?? 'refused', message }))
}
