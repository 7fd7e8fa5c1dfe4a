import type { Pack, Topup } from '@impacthub/sdk'
import type { TopupTexts } from '../../locales/en/topup.ts'
import { fill } from '../../locales/format.ts'
import { priceText } from '../../locales/price.ts'
import { isPayable, type TopupView } from '../../session/topup-view.ts'

/** Texts, and the language that numbers and prices are written in. */
export interface TopupWords {
  readonly texts: TopupTexts
  readonly language: string
}

type Deal = Pick<Pack | Topup, 'coins' | 'bonusCoins' | 'amount' | 'currency'>

export const coinsText = (coins: number, { texts, language }: TopupWords): string => fill(texts.coins, { n: coins }, language)

/** `110 coins for ₹99`. */
export const dealText = (deal: Deal, words: TopupWords): string =>
  fill(words.texts.forPrice, {
    coins: coinsText(deal.coins + deal.bonusCoins, words),
    price: priceText(deal.amount, deal.currency, words.language),
  })

/** Whoever closes the payment page may have paid in their bank's app before: only the bank knows. */
const unsure = ['begun', 'dismissed', 'declined', 'canceled_by_payer', 'timed_out', 'provider_error', 'other']

/** What there is to say of a top-up: one sentence for people, and what else is good to know. */
export function outcomeOf({ phase, why, message, topup, balance }: TopupView, { texts, language }: TopupWords): readonly [string, string] {
  if (phase === 'paid' && topup) {
    const n = topup.coins + topup.bonusCoins
    return [fill(texts.paid, { n }, language), balance === undefined ? '' : fill(texts.balance, { n: balance }, language)]
  }
  if (phase === 'pending') return [texts.pending, texts.pendingHint]
  if (phase !== 'stopped') return [phase ? texts[phase] : '', '']
  if (message) return [message, '']
  if (!why || why === 'refused') return [texts.unavailable, '']
  return [texts[why], unsure.includes(why) ? texts.failedHint : '']
}

/** What the one button says. */
export function actionOf({ phase, why, topup }: TopupView, deal: Deal | undefined, { texts, language }: TopupWords): string {
  if (phase === 'paid') return texts.more
  if (phase === 'pending') return texts.check
  if (phase === 'stopped' && why !== 'begun' && why !== 'changed' && (!topup || isPayable(topup))) return texts.retry
  return deal ? fill(texts.pay, { price: priceText(deal.amount, deal.currency, language) }) : ''
}
