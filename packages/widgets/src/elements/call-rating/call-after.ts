import type { Call } from '@impacthub/sdk'
import { html, nothing, type LitElement, type ReactiveController, type TemplateResult } from 'lit'
import { callHistoryEn } from '../../locales/en/call-history.ts'
import { callRatingEn } from '../../locales/en/call-rating.ts'
import { durationText } from '../../locales/duration.ts'
import { fill } from '../../locales/format.ts'
import { rateText } from '../../locales/rate.ts'
import { aftermathActs, type AskAfter } from '../../session/aftermath.ts'
import { askThrough } from '../../session/ask-through.ts'
import type { ConnectState, ConnectStore } from '../../session/connect-store.ts'
import { bucketsText } from '../call-history/history-words.ts'
import { canRate, RatingForm } from './rating-form.ts'

/** What a panel shows once a call was talked: its receipt in a line, and a rating that can be passed over. */
export class CallAfter implements ReactiveController {
  readonly #ask: AskAfter
  readonly #rating: RatingForm
  #call: Call | undefined
  #asked = ''

  constructor(host: LitElement, store: () => ConnectStore | undefined) {
    this.#ask = askThrough(host, store, aftermathActs)
    this.#rating = new RatingForm(host, this.#ask)
    host.addController(this)
  }

  /** The receipt is read when the call is over, and again when it is settled. */
  hostUpdated(): void {
    const wanted = this.#call && `${this.#call.id}/${this.#call.settled}`
    if (!this.#call || !wanted || wanted === this.#asked) return
    this.#asked = wanted
    const callId = this.#call.id
    queueMicrotask(() => this.#ask('ihc-receipt-request', { callId }))
  }

  view(call: Call, state: ConnectState | undefined): TemplateResult {
    this.#call = call
    const known = state?.aftermath?.get(call.id) ?? {}
    const language = state?.catalogue?.language ?? 'en'
    const texts = state?.catalogue?.callHistory ?? callHistoryEn
    const { receipt, failed } = known
    const words = { texts, language, me: state?.me ?? '' }
    const length = durationText(call.rate.seconds, language)
    const paidFrom = receipt?.caller && receipt.settled ? bucketsText(receipt.caller.buckets, words) : ''
    const line = receipt
      ? [
          fill(texts.intervalsOf, { n: receipt.intervals, length }, language),
          rateText(receipt.rate, texts, language),
          ...(paidFrom ? [`${texts.paidFrom}: ${paidFrom}`] : []),
        ].join(' · ')
      : ''
    const fault = failed?.what === 'rate' ? fill(texts.failedRating, { why: failed.message }) : undefined
    return html`<p part="receipt" class=${line ? 'muted' : 'none'}>${line}</p>
      ${
        canRate(call)
          ? this.#rating.view(call.id, known, { texts: state?.catalogue?.callRating ?? callRatingEn, language, fault })
          : nothing
      }`
  }
}
