import { withdrawalSettings, type WithdrawalSettings } from '@impacthub/sdk/contract'
import type { Mode } from '../../base/tenant.ts'
import type { PayoutMethod } from './withdrawal-row.ts'

/** What an app lets its users withdraw, and how. */
export type WithdrawalTermsSet = WithdrawalSettings

/** The terms as they are set now, with the platform's own where the app has said nothing. */
export const termsOf = (tenant: { readonly withdrawals: WithdrawalTermsSet | null }): WithdrawalTermsSet =>
  withdrawalSettings.parse(tenant.withdrawals ?? {})

const usualCoolingHours: Readonly<Record<Mode, number>> = { live: 24, test: 0 }

/** How long a new payee waits for its first payment. */
export const coolingHoursOf = ({ coolingHours }: WithdrawalTermsSet, mode: Mode): number => coolingHours ?? usualCoolingHours[mode]

/** Who pays: RazorpayX pays rupees, from an account that the platform has in this mode; all else is paid by hand. */
export function methodOf({ method }: WithdrawalTermsSet, { currency, canSend }: { currency: string; canSend: boolean }): PayoutMethod {
  const possible = canSend && currency === 'INR'
  return possible && method !== 'hand' ? 'razorpayx' : 'hand'
}
