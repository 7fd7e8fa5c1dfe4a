import type { WithdrawalEvent } from '../../../src/features/withdrawals/withdrawal-lifecycle.ts'

/** Each write of a withdrawal's life. A step that is added to it has to be named here. */
const writes: Readonly<Record<WithdrawalEvent | 'request' | 'payee' | 'answer', true>> = {
  request: true,
  payee: true,
  approve: true,
  send: true,
  answer: true,
  payout_paid: true,
  payout_failed: true,
  payout_returned: true,
  mark_paid: true,
  mark_unpaid: true,
  reject: true,
  cancel: true,
  lose_kyc: true,
}

/** Each question that the provider is asked, by what its path looks like. */
const questions = {
  contact: /^POST \/v1\/contacts$/,
  account: /^POST \/v1\/fund_accounts$/,
  validation: /^POST \/v1\/fund_accounts\/validations$/,
  payout: /^POST \/v1\/payouts$/,
  find: /^GET \/v1\/payouts$/,
  read: /^GET \/v1\/payouts\/[^/]+$/,
  recall: /^POST \/v1\/payouts\/[^/]+\/cancel$/,
} as const

/**
 * Where the platform dies. Of a write `inside`: all of it was sent to PostgreSQL, and no commit; `after`: it is committed, and nobody has been
 * answered. Of a question `before` it leaves, and `after` the provider has answered it.
 */
export const crashPoints: readonly string[] = [
  ...Object.keys(writes).flatMap((write) => [`${write} inside`, `${write} after`]),
  ...Object.keys(questions).flatMap((question) => [`${question} before`, `${question} after`]),
]

const textAt = (values: readonly unknown[], place: number): string | undefined => {
  const value = values[place]
  return typeof value === 'string' ? value : undefined
}

/** Which write a statement is. */
export function writeOf(text: string, values: readonly unknown[]): string | undefined {
  if (text.includes('insert into withdrawal_steps')) return textAt(values, 2)
  if (/^\s*update payees/.test(text)) return 'payee'
  // The provider's own id comes into the row while it is on its way.
  const isAnswer = /^\s*update withdrawals/.test(text) && textAt(values, 2) === 'processing' && textAt(values, 8) !== undefined
  return isAnswer ? 'answer' : undefined
}

/** Which question a request is. */
export function questionOf(method: string, url: string): string | undefined {
  const line = `${method} ${new URL(url).pathname}`
  return Object.entries(questions).find(([, pattern]) => pattern.test(line))?.[0]
}
