import { html, nothing, type TemplateResult } from 'lit'
import { ConnectElement } from '../../base/connect-element.ts'
import { walletEn } from '../../locales/en/wallet.ts'
import { fill } from '../../locales/format.ts'
import { StoreController } from '../../session/store-controller.ts'
import { walletFeed } from '../../session/wallet-feed.ts'
import { action } from '../../theme/action.ts'
import { card } from '../../theme/card.ts'
import { tokens } from '../../theme/tokens.ts'
import { balancesView, bones, historyView, type WalletWords } from './wallet-views.ts'
import { walletStyles } from './wallet.styles.ts'

/** `<ihc-wallet>`: the user's coins by kind and the latest transactions, as they change. */
export class IhcWallet extends ConnectElement {
  static override styles = [tokens, card, action, walletStyles]
  readonly #wallet = new StoreController(
    this,
    (state) => state.wallet,
    (store) => store?.use(walletFeed),
  )
  readonly #connection = new StoreController(this, (state) => state.connection)
  readonly #catalogue = new StoreController(this, (state) => state.catalogue)

  protected override render(): TemplateResult {
    const catalogue = this.#catalogue.value
    const words: WalletWords = { texts: catalogue?.wallet ?? walletEn, language: catalogue?.language ?? 'en' }
    const { texts, language } = words
    const { balances, transactions, nextCursor, busy, failed } = this.#wallet.value ?? {}
    const known = balances && transactions
    const waiting = busy === 'refresh'
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
      <p part="note" role="status" class=${this.#note(texts) ? 'banner' : 'none'}>${this.#note(texts)}</p>
      ${
        known
          ? html`${balancesView(balances, words)} ${historyView(transactions, words)}`
          : failed
            ? nothing
            : html`<p class="hidden" role="status">${texts.loading}</p>
                ${bones}`
      }
      <p class="hidden" role="status">${known ? fill(texts.updated, { n: balances.balance }, language) : ''}</p>
      ${
        known && nextCursor
          ? html`<button part="more" class="plain wide" aria-disabled=${busy === 'more' ? 'true' : 'false'} @click=${this.#more}>
              ${busy === 'more' ? texts.loadingMore : texts.more}
            </button>`
          : nothing
      }
    </section>`
  }

  #note(texts: typeof walletEn) {
    const { balances, failed } = this.#wallet.value ?? {}
    if (failed === 'refresh' && !balances) return texts.failed
    if (this.#connection.value === 'offline') return balances ? texts.offline : texts.waiting
    if (failed === 'more') return texts.failedMore
    return failed ? texts.failedRefresh : ''
  }

  readonly #refresh = () => {
    if (this.#wallet.value?.busy !== 'refresh') this.emit('ihc-wallet-refresh-request', undefined)
  }
  readonly #more = () => {
    if (!this.#wallet.value?.busy) this.emit('ihc-wallet-more-request', undefined)
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'ihc-wallet': IhcWallet
  }
}
