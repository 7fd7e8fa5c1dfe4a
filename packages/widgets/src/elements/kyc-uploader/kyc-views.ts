import type { KycDocument, KycNotice, KycStanding } from '@impacthub/sdk'
import { html, nothing } from 'lit'
import { fill } from '../../locales/format.ts'
import { reasonText, slotText, standingText, type KycWords } from './kyc-words.ts'
import type { PictureSlot } from './picture-slot.ts'

type Type = KycDocument['type']

export const bones = html`<div aria-hidden="true">
  <div class="bone"></div>
  <div class="bone"></div>
</div>`

/** How the user stands, and why. */
export const standingView = (standing: KycStanding, words: KycWords) => {
  const { status, reasons, note, attemptsLeft, canSubmit } = standing
  const { texts, language } = words
  if (status === 'not_started') return nothing
  return html`<div part="standing" class="quiet ${status}">
    ${
      status === 'rejected'
        ? html`<p>${texts.rejectedHint}</p>
            <ul part="reasons">
              ${reasons.map((reason) => html`<li>${reasonText(reason, texts)}</li>`)}
              ${note ? html`<li part="reviewer-note">${note}</li>` : nothing}
            </ul>`
        : nothing
    }
    <p part="advice">
      ${standingText(standing, words)} ${status === 'rejected' && canSubmit ? fill(texts.attempts, { n: attemptsLeft }, language) : nothing}
    </p>
  </div>`
}

/** Why what somebody asked for was not done. */
export const faultView = (fault: string | undefined) =>
  html`<p part="fault" role="alert" class=${fault ? 'fault' : 'none'}>${fault ?? ''}</p>`

/** What is agreed to, in full, before anything is asked for. */
export const noticeView = (
  { language, title, paragraphs, items, agreement }: KycNotice,
  texts: KycWords['texts'],
  fault: string | undefined,
  agree: (event: Event) => void,
) =>
  html`<form part="notice" lang=${language} @submit=${agree}>
    <h3>${title}</h3>
    ${paragraphs.map((text) => html`<p>${text}</p>`)}
    <ul>
      ${items.map((item) => html`<li>${item}</li>`)}
    </ul>
    <label class="choice"><input type="checkbox" name="agreed" required />${agreement}</label>
    ${faultView(fault)}
    <button part="agree">${texts.agree}</button>
  </form>`

/** The documents that the app takes, as radio buttons. */
export const typesView = (types: readonly Type[], chosen: Type, { texts }: KycWords, choose: (type: Type) => void) =>
  html`<fieldset part="types">
    <legend>${texts.choose}</legend>
    ${types.map(
      (type) =>
        html`<label part="type" class="choice"
          ><input type="radio" name="type" .checked=${type === chosen} @change=${() => choose(type)} />${texts[type]}</label
        >`,
    )}
  </fieldset>`

/** A page whose policy shows no `blob:` images does without. */
const hide = ({ target }: Event) => {
  if (target instanceof HTMLElement) target.hidden = true
}

export interface SlotActs {
  readonly camera: (slot: PictureSlot) => void
  readonly file: (slot: PictureSlot, file: File) => void
}

/** One side of the document: its picture, how it is doing, and what can be done. */
export function slotView(slot: PictureSlot, canAim: boolean, words: KycWords, acts: SlotActs) {
  const { texts } = words
  const { phase, preview, percent = 0 } = slot.view
  const said = slotText(slot.view, words)
  const isUnderWay = phase === 'sending' || phase === 'waiting'
  const isChosen = phase === 'doubtful' || phase === 'sent'
  const choose = (event: Event) => {
    const { files } = event.target as HTMLInputElement
    if (files?.[0]) acts.file(slot, files[0])
    ;(event.target as HTMLInputElement).value = ''
  }
  const unlock = (event: Event) => {
    event.preventDefault()
    const password = new FormData(event.target as HTMLFormElement).get('password')
    if (typeof password === 'string' && password) void slot.unlock(password)
  }
  return html`<section part="slot" class=${phase} aria-label=${texts[slot.side]}>
    <h3>${texts[slot.side]}</h3>
    ${preview ? html`<img part="preview" alt="" src=${preview} @error=${hide} />` : nothing}
    <p part="progress-text" role="status">${said}</p>
    ${isUnderWay ? html`<progress max="100" .value=${percent} aria-label=${texts[slot.side]}></progress>` : nothing}
    ${
      phase === 'locked'
        ? html`<form class="row" @submit=${unlock}>
            <label class="field"
              >${texts.password}<input name="password" type="password" autocomplete="off" required maxlength="128"
            /></label>
            <button>${texts.unlock}</button>
          </form>`
        : nothing
    }
    <div class="row">
      ${phase === 'doubtful' ? html`<button type="button" part="use" @click=${() => void slot.send()}>${texts.use}</button>` : nothing}
      ${
        isUnderWay
          ? html`<button type="button" part="stop" class="plain" @click=${() => void slot.clear()}>${texts.cancel}</button>`
          : html`${
                canAim
                  ? html`<button type="button" part="take" class=${isChosen ? 'plain' : ''} @click=${() => acts.camera(slot)}>
                      ${isChosen ? texts.again : texts.take}
                    </button>`
                  : nothing
              }
              <label part="file" class="choose">
                <input type="file" class="hidden" accept="image/*,application/pdf" @change=${choose} />${texts.file}
              </label>`
      }
    </div>
  </section>`
}

export type Field = 'number' | 'name' | 'dateOfBirth'

/** What the document says, as the user types it. */
export function fieldView(
  [field, label, more]: readonly [Field, string, Readonly<Record<string, string>>],
  fault: string | undefined,
  input: (event: Event) => void,
) {
  const id = `why-${field}`
  return html`<label part="field" class="field">
    ${label}
    <input
      name=${field}
      type=${field === 'dateOfBirth' ? 'date' : 'text'}
      required
      autocomplete=${more['autocomplete'] ?? 'off'}
      inputmode=${more['inputmode'] ?? 'text'}
      autocapitalize=${more['autocapitalize'] ?? 'off'}
      maxlength="100"
      spellcheck="false"
      aria-invalid=${fault ? 'true' : 'false'}
      aria-describedby=${id}
      @input=${input}
    />
    <span id=${id} class="fault">${fault ?? ''}</span>
  </label>`
}
