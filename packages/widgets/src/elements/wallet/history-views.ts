import type { WalletTransaction } from '@impacthub/sdk'
import { html, nothing, type TemplateResult } from 'lit'
import { repeat } from 'lit/directives/repeat.js'
import { signedCoins } from '../../locales/coins.ts'
import { fill } from '../../locales/format.ts'
import { momentText } from '../../locales/moment.ts'
import type { WalletView } from '../../session/wallet-feed.ts'
import { ownChange, type WalletFilter } from '../../session/wallet-filters.ts'
import { receiptView } from './receipt-view.ts'
import { lineOf, noteOf, titleOf, type WalletWords } from './transaction-words.ts'

/** What can be done with the history. */
export interface HistoryActs {
  readonly filter: (filter: WalletFilter) => void
  readonly toggle: (transactionId: string) => void
  readonly retry: (transactionId: string) => void
}

const filters = ['all', 'calls', 'topups', 'bonuses', 'earnings', 'refunds'] as const satisfies WalletFilter[]

/** Which transactions are shown: buttons of which one is pressed. */
const filtersView = (current: WalletFilter, { texts }: WalletWords, acts: HistoryActs) =>
  html`<div part="filters" class="filters" role="group" aria-label=${texts.filter}>
    ${filters.map(
      (filter) =>
        html`<button
          part="filter"
          class="plain chip"
          aria-pressed=${filter === current ? 'true' : 'false'}
          @click=${() => acts.filter(filter)}
        >
          ${texts[filter]}
        </button>`,
    )}
  </div>`

function rowView(transaction: WalletTransaction, { receipt }: WalletView, words: WalletWords, acts: HistoryActs) {
  const { texts, language } = words
  const { id, createdAt } = transaction
  const change = ownChange(transaction)
  const note = noteOf(transaction, words)
  const open = receipt?.id === id
  return html`<li part="transaction" class=${open ? 'open' : ''}>
    <button
      part="row"
      class="plain toggle"
      aria-expanded=${open ? 'true' : 'false'}
      aria-controls="receipt-${id}"
      @click=${() => acts.toggle(id)}
    >
      <span class="what">
        <span class="hidden">${lineOf(transaction, words)}</span>
        <span part="line" aria-hidden="true">${titleOf(transaction, words)}</span>
        <span class="muted"
          ><time datetime=${createdAt}>${momentText(createdAt, language)}</time
          >${note ? html` · <bdi part="note-text">${note}</bdi>` : nothing}</span
        >
      </span>
      <span aria-hidden="true" class="digits amount ${change > 0 ? 'in' : ''}"
        ><bdi part="coins">${signedCoins(change, language)}</bdi
        ><span class="unit muted">${fill(texts.unit, { n: Math.abs(change) }, language)}</span></span
      >
    </button>
    <div id="receipt-${id}" ?hidden=${!open}>${open ? receiptView(receipt, transaction, words, () => acts.retry(id)) : nothing}</div>
  </li>`
}

function emptyView(view: WalletView, { texts }: WalletWords) {
  if (view.filter === 'all') {
    return html`<div part="empty" class="empty">
      <p>${texts.empty}</p>
      <p class="muted">${texts.emptyHint}</p>
    </div>`
  }
  return html`<p part="empty" class="empty muted">${view.lists.get(view.filter)?.nextCursor ? texts.notYet : texts.emptyFilter}</p>`
}

/** Transactions, newest first, each with a receipt to open. */
export function historyView(view: WalletView, words: WalletWords, acts: HistoryActs): TemplateResult {
  const { texts } = words
  const transactions = view.lists.get(view.filter)?.transactions
  return html`<div class="history">
    <h3>${texts.history}</h3>
    ${filtersView(view.filter, words, acts)}
    ${
      transactions || view.failed
        ? nothing
        : html`<p class="hidden" role="status">${texts.loadingHistory}</p>
            <div aria-hidden="true" class="bones">${Array.from({ length: 3 }, () => html`<div class="bone row"></div>`)}</div>`
    }
    ${transactions?.length === 0 ? emptyView(view, words) : nothing}
    <ul part="transactions">
      ${repeat(
        transactions ?? [],
        ({ id }) => id,
        (transaction) => rowView(transaction, view, words, acts),
      )}
    </ul>
  </div>`
}
