import type { Inbox } from '../db/inbox.ts'
import type { Calls } from '../features/calls/index.ts'
import type { Topups } from '../features/topups/index.ts'
import type { Withdrawals } from '../features/withdrawals/index.ts'
import { createCallbacks, type CallbackRoutes } from '../http/callbacks.ts'
import { withKycCallbacks } from '../http/kyc-callbacks.ts'
import { withPaymentCallbacks } from '../http/payment-callbacks.ts'
import type { Foundation } from './foundation.ts'
import type { Identity } from './identity.ts'

/** Who hears what providers send. */
export interface Hearers {
  readonly calls: Calls
  readonly inbox: Inbox
  readonly topups: Pick<Topups, 'hear'>
  readonly withdrawals: Pick<Withdrawals, 'hear' | 'isAbout'>
  readonly identity: Pick<Identity, 'askAgain'>
}

export function tieCallbacks(base: Foundation, { calls, inbox, topups, withdrawals, identity }: Hearers): CallbackRoutes {
  const { telephony } = base
  const ofTelephones = createCallbacks({
    ...base,
    ...calls,
    inbox,
    telephonyFor: telephony.forTenant,
    telephonyOf: (mode, provider) => telephony.among(mode)[provider],
  })
  return withPaymentCallbacks(
    { ...base, hear: (mode, delivery) => (withdrawals.isAbout(mode, delivery) ? withdrawals : topups).hear(mode, delivery) },
    withKycCallbacks({ ...base, askAgain: identity.askAgain }, ofTelephones),
  )
}
