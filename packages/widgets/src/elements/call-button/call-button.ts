import type { CallChannel } from '@impacthub/sdk'
import { html, type PropertyDeclarations, type PropertyValues, type TemplateResult } from 'lit'
import { ConnectElement } from '../../base/connect-element.ts'
import { callButtonEn } from '../../locales/en/call-button.ts'
import { rateText } from '../../locales/rate.ts'
import { StoreController } from '../../session/store-controller.ts'
import { handset } from '../../theme/icons.ts'
import { action } from '../../theme/action.ts'
import { tokens } from '../../theme/tokens.ts'
import { offerOf, type Offer } from './call-offer.ts'
import { callButtonStyles } from './call-button.styles.ts'

/** `<ihc-call-button callee-id="…">`: starts a paid call to one user, and ends it. */
export class IhcCallButton extends ConnectElement {
  static override styles = [tokens, action, callButtonStyles]
  static override properties: PropertyDeclarations = {
    calleeId: { attribute: 'callee-id' },
    channel: {},
    rateCoins: { attribute: 'rate-coins', type: Number },
    rateSeconds: { attribute: 'rate-seconds', type: Number },
  }

  /** Whom to call: the host's own id of the user. */
  declare calleeId: string
  /** `browser` talks here, `phone` (unless given) rings both phones. */
  declare channel: CallChannel | undefined
  /** A price that the platform does not know of, told in place of the callee's or the app's: coins for each started interval… */
  declare rateCoins: number | undefined
  /** …of so many seconds, 60 unless given. */
  declare rateSeconds: number | undefined
  readonly #state = new StoreController(
    this,
    (state) => state,
    () => this.#watch(),
  )
  #unwatch: (() => void) | undefined

  constructor() {
    super()
    this.calleeId = ''
  }

  protected override willUpdate(changed: PropertyValues<this>) {
    if (changed.has('calleeId')) this.#watch()
  }

  protected override render(): TemplateResult {
    const state = this.#state.value
    const catalogue = state?.catalogue
    const texts = catalogue?.callButton ?? callButtonEn
    const offer = offerOf(state, this.calleeId)
    const { fault, act } = offer
    const aside = state?.aside?.(this, offer)
    return html`<div lang=${catalogue?.language ?? 'en'}>
      <button
        part="button"
        class="${act === 'end' ? 'danger' : ''} ${offer.known ? '' : 'skeleton'}"
        aria-describedby="note"
        aria-disabled=${!act}
        aria-busy=${!!offer.busy}
        @click=${this.#press}
      >
        ${handset}${act === 'call' ? (aside?.label ?? html`<slot>${texts.call}</slot>`) : texts[offer.label]}
      </button>
      <div id="note" part="note" role="status" class=${fault ? 'fault' : ''}>
        ${fault ? fault.message || texts.noNetwork : offer.note ? texts[offer.note] : this.#price(texts, catalogue?.language)}
      </div>
      ${aside?.view}
    </div>`
  }

  #price(texts: typeof callButtonEn, language: string | undefined) {
    const { app, presence } = this.#state.value ?? {}
    const callee = presence?.get(this.calleeId)
    // The app's price is the callee's only once the platform has told that they have none of their own.
    const rate = this.rateCoins ? { coins: this.rateCoins, seconds: this.rateSeconds || 60 } : callee && (callee.rate ?? app?.rate)
    return rate ? rateText(rate, texts, language) : ''
  }

  #watch() {
    this.#unwatch?.()
    this.#unwatch = this.calleeId ? this.#state.store?.watch(this.calleeId) : undefined
  }

  readonly #press = () => {
    const { act }: Offer = offerOf(this.#state.value, this.calleeId)
    const callId = this.#state.value?.call?.id
    if (act === 'call') this.emit('ihc-call-request', { calleeId: this.calleeId, channel: this.channel })
    if (act === 'end' && callId) this.emit('ihc-call-end-request', { callId })
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'ihc-call-button': IhcCallButton
  }
}
