import type { Redemption } from '@impacthub/sdk'
import { friendCodeEn } from '../locales/en/friend-code.ts'
import { isRefused, randomKey } from './asked-once.ts'
import type { ConnectStore } from './connect-store.ts'
import { faultOf } from './fault.ts'
import { capturedIn, changeReferral, readReferral } from './referral-feed.ts'

/** The code last sent in each session, until it is decided: sent again, it is the same redemption. */
const sent = new WeakMap<ConnectStore, { readonly code: string; readonly key: string }>()

/** Enters a friend's code. A refusal is a sentence, the same whatever the reason. */
export async function redeem(store: ConnectStore, code: string): Promise<Redemption | string> {
  const known = sent.get(store)
  const { key } = known?.code === code ? known : { key: randomKey() }
  sent.set(store, { code, key })
  const { me } = store.state
  try {
    const { deviceId, clear } = await capturedIn(store)
    const redemption = await store.client.referral.redeem({ code, deviceId }, { idempotencyKey: key })
    sent.delete(store)
    clear()
    const { standing } = store.state.referral ?? {}
    // Whoever is there by now may be somebody else.
    if (standing && store.state.me === me) changeReferral(store, { standing: { ...standing, canRedeem: false, redemption } })
    void readReferral(store)
    return redemption
  } catch (error) {
    // After anything but a refusal it may have been done: only the same key may be sent again.
    if (isRefused(error)) sent.delete(store)
    const { code: why, message } = faultOf(store, error)
    return why === 'not_eligible' ? (store.state.catalogue?.friendCode ?? friendCodeEn).notEligible : message
  }
}
