import type { Call } from '@impacthub/sdk'
import { html, nothing, type PropertyValues, type TemplateResult } from 'lit'
import { repeat } from 'lit/directives/repeat.js'
import { ConnectElement } from '../../base/connect-element.ts'
import { callHistoryEn, type CallHistoryTexts } from '../../locales/en/call-history.ts'
import { fill } from '../../locales/format.ts'
import { aftermathActs } from '../../session/aftermath.ts'
import { askThrough } from '../../session/ask-through.ts'
import { isLive } from '../../session/call-progress.ts'
import type { ConnectState } from '../../session/connect-store.ts'
import { historyActs, historyFeed } from '../../session/history-feed.ts'
import { StoreController } from '../../session/store-controller.ts'
import { action } from '../../theme/action.ts'
import { card } from '../../theme/card.ts'
import { figureStyles } from '../../theme/figures.ts'
import { hidden } from '../../theme/hidden.ts'
import { receiptStyles } from '../../theme/receipt.ts'
import { tokens } from '../../theme/tokens.ts'
import { ratingStyles } from '../call-rating/rating.styles.ts'
import { CallDetails } from './call-details.ts'
import { callHistoryStyles } from './call-history.styles.ts'
import { bones, isNew, rowView } from './history-views.ts'
import { otherOf, type HistoryWords } from './history-words.ts'
import { Sight } from './sight.ts'

/** `<ihc-call-history>`: the calls of the signed-in user, newest first, with the receipt of each and what can be done about it. */
export class IhcCallHistory extends ConnectElement {
  static override styles = [tokens, hidden, card, figureStyles, action, ratingStyles, receiptStyles, callHistoryStyles]
  readonly #state = new StoreController(
    this,
    (state) => state,
    (store) => store?.use(historyFeed),
  )
  readonly #sight = new Sight(this)
  readonly #ask = askThrough(this, () => this.#state.store, { ...historyActs, ...aftermathActs })
  readonly #details = new CallDetails(this, this.#ask)
  /** The one row that is open. */
  #open: string | undefined
  /** The row whose call button was pressed last: what is refused is told there. */
  #called: string | undefined
  /** What has been told as seen: how many, and at which look. */
  #told = ''

  protected override updated(changed: PropertyValues<this>) {
    super.updated(changed)
    const { calls, unseen = 0 } = this.#history ?? {}
    const look = `${unseen}/${this.#sight.times}`
    if (!calls || unseen === 0 || !this.#sight.seen || look === this.#told) return
    this.#told = look
    this.#ask('ihc-history-seen-request', undefined)
  }

  protected override render(): TemplateResult {
    const state = this.#state.value
    const texts = state?.catalogue?.callHistory ?? callHistoryEn
    const language = state?.catalogue?.language ?? 'en'
    const { calls, me, nextCursor, busy, failed, unseen = 0 } = this.#history ?? {}
    const note = this.#note(state, texts)
    const waiting = busy === 'refresh'
    return html`<section
      part="card"
      class="card"
      aria-labelledby="title"
      lang=${language}
      aria-busy=${!calls && !failed ? 'true' : 'false'}
    >
      <header>
        <h2 id="title">${texts.title}</h2>
        ${
          unseen > 0
            ? html`<span part="badge" class="badge"
                ><span aria-hidden="true">${fill(texts.unseen, { n: unseen }, language)}</span
                ><span class="hidden">${fill(texts.unseenLong, { n: unseen }, language)}</span></span
              >`
            : nothing
        }
        <button part="refresh" class="plain" aria-disabled=${waiting ? 'true' : 'false'} @click=${this.#refresh}>
          ${failed === 'refresh' ? texts.retry : waiting && calls ? texts.refreshing : texts.refresh}
        </button>
      </header>
      <p part="note" role="status" class=${note ? 'banner' : 'none'}>${note}</p>
      ${
        calls && me !== undefined
          ? this.#list(calls, { texts, language, me })
          : failed
            ? nothing
            : html`<p class="hidden" role="status">${texts.loading}</p>
                ${bones}`
      }
      ${
        calls && nextCursor
          ? html`<button part="more" class="plain wide" aria-disabled=${busy === 'more' ? 'true' : 'false'} @click=${this.#more}>
              ${busy === 'more' ? texts.loadingMore : texts.more}
            </button>`
          : nothing
      }
    </section>`
  }

  get #history() {
    return this.#state.value?.history
  }

  #note(state: ConnectState | undefined, texts: CallHistoryTexts): string {
    const { calls, failed } = state?.history ?? {}
    if (failed === 'refresh' && !calls) return texts.failed
    if (state?.connection === 'offline') return calls ? texts.offline : texts.waiting
    if (failed === 'more') return texts.failedMore
    return failed ? texts.failedRefresh : ''
  }

  #list(calls: readonly Call[], words: HistoryWords) {
    if (calls.length === 0) {
      return html`<div part="empty" class="empty">
        <p>${words.texts.empty}</p>
        <p class="muted">${words.texts.emptyHint}</p>
      </div>`
    }
    return html`<ul part="calls">
      ${repeat(
        calls,
        ({ id }) => id,
        (call) => this.#row(call, words),
      )}
    </ul>`
  }

  #row(call: Call, words: HistoryWords) {
    const { call: current, pending, fault } = this.#state.value ?? {}
    const { userId } = otherOf(call, words.me)
    const calling = pending !== undefined || isLive(current)
    return rowView(call, !!this.#history && isNew(call, this.#history), words, {
      open: this.#open === call.id,
      calling,
      fault: this.#called === call.id && fault?.calleeId === userId ? fault.message || words.texts.waiting : undefined,
      details: () => this.#details.view(call, this.#state.value, words),
      toggle: () => this.#toggle(call.id),
      call: () => {
        if (calling) return
        this.#called = call.id
        this.emit('ihc-call-request', { calleeId: userId, channel: call.channel })
      },
    })
  }

  #toggle(callId: string) {
    this.#open = this.#open === callId ? undefined : callId
    this.#details.close()
    this.requestUpdate()
    if (this.#open) this.#ask('ihc-receipt-request', { callId })
  }

  readonly #refresh = () => {
    if (this.#history?.busy !== 'refresh') this.#ask('ihc-history-refresh-request', undefined)
  }
  readonly #more = () => {
    if (!this.#history?.busy) this.#ask('ihc-history-more-request', undefined)
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'ihc-call-history': IhcCallHistory
  }
}
