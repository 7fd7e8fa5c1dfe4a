/** How a payment turns out. */
export const outcomes = [
  'success',
  'failure',
  'cancelled',
  'late',
  'authorized',
  'nowebhook',
  'noreturn',
  'silent',
  'double',
  'pending',
] as const
export type Outcome = (typeof outcomes)[number]

/** Amounts whose last two digits choose the outcome, whatever was chosen on the page. */
const byPaise: Readonly<Record<number, Outcome>> = {
  40: 'cancelled',
  41: 'failure',
  42: 'late',
  43: 'authorized',
  44: 'nowebhook',
  45: 'noreturn',
  46: 'silent',
  47: 'double',
  48: 'pending',
}

/** What was chosen, and when a late bank answers. */
export interface Choice {
  readonly outcome: Outcome
  readonly lateAfterMs: number
}

const LATE_AFTER_SECONDS = 60
const vpaForm = /^([a-z]{1,20})(\d{1,6})?@(?:razorpay|upi)$/

/** Whether this is one of the outcomes. */
export const isOutcome = (name: unknown): name is Outcome => outcomes.some((known) => known === name)

/** The outcome that goes with a UPI id, such as `success@razorpay` or `late90@upi`; undefined for an id that nobody has. */
export function outcomeOfVpa(vpa: string): Choice | undefined {
  const [, name, seconds] = vpaForm.exec(vpa.trim().toLowerCase()) ?? []
  if (!isOutcome(name) || (seconds !== undefined && name !== 'late')) return undefined
  return { outcome: name, lateAfterMs: Number(seconds ?? LATE_AFTER_SECONDS) * 1_000 }
}

/** An amount may overrule what was chosen. */
export const chosen = (amount: number, { outcome, lateAfterMs }: Choice): Choice => ({
  outcome: byPaise[amount % 100] ?? outcome,
  lateAfterMs,
})

/** An outcome by its name, late ones after a minute. */
export const choiceOf = (outcome: Outcome): Choice => ({ outcome, lateAfterMs: LATE_AFTER_SECONDS * 1_000 })

/** Whether the page is told how the payment went. */
export const returns = (outcome: Outcome): boolean => outcome !== 'noreturn' && outcome !== 'silent'
/** Whether nothing is told to the webhook. */
export const isMuted = (outcome: Outcome): boolean => outcome === 'nowebhook' || outcome === 'silent'
