import { dateThere } from './indian-time.ts'

/** Pure: tax deducted at source from what a platform pays to those who earn on it. A change of the law is a new row, never an edit. */

export interface TaxRule {
  /** The first day, in India, on which it holds. */
  readonly from: string
  /** As it is named on statements. */
  readonly label: string
  /** Hundredths of a percent. */
  readonly basisPoints: number
  /** Of those who gave neither PAN nor Aadhaar. */
  readonly withoutPanBasisPoints: number
  /** In paise: up to so much gross in a financial year nothing is deducted from a person whose PAN or Aadhaar is known. */
  readonly freeUpTo: number
}

const fiveLakh = 500_000 * 100

/** Oldest first. Section 194-O of the Income-tax Act 1961, and what stands for it in the Act of 2025, whose section sources number differently. */
export const taxRules: readonly TaxRule[] = [
  { from: '2020-10-01', label: '194-O', basisPoints: 100, withoutPanBasisPoints: 500, freeUpTo: fiveLakh },
  { from: '2024-10-01', label: '194-O', basisPoints: 10, withoutPanBasisPoints: 500, freeUpTo: fiveLakh },
  { from: '2026-04-01', label: '393 (formerly 194-O)', basisPoints: 10, withoutPanBasisPoints: 500, freeUpTo: fiveLakh },
]

export interface TaxQuestion {
  readonly at: Date
  /** What is to be paid now, before fee and tax. */
  readonly amount: number
  /** The same of everything earlier in this financial year, and what was deducted from it. */
  readonly earlier: { readonly amount: number; readonly tax: number }
  /** PAN or Aadhaar. */
  readonly hasTaxId: boolean
}

/** Half up, in whole paise; large sums stay exact. */
const partOf = (amount: number, basisPoints: number): number => Number((BigInt(amount) * BigInt(basisPoints) + 5_000n) / 10_000n)

/**
 * What is deducted. It counts for the whole year: the payment that passes the free amount makes up for those before it, but never takes more
 * than half of itself away; the rest follows with the next.
 */
export function taxOf({ at, amount, earlier, hasTaxId }: TaxQuestion, rules = taxRules): { tax: number; taxRule: string | null } {
  const today = dateThere(at)
  const rule = rules.findLast(({ from }) => from <= today)
  if (rule === undefined) return { tax: 0, taxRule: null }
  const total = earlier.amount + amount
  if (hasTaxId && total <= rule.freeUpTo) return { tax: 0, taxRule: null }
  const due = partOf(total, hasTaxId ? rule.basisPoints : rule.withoutPanBasisPoints) - earlier.tax
  const tax = Math.min(Math.max(0, due), Math.floor(amount / 2))
  return { tax, taxRule: tax === 0 ? null : rule.label }
}
