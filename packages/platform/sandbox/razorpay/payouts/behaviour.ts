import type { AccountDetails } from './entities.ts'

/** What becomes of payouts to an account. */
export type PayoutFate = 'success' | 'failure' | 'doubt' | 'reversed' | 'queued'
/** What its bank says whose it is. */
export type NameFate = 'own' | 'other' | 'invalid' | 'nameless' | 'unavailable'

const byVpa: Readonly<Record<string, PayoutFate>> = {
  failure: 'failure',
  doubt: 'doubt',
  reversed: 'reversed',
  queued: 'queued',
}
const namesByVpa: Readonly<Record<string, NameFate>> = {
  invalid: 'invalid',
  mismatch: 'other',
  nameless: 'nameless',
  unavailable: 'unavailable',
}
/** The last four digits of a bank account. */
const byDigits: Readonly<Record<string, PayoutFate>> = { '0001': 'failure', '0002': 'doubt', '0003': 'reversed', '0004': 'queued' }
const namesByDigits: Readonly<Record<string, NameFate>> = {
  '0005': 'invalid',
  '0006': 'other',
  '0007': 'nameless',
  '0008': 'unavailable',
}

const find = <Fate>(table: Readonly<Record<string, Fate>>, word: string): Fate | undefined =>
  Object.hasOwn(table, word) ? table[word] : undefined

/** `failure@upi`, or an account that ends in 0001. What says nothing is paid. */
export const fateOf = (details: AccountDetails): PayoutFate =>
  (details.type === 'vpa' ? find(byVpa, details.address.split('@')[0] ?? '') : find(byDigits, details.number.slice(-4))) ?? 'success'

/** The account is its contact's own unless its address says otherwise. */
export const nameFateOf = (details: AccountDetails): NameFate =>
  (details.type === 'vpa' ? find(namesByVpa, details.address.split('@')[0] ?? '') : find(namesByDigits, details.number.slice(-4))) ?? 'own'
