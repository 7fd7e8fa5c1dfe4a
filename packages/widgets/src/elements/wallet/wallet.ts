import { html, nothing, type PropertyValues, type TemplateResult } from 'lit'
import { ConnectElement } from '../../base/connect-element.ts'
import { walletEn } from '../../locales/en/wallet.ts'
import { fill } from '../../locales/format.ts'
import { askThrough } from '../../session/ask-through.ts'
import { StoreController } from '../../session/store-controller.ts'
import { walletActs, walletFeed, type WalletView } from '../../session/wallet-feed.ts'
import { action } from '../../theme/action.ts'
import { card } from '../../theme/card.ts'
import { figureStyles } from '../../theme/figures.ts'
import { hidden } from '../../theme/hidden.ts'
import { receiptStyles } from '../../theme/receipt.ts'
import { tokens } from '../../theme/tokens.ts'
import { balancesView, bones, heldView } from './balance-views.ts'
import { historyView, type HistoryActs } from './history-views.ts'
import type { WalletWords } from './transaction-words.ts'
import { walletStyles } from './wallet.styles.ts'

const unread: WalletView = { filter: 'all', lists: new Map() }

/** `<ihc-wallet>`: the user's coins by kind, what is held and for what, and the history with a receipt of each line, as they change. */
export class IhcWallet extends ConnectElement {
  static override styles = [tokens, hidden, card, figureStyles, action, receiptStyles, walletStyles]
  readonly #wallet = new StoreController(
    this,
    (state) => state.wallet,
    (store) => store?.use(walletFeed),
  )
  readonly #connection = new StoreController(this, (state) => state.connection)
  readonly #catalogue = new StoreController(this, (state) => state.catalogue)
  readonly #ask = askThrough(this, () => this.#wallet.store, walletActs)
  readonly #acts: HistoryActs = {
    filter: (filter) => this.#ask('ihc-wallet-filter-request', { filter }),
    toggle: (id) => this.#ask('ihc-wallet-receipt-request', { transactionId: this.#view.receipt?.id === id ? undefined : id }),
    retry: (transactionId) => {
      // The button goes with the fault: whoever pressed it goes on at the line.
      this.renderRoot.querySelector<HTMLElement>("[part='row'][aria-expanded='true']")?.focus()
      this.#ask('ihc-wallet-receipt-request', { transactionId })
    },
  }

  /** The line after which more was asked for, until it is there. */
  #asked: number | undefined

  protected override updated(changed: PropertyValues<this>) {
    super.updated(changed)
    const list = this.#view.lists.get(this.#view.filter)
    if (this.#asked === undefined || this.#view.busy === 'more' || list?.transactions.length === this.#asked) return
    const root = this.shadowRoot
    // The last page takes its button away: whoever pressed it goes on at the first line that it brought.
    if (!root?.activeElement && !root?.querySelector("[part='more']"))
      root?.querySelectorAll<HTMLElement>("[part='row']")[this.#asked]?.focus()
    this.#asked = undefined
  }

  get #view(): WalletView {
    return this.#wallet.value ?? unread
  }

  protected override render(): TemplateResult {
    const catalogue = this.#catalogue.value
    const words: WalletWords = { texts: catalogue?.wallet ?? walletEn, language: catalogue?.language ?? 'en' }
    const { texts, language } = words
    const { balances, lists, busy, failed } = this.#view
    const known = balances && (lists.size > 0 || failed)
    const waiting = busy === 'refresh'
    const note = this.#note(texts)
    return html`<section
      part="card"
      class="card"
      aria-labelledby="title"
      lang=${language}
      aria-busy=${!known && !failed ? 'true' : 'false'}
    >
      <header>
        <h2 id="title">${texts.title}</h2>
        <button part="refresh" class="plain" aria-disabled=${waiting ? 'true' : 'false'} @click=${this.#refresh}>
          ${failed === 'refresh' ? texts.retry : waiting && known ? texts.refreshing : texts.refresh}
        </button>
      </header>
      <p part="note" role="status" class=${note ? 'banner' : 'none'}>${note}</p>
      ${
        known
          ? this.#known(balances, words)
          : failed
            ? nothing
            : html`<p class="hidden" role="status">${texts.loading}</p>
                ${bones}`
      }
      <p class="hidden" role="status">${known ? fill(texts.updated, { n: balances.balance }, language) : ''}</p>
    </section>`
  }

  #known(balances: NonNullable<WalletView['balances']>, words: WalletWords) {
    const view = this.#view
    const { texts } = words
    const list = view.lists.get(view.filter)
    const loading = view.busy === 'more'
    return html`${balancesView(balances, view.more, words)} ${heldView(balances.buckets.held, view.holds ?? [], words)}
    ${historyView(view, words, this.#acts)}
    ${
      list?.nextCursor
        ? html`<button part="more" class="plain wide" aria-disabled=${loading ? 'true' : 'false'} @click=${this.#more}>
            ${loading ? texts.loadingMore : list.transactions.length > 0 ? texts.more : texts.further}
          </button>`
        : nothing
    }`
  }

  #note(texts: typeof walletEn): string {
    const { balances, lists, filter, failed } = this.#view
    if (failed === 'refresh' && !balances) return texts.failed
    if (this.#connection.value === 'offline') return balances ? texts.offline : texts.waiting
    if (failed === 'more') return texts.failedMore
    if (failed && !lists.has(filter)) return texts.failedFilter
    return failed ? texts.failedRefresh : ''
  }

  readonly #refresh = () => {
    if (this.#view.busy !== 'refresh') this.emit('ihc-wallet-refresh-request', undefined)
  }
  readonly #more = () => {
    const { busy, filter, lists } = this.#view
    if (busy) return
    this.#asked = lists.get(filter)?.transactions.length
    this.emit('ihc-wallet-more-request', undefined)
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'ihc-wallet': IhcWallet
  }
}
