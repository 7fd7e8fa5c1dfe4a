import type { WalletReceipt, WalletTransaction } from '@impacthub/sdk'
import { html, type TemplateResult } from 'lit'
import { durationText } from '../../locales/duration.ts'
import { fill } from '../../locales/format.ts'
import { listText } from '../../locales/list.ts'
import { dayText, momentText } from '../../locales/moment.ts'
import type { WalletView } from '../../session/wallet-feed.ts'
import { ownChange } from '../../session/wallet-filters.ts'
import { noteOf, titleOf, type WalletWords } from './transaction-words.ts'

type Line = readonly [label: string, value: string, part: string]
type Kind = 'bonus' | 'purchased' | 'earned'

const kinds = [
  ['bonus', 'bonusCoins'],
  ['purchased', 'purchasedCoins'],
  ['earned', 'earnedCoins'],
] as const satisfies [Kind, string][]

/** `30 bonus, 100 bought`. */
function bucketsText(coins: { readonly [Name in Kind]?: number | undefined }, { texts, language }: WalletWords): string {
  const known = kinds.filter(([kind]) => (coins[kind] ?? 0) !== 0)
  const told = known.map(([kind, text]) => fill(texts[text], { n: Math.abs(coins[kind] ?? 0) }, language))
  return listText(told, language)
}

/** What was used, by kind: what a hold had taken less what of it came back. */
function usedText({ used }: WalletReceipt, words: WalletWords): string {
  const coins: Record<Kind, number> = { bonus: 0, purchased: 0, earned: 0 }
  for (const part of used) coins[part.bucket] += part.coins
  return bucketsText(coins, words)
}

function whereLine(receipt: WalletReceipt, words: WalletWords): Line[] {
  const { texts } = words
  const { held = 0, ...spendable } = receipt.buckets
  if (ownChange(receipt) > 0) return [[texts.to, bucketsText(spendable, words), 'to']]
  const from = held === 0 ? bucketsText(spendable, words) : usedText(receipt, words)
  return from ? [[texts.from, from, 'from']] : []
}

/** What of these coins is left, and until when. */
function leftLines({ granted }: WalletReceipt, { texts, language }: WalletWords): Line[] {
  return granted.map(({ leftCoins: n, expiresAt }) => {
    const text =
      expiresAt === null
        ? fill(texts.neverExpires, { n }, language)
        : fill(texts.leftUntil, { n, date: dayText(expiresAt, language) }, language)
    return [texts.left, text, 'left']
  })
}

function linkLines({ type, reverses, reversedBy }: WalletReceipt, words: WalletWords): Line[] {
  const { texts, language } = words
  return [
    ...(reverses ? [[texts.reverses, `${reverses.description} · ${momentText(reverses.createdAt, language)}`, 'reverses'] as const] : []),
    ...reversedBy.map(({ coins, owedCoins = 0, createdAt }): Line => {
      const text = coins > 0 && type === 'call_settlement' ? texts.refundedBy : texts.reversedBy
      return [momentText(createdAt, language), fill(text, { n: Math.abs(coins - owedCoins) }, language), 'reversal']
    }),
  ]
}

function linesOf(receipt: WalletReceipt, words: WalletWords): Line[] {
  const { texts, language } = words
  const note = noteOf(receipt, words)
  const { call, reference } = receipt
  return [
    [texts.when, momentText(receipt.createdAt, language), 'when'],
    ...(call ? [[texts.talkTime, durationText(call.seconds, language), 'talk-time'] as const] : []),
    ...whereLine(receipt, words),
    ...(receipt.buckets.held ? [[texts.wasHeld, fill('{n}', { n: -receipt.buckets.held }, language), 'was-held'] as const] : []),
    ...leftLines(receipt, words),
    ...(note ? [[texts.note, note, 'note-line'] as const] : []),
    ...linkLines(receipt, words),
    ...(reference ? [[texts.reference, reference.id, 'reference'] as const] : []),
    [texts.number, receipt.id, 'number'],
  ]
}

/** All that can be said of one transaction. */
export function receiptView(
  { known, failed }: NonNullable<WalletView['receipt']>,
  transaction: WalletTransaction,
  words: WalletWords,
  retry: () => void,
): TemplateResult {
  const { texts } = words
  if (failed) {
    return html`<div class="details">
      <p part="receipt-fault" role="alert" class="fault">${texts.failedReceipt}</p>
      <button part="retry" class="plain" @click=${retry}>${texts.retry}</button>
    </div>`
  }
  if (!known) {
    return html`<div class="details">
      <p class="hidden" role="status">${texts.loadingReceipt}</p>
      <div class="bone receipt-bone" aria-hidden="true"></div>
    </div>`
  }
  return html`<div class="details">
    <dl part="receipt" class="receipt" aria-label=${titleOf(transaction, words)}>
      ${linesOf(known, words).map(
        ([label, value, part]) =>
          html`<div>
            <dt class="muted">${label}</dt>
            <dd part=${part} class="digits"><bdi>${value}</bdi></dd>
          </div>`,
      )}
    </dl>
  </div>`
}
