import type { ConnectError, KycDocument, KycStanding } from '@impacthub/sdk'
import { html, nothing, type PropertyDeclarations, type TemplateResult } from 'lit'
import { ConnectElement } from '../../base/connect-element.ts'
import { kycEn } from '../../locales/en/kyc.ts'
import { isRefused, randomKey } from '../../session/asked-once.ts'
import type { ConnectFault, ConnectStore } from '../../session/connect-store.ts'
import { loadActs } from '../../session/load-acts.ts'
import { kycFeed, readKyc, type KycView } from '../../session/kyc-feed.ts'
import { StoreController } from '../../session/store-controller.ts'
import { action } from '../../theme/action.ts'
import { card } from '../../theme/card.ts'
import { formStyles } from '../../theme/form.ts'
import { tokens } from '../../theme/tokens.ts'
import { recallUploads } from './kept-uploads.ts'
import { kycStyles } from './kyc-uploader.styles.ts'
import { bones, faultView, fields, fieldView, noticeView, slotView, standingView, typesView, type Field } from './kyc-views.ts'
import type { KycWords } from './kyc-words.ts'
import { resumeSlot, stopSlot, type PictureSlot } from './picture-slot.ts'

type Type = KycDocument['type']

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
      this.#drop('')
      store?.use(kycFeed)
    },
  )
  readonly #internals = this.attachInternals()
  #slots: readonly PictureSlot[] = []
  /** Whose slots these are, and of what. */
  #slotsOf = ''
  /** What of the form was not taken, and what is to be said of the whole. */
  #wrong: readonly string[] = []
  #fault = ''
  #submitting = false
  /** Of what is being handed in: sent again, it is the same submission. */
  #sent: { readonly content: string; readonly key: string } | undefined
  #told: KycStanding | undefined

  protected override willUpdate() {
    const { store, value } = this.#state
    const { standing } = this.#kyc
    if (!store || !value?.me || !standing) return
    const { canSubmit, consent } = standing
    // Of somebody who hands nothing in, nothing is gone on with.
    const user = canSubmit ? value.me : ''
    const wanted = canSubmit && consent.given ? this.#document : undefined
    const name = `${user}:${wanted?.type}`
    if (name !== this.#slotsOf) void this.#open(name, store, user, wanted)
  }

  protected override updated() {
    const { standing } = this.#kyc
    const id = standing?.status === 'pending' || standing?.status === 'verified' ? standing.submissionId : null
    // Where the browser shows what is missing, and puts the focus.
    const anchor = this.renderRoot.querySelector<HTMLElement>('input, button') ?? undefined
    this.#internals.setFormValue(id)
    this.#internals.setValidity({ valueMissing: this.required && id === null }, this.#words.texts.missing, anchor)
    const was = this.#told
    this.#told = standing
    if (standing && was && standing.updatedAt !== was.updatedAt) this.emit('ihc-kyc-changed', { standing })
  }

  protected override render(): TemplateResult {
    const words = this.#words
    const { texts, language } = words
    const { standing, failed } = this.#kyc
    const isLoading = !standing && !failed
    const isOffline = this.#state.value?.connection === 'offline'
    const note = isOffline ? texts.network_error : standing ? '' : texts[failed ? 'failed' : 'loading']
    return html`<section part="card" class="card" aria-labelledby="title" lang=${language} aria-busy=${isLoading}>
      <header>
        <h2 id="title">${texts.title}</h2>
        <p part="status" role="status" class=${standing?.status}>${standing && texts[standing.status]}</p>
      </header>
      <p part="note" role="status" class=${isLoading ? 'muted' : 'banner'}>${note}</p>
      ${
        standing
          ? html`${standing.status === 'not_started' ? nothing : standingView(standing, words)}
            ${standing.canSubmit ? (standing.consent.given ? this.#form(standing) : this.#consent()) : nothing}`
          : failed
            ? html`<button type="button" part="retry" @click=${this.#reread}>${texts.retry}</button>`
            : bones
      }
    </section>`
  }

  #consent() {
    const { notice } = this.#kyc
    return notice ? noticeView(notice, this.#words, this.#fault, this.#agree) : nothing
  }

  #form({ documents }: KycStanding) {
    const words = this.#words
    const { texts } = words
    const type = this.#document?.type
    return html`${typesView(documents, type, words, this.#choose)} ${this.#wanted.map((slot) => slotView(slot, words))}
      <form part="details" novalidate @submit=${this.#submit} @input=${this.#edited}>
        ${fields.map((field) => fieldView(field, type, words, this.#wrong.includes(field)))} ${faultView(this.#fault)}
        <button part="submit" aria-disabled=${this.#submitting}>${texts.submit}</button>
      </form>`
  }

  get #words(): KycWords {
    const catalogue = this.#state.value?.catalogue
    return { texts: catalogue?.kyc ?? kycEn, language: catalogue?.language ?? 'en' }
  }

  get #kyc(): KycView {
    return this.#state.value?.kyc ?? {}
  }

  /** The document that is chosen, of those that the app takes. */
  get #document() {
    const documents = this.#kyc.standing?.documents
    return documents?.find(({ type }) => type === this.type) ?? documents?.[0]
  }

  /** Of a document that came whole, the back is there already. The front is never done without: it is what is looked at first. */
  get #wanted() {
    const isWhole = this.#slots.some(({ side, document }) => side === 'front' && document?.format === 'pdf')
    return this.#slots.filter(({ side, view }) => side === 'front' || view.phase !== 'empty' || !isWhole)
  }

  readonly #choose = (type: Type) => {
    this.type = type
    this.#say()
  }

  readonly #edited = ({ target }: Event) => {
    const { name } = target as HTMLInputElement
    this.#say(this.#wrong.filter((field) => field !== name))
  }

  #say(wrong: readonly string[] = [], fault = '') {
    this.#wrong = wrong
    this.#fault = fault
    this.requestUpdate()
  }

  readonly #reread = () => {
    if (this.#state.store) void readKyc(this.#state.store)
  }

  /** Makes the places for the pictures of a document, with what has been sent of it before, or begun. */
  async #open(name: string, store: ConnectStore, user: string, wanted: KycStanding['documents'][number] | undefined) {
    this.#drop(name)
    const begun = await recallUploads(user)
    if (!wanted) return
    const { data: sent } = await store.client.kycDocuments.list().catch(() => ({ data: [] }))
    if (this.#slotsOf !== name) return
    const { client } = store
    const { type, sides } = wanted
    const changed = () => this.requestUpdate()
    this.#slots = sides.map((side) => ({ client, user, type, side, changed, view: { phase: 'empty' } }))
    this.requestUpdate()
    for (const slot of this.#slots) resumeSlot(slot, sent, begun)
  }

  #drop(name: string) {
    for (const slot of this.#slots) stopSlot(slot)
    this.#slots = []
    this.#slotsOf = name
  }

  readonly #agree = async (event: Event) => {
    event.preventDefault()
    const { store } = this.#state
    const { notice } = this.#kyc
    if (!store || !notice) return
    const { version, language } = notice
    if (!this.emit('ihc-kyc-consent-request', { version })) return
    this.#say()
    try {
      await store.client.kyc.consent({ version, language })
    } catch (error) {
      const fault = await this.#faultOf(store, error)
      this.#say([], fault.message)
      store.set({ fault })
    }
    await readKyc(store)
  }

  readonly #submit = async (event: Event) => {
    event.preventDefault()
    const { store } = this.#state
    const { standing } = this.#kyc
    const { type } = this.#document ?? {}
    if (!store || !standing || !type || this.#submitting) return
    const inputs = (event.target as HTMLFormElement).querySelectorAll('input')
    const said = Object.fromEntries(Array.from(inputs, ({ name, value }) => [name, value.trim()])) as Record<Field, string>
    const slots = this.#wanted
    const documentIds = slots.flatMap(({ document }) => document?.id ?? [])
    const wrong = fields.filter((field) => said[field].length < 2)
    const fault = documentIds.length < slots.length ? this.#words.texts.missing : ''
    this.#say(wrong, fault)
    if (fault || wrong.length > 0) return this.#showWrong()
    if (!this.emit('ihc-kyc-submit-request', { type })) return
    const consent = { version: standing.consent.currentVersion, language: this.#words.language }
    const wish = { ...said, type, documentIds, consent }
    const content = JSON.stringify(wish)
    if (this.#sent?.content !== content) this.#sent = { content, key: randomKey() }
    this.#submitting = true
    this.requestUpdate()
    try {
      await store.client.kyc.submit(wish, { idempotencyKey: this.#sent.key })
      this.#sent = undefined
      await readKyc(store)
      this.#slotsOf = ''
    } catch (error) {
      await this.#refused(store, error)
    } finally {
      this.#submitting = false
      this.requestUpdate()
    }
  }

  async #refused(store: ConnectStore, error: unknown) {
    // After anything but a refusal it may have been handed in: only the same key may be sent again.
    if (isRefused(error)) this.#sent = undefined
    const { errors = [] } = error as Partial<ConnectError>
    const wrong = errors.map(({ pointer }) => pointer.slice(1))
    if (fields.some((field) => wrong.includes(field))) this.#say(wrong)
    else this.#say([], (await this.#faultOf(store, error)).message)
    await this.#showWrong()
  }

  /** What an error means. The words for it come with the code that acts for the session, and without a network there is one to say. */
  async #faultOf(store: ConnectStore, error: unknown): Promise<ConnectFault> {
    const acts = await loadActs().catch(() => undefined)
    return acts?.faultOf(store, error) ?? { code: 'network_error', message: this.#words.texts.network_error, error }
  }

  async #showWrong() {
    await this.updateComplete
    this.renderRoot.querySelector<HTMLElement>("[aria-invalid='true']")?.focus()
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'ihc-kyc-uploader': IhcKycUploader
  }
}
