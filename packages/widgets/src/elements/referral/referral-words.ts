import type { ReferralStanding } from '@impacthub/sdk'
import type { ReferralTexts } from '../../locales/en/referral.ts'
import { fill } from '../../locales/format.ts'
import { priceText } from '../../locales/price.ts'

export interface ReferralWords {
  readonly texts: ReferralTexts
  readonly language: string
  /** Of the app, in which its top-ups are. */
  readonly currency: string
}

export type ReferralTerms = NonNullable<ReferralStanding['terms']>

export const coinsText = (n: number, { texts, language }: ReferralWords): string => fill(texts.coins, { n }, language)

/** Who gets how much. */
export function offerText({ referrerCoins, refereeCoins }: ReferralTerms, words: ReferralWords): string {
  const { texts } = words
  const [mine, theirs] = [coinsText(referrerCoins, words), coinsText(refereeCoins, words)]
  if (referrerCoins === 0) return fill(texts.friendGets, { theirs })
  if (refereeCoins === 0) return fill(texts.youGet, { mine })
  return referrerCoins === refereeCoins ? fill(texts.bothGet, { coins: mine }) : fill(texts.eachGets, { mine, theirs })
}

/** When they get it. */
function releaseText({ release }: ReferralTerms, { texts, language, currency }: ReferralWords): string {
  if (release.after === 'topup')
    return fill(texts.topup, { price: priceText(release.amount, currency, language), n: release.withinDays }, language)
  if (release.after === 'call')
    return fill(texts.call, { minutes: fill(texts.minutes, { n: release.minutes }, language), n: release.withinDays }, language)
  return release.after === 'days' ? fill(texts.days, { n: release.days }, language) : texts.signup
}

/** When they come, and until when they are worth something. */
export const conditionsText = (terms: ReferralTerms, words: ReferralWords): string =>
  [releaseText(terms, words), terms.expiresDays === null ? '' : fill(words.texts.expires, { n: terms.expiresDays }, words.language)]
    .filter(Boolean)
    .join(' ')

/** What friends are sent. */
export function messageText({ code, terms }: ReferralStanding, app: string, words: ReferralWords): string {
  const coins = terms && terms.refereeCoins > 0 ? coinsText(terms.refereeCoins, words) : ''
  // The code is copied from it: with nothing that is not seen beside it.
  return fill(coins ? words.texts.messageCoins : words.texts.message, { app, code, coins }).replace(/[\u2068\u2069]/g, '')
}
