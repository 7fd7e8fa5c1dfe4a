import type { WalletBalances, WalletTransaction } from '@impacthub/sdk'
import { html, nothing } from 'lit'
import { repeat } from 'lit/directives/repeat.js'
import { signedCoins } from '../../locales/coins.ts'
import type { WalletTexts } from '../../locales/en/wallet.ts'
import { fill } from '../../locales/format.ts'
import { momentText } from '../../locales/moment.ts'
import { transactionTitle } from './transaction-words.ts'

/** Texts, and the language that numbers and dates are written in. */
export interface WalletWords {
  readonly texts: WalletTexts
  readonly language: string
}

const kinds = ['bonus', 'purchased', 'earned'] as const

/** Balance in large, its kinds, what can be withdrawn and what is held. */
export function balancesView({ balance, buckets, withdrawable }: WalletBalances, { texts, language }: WalletWords) {
  return html`<div>
      <p class="muted">${texts.balance}</p>
      <p part="balance" class="digits">${fill('{n}', { n: balance }, language)}</p>
    </div>
    <dl>
      ${kinds.map(
        (kind) =>
          html`<div part="bucket">
            <dt class="muted">${texts[kind]}</dt>
            <dd class="digits">${fill('{n}', { n: buckets[kind] }, language)}</dd>
          </div>`,
      )}
    </dl>
    <div class="lines muted">
      <p part="withdrawable">${fill(texts.withdrawable, { n: withdrawable }, language)}</p>
      ${buckets.held > 0 ? html`<p part="held">${fill(texts.held, { n: buckets.held }, language)}</p>` : nothing}
    </div>`
}

function rowView(transaction: WalletTransaction, texts: WalletTexts, language: string) {
  const { coins, createdAt, description } = transaction
  const kind = transactionTitle(transaction, texts)
  // "Held for a call with Ravi" says all that "Held for a call" does.
  const title = description.startsWith(kind) ? description : kind
  return html`<li part="transaction">
    <div>
      <p>${title}</p>
      <p class="muted">
        <time datetime=${createdAt}>${momentText(createdAt, language)}</time
        >${description && title !== description ? ` · ${description}` : ''}
      </p>
    </div>
    <span part="coins" class="digits ${coins > 0 ? 'in' : ''}">${signedCoins(coins, language)}</span>
  </li>`
}

/** Transactions, newest first, in plain words. */
export function historyView(transactions: readonly WalletTransaction[], { texts, language }: WalletWords) {
  return html`<div>
    <h3>${texts.history}</h3>
    ${transactions.length === 0 ? html`<p part="empty" class="muted">${texts.empty}</p>` : nothing}
    <ul part="transactions">
      ${repeat(
        transactions,
        ({ id }) => id,
        (transaction) => rowView(transaction, texts, language),
      )}
    </ul>
  </div>`
}

/** The shape of a wallet before its first answer, as tall as the wallet to come. */
export const bones = html`<div aria-hidden="true" class="bones">
  <div class="bone balance"></div>
  <div class="bone buckets"></div>
  ${Array.from({ length: 5 }, () => html`<div class="bone row"></div>`)}
</div>`
