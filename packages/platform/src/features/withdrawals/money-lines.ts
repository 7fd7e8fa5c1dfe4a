import { taxOf, type TaxQuestion } from './tax-rules.ts'
import type { MoneyLines } from './withdrawal-row.ts'
import type { WithdrawalTermsSet } from './terms.ts'

/** Pure: what coins come to. */

/** The app's fee: a fixed part, and a part of the amount, half up. It never eats all of it. */
function feeOf(amount: number, { feeAmount, feeBasisPoints }: WithdrawalTermsSet): number {
  const part = Number((BigInt(amount) * BigInt(feeBasisPoints) + 5_000n) / 10_000n)
  return feeAmount + part
}

export interface LinesQuestion extends Omit<TaxQuestion, 'amount'> {
  readonly coins: number
  readonly currency: string
}

/** Undefined: fee and tax would leave nothing that a bank could pay. */
export function linesOf({ coins, currency, ...question }: LinesQuestion, terms: WithdrawalTermsSet): MoneyLines | undefined {
  const amount = coins * terms.coinAmount
  if (!Number.isSafeInteger(amount)) return undefined
  const fee = feeOf(amount, terms)
  // The table is India's, and its amounts are in paise.
  const isTaxed = terms.deductTax && currency === 'INR'
  const { tax, taxRule } = isTaxed ? taxOf({ ...question, amount }) : { tax: 0, taxRule: null }
  const netAmount = amount - fee - tax
  return netAmount < leastAmount ? undefined : { amount, fee, tax, netAmount, taxRule }
}

/** One rupee: what RazorpayX takes at least. */
export const leastAmount = 100
