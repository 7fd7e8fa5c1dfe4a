import type { Withdrawal, WithdrawalTerms } from '@impacthub/sdk'
import type { WithdrawTexts } from '../../locales/en/withdraw.ts'
import { fill } from '../../locales/format.ts'
import { momentText } from '../../locales/moment.ts'

export interface WithdrawWords {
  readonly texts: WithdrawTexts
  readonly language: string
}

/** Where the money goes: one that was given before, by its id, or a new one. */
export type Destination = { readonly saved: string } | 'upi' | 'bank'
export type WithdrawField = 'coins' | 'vpa' | 'ifsc' | 'accountNumber' | 'name'

export const coinsText = (n: number, { texts, language }: WithdrawWords): string => fill(texts.coins, { n }, language)

/** Why nothing can be withdrawn now. */
export function obstacleText({ obstacle, minCoins }: WithdrawalTerms, { texts, language }: WithdrawWords): string {
  return obstacle ? fill(texts[obstacle], { n: minCoins }, language) : ''
}

export const rangeOf = ({ minCoins: least, maxCoins: most }: WithdrawalTerms, text: string, language: string): string =>
  fill(text, { least, most }, language)

export const statusText = ({ status }: Withdrawal, texts: WithdrawTexts): string =>
  status === 'failed' ? texts.failedStatus : texts[status]

/** What there is to know of a withdrawal beyond its status. */
export function moreText(one: Withdrawal, { texts, language }: WithdrawWords): string {
  const { waitingFor, reason, bankReference, method } = one
  if (reason) return [texts[reason], texts.back].filter(Boolean).join(' ')
  if (one.endedAt) return texts.back
  if (one.status === 'paid') return bankReference ? fill(texts.reference, { number: bankReference }) : ''
  if (waitingFor === 'cooling') return fill(texts.coolingUntil, { date: momentText(one.sendAfter, language) })
  if (waitingFor === 'bank') return texts.bankConfirms
  if (waitingFor === 'payment') return method === 'hand' ? texts.byHand : texts.payment
  return waitingFor ? texts[waitingFor] : ''
}

/** Which field a refusal speaks of. */
export const fieldOf = (pointer: string): WithdrawField | undefined =>
  (
    ({
      '/coins': 'coins',
      '/payee/vpa': 'vpa',
      '/payee/ifsc': 'ifsc',
      '/payee/accountNumber': 'accountNumber',
      '/payee/name': 'name',
    }) as const
  )[pointer as '/coins']

/** What is wrong with a field. */
export const faultText = (field: WithdrawField, terms: WithdrawalTerms, { texts, language }: WithdrawWords): string =>
  ({
    coins: rangeOf(terms, texts.badCoins, language),
    vpa: texts.badVpa,
    ifsc: texts.badIfsc,
    accountNumber: texts.badAccount,
    name: texts.badHolder,
  })[field]
