import type { WalletHold, WalletTransaction } from '@impacthub/sdk'
import { durationText } from '../../locales/duration.ts'
import type { WalletTexts } from '../../locales/en/wallet.ts'
import { fill } from '../../locales/format.ts'
import { isolated } from '../../locales/isolated.ts'
import { ownChange } from '../../session/wallet-filters.ts'

/** Texts, and the language that numbers and dates are written in. */
export interface WalletWords {
  readonly texts: WalletTexts
  readonly language: string
}

type Title = keyof WalletTexts

const titles: Readonly<Record<string, Title>> = {
  topup: 'topup',
  topup_bonus: 'topupBonus',
  debit: 'debit',
  expiry: 'expiry',
  collection: 'collection',
  referral_reversal: 'rewardTaken',
}

const oneBucket: Readonly<Record<string, Title>> = { bonus: 'creditBonus', earned: 'creditEarned' }

/** What a transaction was, from where this user stands, without what it came to. */
export function titleOf(transaction: WalletTransaction, { texts, language }: WalletWords): string {
  const { type, buckets, call, referralSide } = transaction
  const gain = ownChange(transaction) > 0
  if (call) {
    const words = { name: isolated(call.partnerName || texts.someone), length: durationText(call.seconds, language) }
    if (type === 'call_settlement') return fill(texts[gain ? 'callEarned' : 'callPaid'], words)
    if (type === 'call_refund') return fill(texts[gain ? 'callRefund' : 'callRefundTaken'], words)
  }
  if (type === 'credit') return texts[oneBucket[Object.keys(buckets)[0] ?? ''] ?? 'credit']
  if (referralSide) return texts[referralSide === 'referee' ? 'welcomeReward' : 'referralReward']
  if (type === 'reversal') return texts[gain ? 'givenBack' : 'takenBack']
  return texts[(Object.hasOwn(titles, type) && titles[type]) || 'other']
}

/** The whole line: `Call with Ravi, 4 min 10 sec: 5 coins`. */
export const lineOf = (transaction: WalletTransaction, words: WalletWords): string =>
  fill(words.texts.line, { what: titleOf(transaction, words), n: Math.abs(ownChange(transaction)) }, words.language)

/** Of these the line itself says all. */
const plain: readonly string[] = ['topup', 'topup_bonus', 'expiry', 'collection', 'referral', 'referral_reversal']

/** What the app wrote down, and what of coins that were taken back was not there any more. */
export function noteOf({ call, description, type, owedCoins = 0 }: WalletTransaction, { texts, language }: WalletWords): string {
  const note = call || plain.includes(type) ? '' : description
  const debt = owedCoins > 0 ? fill(texts.toPayBack, { n: owedCoins }, language) : ''
  return [note, debt].filter(Boolean).join(' · ')
}

/** What coins are held for. */
export const heldFor = ({ call }: WalletHold, { texts }: WalletWords): string =>
  call ? fill(texts.heldForCall, { name: isolated(call.partnerName || texts.someone) }) : texts.heldForOther
