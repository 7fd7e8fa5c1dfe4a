import type { KycDocument, KycNotice, KycStanding } from '@impacthub/sdk'
import { html, nothing } from 'lit'
import { takePicture } from './camera.ts'
import { adviceText, slotText, wordsOf, type KycWords } from './kyc-words.ts'
import { clearSlot, fillSlot, sendSlot, type PictureSlot } from './picture-slot.ts'
import { prepare } from './shrink.ts'

type Type = KycDocument['type']

export const bones = html`<div aria-hidden="true">
  <div class="bone"></div>
  <div class="bone"></div>
</div>`

/** How the user stands, and why. */
export const standingView = (standing: KycStanding, words: KycWords) => {
  const { status, reasons, note } = standing
  const { texts } = words
  return html`<div part="standing" class="box">
    ${
      status === 'rejected'
        ? html`<ul part="reasons">
            ${reasons.map((reason) => html`<li>${wordsOf(texts, reason, texts.other)}</li>`)}
            ${note ? html`<li part="reviewer-note"><bdi>${note}</bdi></li>` : nothing}
          </ul>`
        : nothing
    }
    <p part="advice">${adviceText(standing, words)}</p>
  </div>`
}

/** Why what somebody asked for was not done. */
export const faultView = (fault: string) => html`<p part="fault" role="alert" class="fault">${fault}</p>`

/** What is agreed to, in full, before anything is asked for. */
export const noticeView = (
  { language, title, paragraphs, items, agreement }: KycNotice,
  { texts }: KycWords,
  fault: string,
  agree: (event: Event) => Promise<void>,
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
export const typesView = (
  documents: KycStanding['documents'],
  chosen: Type | undefined,
  { texts }: KycWords,
  choose: (type: Type) => void,
) =>
  html`<fieldset part="types">
    <legend>${texts.choose}</legend>
    ${documents.map(
      ({ type }) =>
        html`<label part="type" class="choice"
          ><input type="radio" name="type" .checked=${type === chosen} @change=${() => choose(type)} />${texts[type]}</label
        >`,
    )}
  </fieldset>`

/** Asks for a file with the field beside a button, which is easier to reach by keyboard and finger than the field. */
const ask = ({ target }: Event) => (target as HTMLElement).parentElement?.querySelector('input')?.click()

/** One side of the document: its picture, how it is doing, and what can be done. */
export function slotView(slot: PictureSlot, words: KycWords) {
  const { texts } = words
  const { preview, side, view } = slot
  const { phase, percent = 0 } = view
  const aim = ({ target }: Event) => fillSlot(slot, takePicture((target as HTMLElement).closest('.card') as HTMLElement, texts))
  const choose = ({ target }: Event) => {
    const field = target as HTMLInputElement
    const [file] = field.files ?? []
    if (file) void fillSlot(slot, prepare(file))
    field.value = ''
  }
  const unlock = (event: Event) => {
    event.preventDefault()
    void sendSlot(slot, (event.target as HTMLFormElement).querySelector('input')?.value)
  }
  return html`<section part="slot" class="box ${phase}">
    <h3>${texts[side]}</h3>
    ${preview ? html`<img part="preview" alt="" src=${preview} />` : nothing}
    <p part="progress-text" role="status">${slotText(view, words)}</p>
    ${
      phase === 'locked'
        ? html`<form class="row" @submit=${unlock}>
            <label class="field">${texts.password}<input name="password" type="password" autocomplete="off" required /></label>
            <button>${texts.submit}</button>
          </form>`
        : nothing
    }
    ${
      phase === 'sending' || phase === 'waiting'
        ? html`<progress .value=${percent / 100} aria-label=${texts[side]}></progress>
            <button type="button" part="stop" class="plain" @click=${() => clearSlot(slot)}>${texts.cancel}</button>`
        : html`<div class="row">
            ${phase === 'doubtful' ? html`<button type="button" part="use" class="plain" @click=${() => sendSlot(slot)}>${texts.use}</button>` : nothing}
            ${navigator.mediaDevices ? html`<button type="button" part="take" @click=${aim}>${texts.take}</button>` : nothing}
            <button type="button" part="file" class="plain" @click=${ask}>${texts.file}</button>
            <input type="file" hidden accept="image/*,application/pdf" @change=${choose} />
          </div>`
    }
  </section>`
}

/** What the document says, as the user types it. */
const known = { number: 'off', name: 'name', dateOfBirth: 'bday' }
export type Field = keyof typeof known
export const fields = ['number', 'name', 'dateOfBirth'] as const

export const fieldView = (field: Field, type: Type | undefined, { texts }: KycWords, isWrong: boolean) =>
  html`<label part="field" class="field">
    ${texts[field]}
    <input
      name=${field}
      type=${field === 'dateOfBirth' ? 'date' : 'text'}
      autocomplete=${known[field]}
      inputmode=${field === 'number' && type === 'aadhaar' ? 'numeric' : 'text'}
      required
      spellcheck="false"
      aria-invalid=${isWrong}
    />
    <span class="fault">${isWrong ? texts[`${field}Fault`] : ''}</span>
  </label>`
