import type { KycDocument, KycStanding } from '@impacthub/sdk'
import { html, nothing, type PropertyDeclarations, type PropertyValues, type TemplateResult } from 'lit'
import { ConnectElement } from '../../base/connect-element.ts'
import { connectEvent } from '../../base/events.ts'
import { kycEn } from '../../locales/en/kyc.ts'
import { isRefused, randomKey } from '../../session/asked-once.ts'
import { kycFeed, readKyc } from '../../session/kyc-feed.ts'
import type { ConnectFault, ConnectStore } from '../../session/connect-store.ts'
import { StoreController } from '../../session/store-controller.ts'
import { action } from '../../theme/action.ts'
import { card } from '../../theme/card.ts'
import { formStyles } from '../../theme/form.ts'
import { tokens } from '../../theme/tokens.ts'
import { kycStyles } from './kyc-uploader.styles.ts'
import { bones, faultView, fieldView, noticeView, slotView, standingView, typesView, type Field } from './kyc-views.ts'
import { fieldFault, type KycWords } from './kyc-words.ts'
import type { PictureSlot } from './picture-slot.ts'

type Type = KycDocument['type']

const loadShrink = () => import('./shrink.ts')

/**
 * `<ihc-kyc-uploader>`: the identity of the signed-in user: consent, pictures of a document, what it says, and how they stand. In a form it is
 * a field: its value is the submission's id; `required` holds until something has been handed in.
 */
export class IhcKycUploader extends ConnectElement {
  static readonly formAssociated = true
  static override styles = [tokens, card, action, formStyles, kycStyles]
  static override properties: PropertyDeclarations = {
    type: {},
    required: { type: Boolean },
  }

  /** The document that is chosen: `aadhaar`, `pan` or `driving_license`. */
  declare type: Type | undefined
  /** The form around it cannot be sent before something has been handed in. */
  declare required: boolean
  readonly #state = new StoreController(
    this,
    (state) => state,
    (store) => {
      // Pictures are their user's alone: another session begins without.
      this.#drop()
      store?.use(kycFeed)
    },
  )
  readonly #internals = this.attachInternals()
  #slots: readonly PictureSlot[] = []
  /** Whose slots these are, and of what. */
  #slotsOf = ''
  #faults: { readonly [Name in Field | 'all']?: string | undefined } = {}
  #submitting = false
  /** Of what is being handed in: sent again, it is the same submission. */
  #sent: { readonly content: string; readonly key: string } | undefined
  #told: KycStanding | undefined
  /** For whom this device was rid of pictures that nobody goes on with. */
  #tidied: string | undefined

  protected override willUpdate(changed: PropertyValues<this>) {
    super.willUpdate(changed)
    const standing = this.#standing
    const { me } = this.#state.value ?? {}
    const { store } = this.#state
    const wanted = standing?.documents.find(({ type }) => type === this.#type)
    if (store && me && wanted && standing?.canSubmit && standing.consent.given && this.isConnected) {
      const name = `${me}:${wanted.type}`
      if (name !== this.#slotsOf) void this.#open(name, me, wanted)
    }
    // Of somebody who hands nothing in, nothing is gone on with.
    const whose = me && standing && (standing.canSubmit ? me : '')
    if (whose !== undefined && whose !== this.#tidied) {
      this.#tidied = whose
      import('./kept-uploads.ts').then(({ tidyUploads }) => tidyUploads(whose)).catch(() => {})
    }
  }

  protected override updated(changed: PropertyValues<this>) {
    super.updated(changed)
    const standing = this.#standing
    const id = standing?.status === 'pending' || standing?.status === 'verified' ? standing.submissionId : null
    // Where the browser shows what is missing, and puts the focus.
    const anchor = this.renderRoot.querySelector<HTMLElement>('input, button') ?? undefined
    this.#internals.setFormValue(id)
    this.#internals.setValidity(this.required && id === null ? { valueMissing: true } : {}, this.#words.texts.missing, anchor)
    const was = this.#told
    this.#told = standing
    if (standing && was && standing.updatedAt !== was.updatedAt) this.emit('ihc-kyc-changed', { standing })
  }

  protected override render(): TemplateResult {
    const state = this.#state.value
    const { texts, language } = this.#words
    const { standing, failed, notice } = state?.kyc ?? {}
    const known = !!standing || failed === true
    const note = state?.connection === 'offline' ? texts.offline : failed && !standing ? texts.failed : ''
    return html`<section part="card" class="card" aria-labelledby="title" lang=${language} aria-busy=${known ? 'false' : 'true'}>
      <header>
        <h2 id="title">${texts.title}</h2>
        <p part="status" role="status" class=${standing?.status ?? 'none'}>${standing ? texts[standing.status] : ''}</p>
      </header>
      <p part="note" role="status" class=${note ? 'banner' : 'none'}>${note}</p>
      ${
        known
          ? nothing
          : html`<p class="hidden" role="status">${texts.loading}</p>
              ${bones}`
      }
      ${failed && !standing ? html`<button type="button" part="retry" @click=${this.#reread}>${texts.retry}</button>` : nothing}
      ${standing ? standingView(standing, this.#words) : nothing}
      ${standing?.canSubmit ? (standing.consent.given ? this.#form(standing) : notice ? noticeView(notice, texts, this.#faults.all, (event) => void this.#agree(event)) : bones) : nothing}
    </section>`
  }

  #form({ documents }: KycStanding) {
    const words = this.#words
    const { texts } = words
    const canAim = typeof navigator.mediaDevices?.getUserMedia === 'function'
    const types = documents.map(({ type }) => type)
    const chosen = this.#type
    const fields = [
      ['number', texts.numberOf, { inputmode: chosen === 'aadhaar' ? 'numeric' : 'text', autocapitalize: 'characters' }],
      ['name', texts.name, { autocomplete: 'name', autocapitalize: 'words' }],
      ['dateOfBirth', texts.born, { autocomplete: 'bday' }],
    ] as const
    return html`${typesView(types, chosen, words, this.#choose)}
      ${this.#slots.filter(this.#wants).map((slot) => slotView(slot, canAim, words, { camera: this.#aim, file: this.#take }))}
      <form part="details" novalidate @submit=${this.#submit}>
        ${fields.map((field) => fieldView(field, this.#faults[field[0]], this.#edited))} ${faultView(this.#faults.all)}
        <button part="submit" aria-disabled=${this.#submitting ? 'true' : 'false'}>
          ${this.#submitting ? texts.submitting : texts.submit}
        </button>
      </form>`
  }

  get #words(): KycWords {
    const catalogue = this.#state.value?.catalogue
    return { texts: catalogue?.kyc ?? kycEn, language: catalogue?.language ?? 'en' }
  }

  get #standing(): KycStanding | undefined {
    return this.#state.value?.kyc?.standing
  }

  get #type(): Type {
    const offered = this.#standing?.documents.map(({ type }) => type) ?? []
    return offered.find((type) => type === this.type) ?? offered[0] ?? 'pan'
  }

  /** Of a document that came whole, the back is there already. The front is never done without: it is what is looked at first. */
  readonly #wants = ({ side, view }: PictureSlot) =>
    side === 'front' || view.phase !== 'empty' || !this.#slots.some((one) => one.side === 'front' && one.view.isPdf)

  readonly #choose = (type: Type) => {
    this.type = type
    this.#faults = {}
  }

  readonly #edited = (event: Event) => {
    const { name } = event.target as HTMLInputElement
    this.#faults = { ...this.#faults, [name]: undefined, all: undefined }
    this.requestUpdate()
  }

  readonly #reread = () => {
    if (this.#state.store) void readKyc(this.#state.store)
  }

  /** Makes the places for the pictures of a document, with what has been sent of it before. Who only looks at the status loads none of it. */
  async #open(name: string, me: string, { type, sides }: KycStanding['documents'][number]) {
    const { store } = this.#state
    if (!store) return
    this.#drop()
    this.#slotsOf = name
    const [code, known] = await Promise.all([
      import('./picture-slot.ts').catch(() => undefined),
      store.client.kycDocuments.list().catch(() => undefined),
    ])
    if (this.#slotsOf !== name) return
    // Tried again with the next change, such as a connection that is back.
    if (!code) {
      this.#slotsOf = ''
      return
    }
    this.#slots = sides.map((side) => new code.PictureSlot(store.client, me, type, side, () => this.requestUpdate()))
    this.requestUpdate()
    // On a slow network the code is there before the picture is.
    loadShrink().catch(() => {})
    for (const slot of this.#slots) void slot.resume(known?.data.findLast((one) => one.type === type && one.side === slot.side))
  }

  #drop() {
    for (const slot of this.#slots) slot.stop()
    this.#slots = []
    this.#slotsOf = ''
  }

  readonly #agree = async (event: Event) => {
    event.preventDefault()
    const { store } = this.#state
    const { notice } = this.#state.value?.kyc ?? {}
    if (!store || !notice) return
    const { version, language } = notice
    if (!this.dispatchEvent(connectEvent('ihc-kyc-consent-request', { version }))) return
    this.#faults = {}
    try {
      await store.client.kyc.consent({ version, language })
    } catch (error) {
      const fault = await this.#faultOf(store, error)
      this.#faults = { all: fault.message }
      store.set({ fault })
    }
    await readKyc(store)
  }

  readonly #aim = (slot: PictureSlot) => {
    const texts = this.#words.texts
    void slot.take(import('./camera.ts').then(({ takePicture }) => takePicture(this.shadowRoot ?? this, texts)))
  }

  readonly #take = (slot: PictureSlot, file: File) => void slot.take(loadShrink().then(({ prepare }) => prepare(file)))

  readonly #submit = async (event: Event) => {
    event.preventDefault()
    const { store } = this.#state
    const consent = this.#state.value?.kyc?.standing?.consent
    if (!store || !consent || this.#submitting) return
    const { texts, language } = this.#words
    const data = new FormData(event.target as HTMLFormElement)
    const text = (field: Field) => {
      const value = data.get(field)
      return typeof value === 'string' ? value.trim() : ''
    }
    const wish = { type: this.#type, number: text('number'), name: text('name'), dateOfBirth: text('dateOfBirth') }
    const documentIds = this.#slots.flatMap(({ view }) => view.documentId ?? [])
    this.#faults = {
      number: wish.number ? undefined : texts.badNumber,
      name: wish.name.length > 1 ? undefined : texts.badName,
      dateOfBirth: wish.dateOfBirth ? undefined : texts.badBorn,
      all: documentIds.length < this.#slots.filter(this.#wants).length ? texts.missing : undefined,
    }
    if (Object.values(this.#faults).some(Boolean)) return this.#showFault()
    if (!this.dispatchEvent(connectEvent('ihc-kyc-submit-request', { type: wish.type }))) return
    const content = JSON.stringify([documentIds, wish])
    if (this.#sent?.content !== content) this.#sent = { content, key: randomKey() }
    this.#submitting = true
    this.requestUpdate()
    try {
      const given = { version: consent.currentVersion, language: language.split('-')[0] ?? 'en' }
      await store.client.kyc.submit({ ...wish, documentIds, consent: given }, { idempotencyKey: this.#sent.key })
      this.#sent = undefined
      this.#slotsOf = ''
      await readKyc(store)
    } catch (error) {
      await this.#refused(store, error)
      await this.#showFault()
    } finally {
      this.#submitting = false
      this.requestUpdate()
    }
  }

  /** What an error means. The words for it come with the code that acts for the session, and without a network there is one to say. */
  async #faultOf(store: ConnectStore, error: unknown): Promise<ConnectFault> {
    const code = await import('../../session/fault.ts').catch(() => undefined)
    return code?.faultOf(store, error) ?? { code: 'network_error', message: this.#words.texts.offline, error }
  }

  async #refused(store: ConnectStore, error: unknown) {
    // After anything but a refusal it may have been handed in: only the same key may be sent again.
    if (isRefused(error)) this.#sent = undefined
    const { texts } = this.#words
    const fields = error instanceof Error && 'errors' in error && Array.isArray(error.errors) ? (error.errors as { pointer: string }[]) : []
    const named = fields.flatMap(({ pointer }) => {
      const fault = fieldFault(pointer, texts)
      return fault ? [[pointer.slice(1), fault] as const] : []
    })
    this.#faults = named.length > 0 ? Object.fromEntries<string>(named) : { all: (await this.#faultOf(store, error)).message }
  }

  async #showFault() {
    this.requestUpdate()
    await this.updateComplete
    this.renderRoot.querySelector<HTMLElement>("[aria-invalid='true']")?.focus()
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'ihc-kyc-uploader': IhcKycUploader
  }
}
