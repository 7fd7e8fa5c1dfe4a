import type { CallRating } from '@impacthub/sdk'
import { html, nothing, type ReactiveController, type ReactiveControllerHost, type TemplateResult } from 'lit'
import type { CallRatingTexts } from '../../locales/en/call-rating.ts'
import { fill } from '../../locales/format.ts'
import type { Aftermath, AskAfter } from '../../session/aftermath.ts'

type Reason = CallRating['reasons'][number]

const praise: readonly Reason[] = ['good_sound', 'helpful', 'friendly', 'other']
const blame: readonly Reason[] = ['bad_sound', 'dropped', 'not_helpful', 'rude', 'wrong_person', 'other']
const reasonsFor = (score: number): readonly Reason[] => (score > 3 ? praise : blame)
const mostReasons = 5
const scores = [1, 2, 3, 4, 5] as const

export interface RatingWords {
  readonly texts: CallRatingTexts
  readonly language: string
  /** Why the last try failed. */
  readonly fault?: string | undefined
}

/** Whether the platform takes a rating of this call: answered, over, and not longer ago than 7 days. */
export function canRate({ answeredAt, endedAt }: { readonly answeredAt: string | null; readonly endedAt: string | null }): boolean {
  return answeredAt !== null && endedAt !== null && Date.now() - Date.parse(endedAt) < 7 * 86_400_000
}

/** What somebody has chosen of a rating before they send it. What counts is what the platform has taken. */
export class RatingForm implements ReactiveController {
  readonly #host: ReactiveControllerHost
  readonly #ask: AskAfter
  #callId: string | undefined
  #score: number | undefined
  #reasons: readonly Reason[] = []
  #comment = ''
  #takenAt: string | undefined
  #open = true

  constructor(host: ReactiveControllerHost, ask: AskAfter) {
    this.#host = host
    this.#ask = ask
    host.addController(this)
  }

  hostDisconnected(): void {
    this.#callId = undefined
  }

  /** The rating of one call: to be given, or as it was given. The last button is the same in all states, and keeps the focus. */
  view(callId: string, { rating, busy }: Aftermath, { texts, language, fault }: RatingWords): TemplateResult {
    // Another call, or the platform has taken the rating: the form begins anew.
    if (callId !== this.#callId || rating?.updatedAt !== this.#takenAt) this.#begin(callId, rating)
    const sending = busy?.includes('rate') === true
    const told = rating && !this.#open ? rating : undefined
    const shown = told?.score ?? this.#score
    return html`<form part="rating" class="rating" novalidate @submit=${this.#send}>
      <p part="rated" role="status" class=${told ? '' : 'none'}>${told ? fill(texts.rated, { n: told.score }, language) : ''}</p>
      ${told ? nothing : this.#stars(shown, texts, language)}
      ${told || shown === undefined ? nothing : [this.#chips(shown, texts), this.#words(texts)]}
      <p part="rating-fault" role="alert" class=${fault ? 'fault' : 'none'}>${fault ?? ''}</p>
      ${
        told || shown !== undefined
          ? html`<button part="rate" type="submit" class=${told ? 'plain' : ''} aria-disabled=${sending ? 'true' : 'false'}>
              ${told ? texts.change : sending ? texts.sending : texts.send}
            </button>`
          : nothing
      }
    </form>`
  }

  #begin(callId: string, rating: Aftermath['rating']) {
    this.#callId = callId
    this.#takenAt = rating?.updatedAt
    this.#score = rating?.score
    this.#reasons = rating?.reasons ?? []
    this.#comment = rating?.comment ?? ''
    this.#open = !rating
  }

  #stars(score: number | undefined, texts: CallRatingTexts, language: string) {
    return html`<fieldset>
      <legend>${texts.rate}</legend>
      <div class="stars">
        ${scores.map(
          (value) =>
            html`<label class=${score !== undefined && value <= score ? 'lit' : ''}>
              <input
                type="radio"
                name="score"
                class="hidden"
                .value=${String(value)}
                .checked=${value === score}
                @change=${() => this.#choose(value)}
              />
              <span aria-hidden="true">★</span><span class="hidden">${fill(texts.star, { n: value }, language)}</span>
            </label>`,
        )}
      </div>
    </fieldset>`
  }

  #chips(score: number, texts: CallRatingTexts) {
    return html`<fieldset>
      <legend class="muted">${texts.why}</legend>
      <div class="chips">
        ${reasonsFor(score).map(
          (reason) =>
            html`<label class="chip">
              <input
                type="checkbox"
                class="hidden"
                name=${reason}
                .checked=${this.#reasons.includes(reason)}
                @change=${() => this.#toggle(reason)}
              />
              <span>${texts[reason]}</span>
            </label>`,
        )}
      </div>
    </fieldset>`
  }

  #words(texts: CallRatingTexts) {
    return html`<label class="words">
      <span class="muted">${texts.comment}</span>
      <textarea
        part="comment"
        name="comment"
        rows="2"
        maxlength="500"
        .value=${this.#comment}
        @input=${(event: Event) => {
          if (event.target instanceof HTMLTextAreaElement) this.#comment = event.target.value
        }}
      ></textarea>
    </label>`
  }

  #choose(score: number) {
    this.#score = score
    this.#reasons = this.#reasons.filter((reason) => reasonsFor(score).includes(reason))
    this.#host.requestUpdate()
  }

  #toggle(reason: Reason) {
    const without = this.#reasons.filter((one) => one !== reason)
    this.#reasons = without.length < this.#reasons.length ? without : [...without, reason].slice(-mostReasons)
    this.#host.requestUpdate()
  }

  readonly #send = (event: Event) => {
    event.preventDefault()
    const callId = this.#callId
    if (!this.#open) {
      this.#open = true
      this.#host.requestUpdate()
    } else if (callId !== undefined && this.#score !== undefined) {
      this.#ask('ihc-call-rate-request', {
        callId,
        score: this.#score,
        reasons: this.#reasons,
        ...(this.#comment.trim() && { comment: this.#comment }),
      })
    }
  }
}
