import type { Call } from '@impacthub/sdk'
import { html, nothing, type ReactiveController, type TemplateResult } from 'lit'
import type { ConnectElement } from '../../base/connect-element.ts'
import { callRatingEn } from '../../locales/en/call-rating.ts'
import { fill } from '../../locales/format.ts'
import type { Aftermath, AskAfter } from '../../session/aftermath.ts'
import type { ConnectState } from '../../session/connect-store.ts'
import { canRate, RatingForm } from '../call-rating/rating-form.ts'
import type { HistoryWords } from './history-words.ts'
import { receiptView } from './receipt-view.ts'
import { outcomeText, reportForm, reportState } from './report-form.ts'

/** What an open row shows: receipt, rating, and a way to report a problem. */
export class CallDetails implements ReactiveController {
  readonly #host: ConnectElement
  readonly #ask: AskAfter
  readonly #rating: RatingForm
  #reporting = false
  #wasReporting = false

  constructor(host: ConnectElement, ask: AskAfter) {
    this.#host = host
    this.#ask = ask
    this.#rating = new RatingForm(host, ask)
    host.addController(this)
  }

  close(): void {
    this.#reporting = this.#wasReporting = false
  }

  /** A report that was sent takes its form away; whoever was in it goes on where it says so. */
  hostUpdated(): void {
    const shown = this.#host.renderRoot.querySelector("[part='report-form']") !== null
    const root = this.#host.shadowRoot
    if (this.#wasReporting && !shown && !root?.activeElement) root?.querySelector<HTMLElement>("[part='reported']")?.focus()
    this.#wasReporting = shown
  }

  view(call: Call, state: ConnectState | undefined, words: HistoryWords): TemplateResult {
    const known = state?.aftermath?.get(call.id) ?? {}
    const { texts } = words
    if (!known.receipt) return this.#unread(call, known, words)
    const failed = known.failed?.what === 'rate' ? fill(texts.failedRating, { why: known.failed.message }) : undefined
    return html`<div class="details">
      ${receiptView(known.receipt, call, words)}
      ${
        canRate(call)
          ? this.#rating.view(call.id, known, {
              texts: state?.catalogue?.callRating ?? callRatingEn,
              language: words.language,
              fault: failed,
            })
          : nothing
      }
      ${this.#report(call, known, words)}
    </div>`
  }

  #unread(call: Call, { failed }: Aftermath, { texts }: HistoryWords) {
    if (failed?.what !== 'read') {
      return html`<div class="details">
        <p class="hidden" role="status">${texts.loadingReceipt}</p>
        <div class="bone receipt-bone" aria-hidden="true"></div>
      </div>`
    }
    const again = () => this.#ask('ihc-receipt-request', { callId: call.id })
    return html`<div class="details">
      <p part="receipt-fault" role="alert" class="fault">${texts.failedReceipt}</p>
      <button part="retry" class="plain" @click=${again}>${texts.retry}</button>
    </div>`
  }

  #report(call: Call, known: Aftermath, { texts, language }: HistoryWords) {
    const state = reportState(call, known)
    const outcome = outcomeText(known, texts, language)
    const told = (text: string) => html`<p part="reported" class="banner" role="status" tabindex="-1">${text}</p>`
    if (state === 'none') return outcome === undefined ? nothing : told(outcome)
    if (state !== 'possible') return told(state === 'open' ? texts.reported : (outcome ?? texts.decided))
    const toggle = () => {
      this.#reporting = !this.#reporting
      this.#host.requestUpdate()
    }
    return html`<div class="reporting">
      ${outcome === undefined ? nothing : told(outcome)}
      <button part="report" class="plain" aria-expanded=${this.#reporting ? 'true' : 'false'} @click=${toggle}>
        ${this.#reporting ? texts.cancel : texts.report}
      </button>
      ${this.#reporting ? reportForm(call.id, known, texts, this.#ask) : nothing}
    </div>`
  }
}
