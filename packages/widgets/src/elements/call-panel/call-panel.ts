import type { Call } from '@impacthub/sdk'
import { html, nothing, type PropertyDeclarations, type PropertyValues, type TemplateResult } from 'lit'
import { ConnectElement } from '../../base/connect-element.ts'
import { callPanelEn, type CallPanelTexts } from '../../locales/en/call-panel.ts'
import { callMeter, elapsedAt, leftAt } from '../../session/call-meter.ts'
import { isLive } from '../../session/call-progress.ts'
import { StoreController } from '../../session/store-controller.ts'
import { handset } from '../../theme/icons.ts'
import { action } from '../../theme/action.ts'
import { card } from '../../theme/card.ts'
import { tokens } from '../../theme/tokens.ts'
import type { ConnectState } from '../../session/connect-store.ts'
import { figures, summary } from './call-figures.ts'
import { callPanelStyles } from './call-panel.styles.ts'
import { announcementOf, headlineOf, initialOf, sideOf, warningOf, type Side } from './call-words.ts'

/** `<ihc-call-panel>`: the incoming or running call of this user, and its summary when it is over. */
export class IhcCallPanel extends ConnectElement {
  static override styles = [tokens, card, action, callPanelStyles]
  static override properties: PropertyDeclarations = { hideIdle: { attribute: 'hide-idle', type: Boolean } }

  /** Show nothing at all while there is no call. */
  declare hideIdle: boolean
  readonly #state = new StoreController(
    this,
    (state) => state,
    (store) => store?.use(callMeter),
  )
  #tick: ReturnType<typeof setInterval> | undefined

  constructor() {
    super()
    this.hideIdle = false
  }

  override disconnectedCallback() {
    super.disconnectedCallback()
    this.#stopTicking()
  }

  protected override updated(changed: PropertyValues<this>) {
    super.updated(changed)
    const running = this.isConnected && this.#state.value?.call?.status === 'in_progress'
    if (running) this.#tick ??= setInterval(() => this.requestUpdate(), 500)
    else this.#stopTicking()
  }

  protected override render(): TemplateResult | typeof nothing {
    const state = this.#state.value
    const texts = state?.catalogue?.callPanel ?? callPanelEn
    if (!state?.call && this.hideIdle) return nothing
    return html`<section part="card" class="card" aria-label=${texts.label} lang=${state?.catalogue?.language ?? 'en'}>
      ${state?.call ? this.#call(state.call, state, texts) : this.#empty(state, texts)}
    </section>`
  }

  #empty(state: ConnectState | undefined, texts: CallPanelTexts) {
    if (!state?.ready && state?.connection !== 'offline') {
      return html`<header aria-busy="true">
        <span part="avatar" class="bone"></span>
        <div class="bones">
          <div class="bone"></div>
          <div class="bone"></div>
        </div>
        <p class="hidden" role="status">${texts.loading}</p>
      </header>`
    }
    return html`<slot name="idle">
      <header>
        <span part="avatar" aria-hidden="true">${handset}</span>
        <div>
          <h2>${texts.idle}</h2>
          <p class="muted" role="status">${state.ready ? texts.idleHint : texts.waiting}</p>
        </div>
      </header>
    </slot>`
  }

  #call(call: Call, state: ConnectState, texts: CallPanelTexts) {
    const { clock, catalogue, app } = state
    const side = sideOf(call, state.me)
    const live = isLive(call)
    const now = performance.now()
    const timing = call.status === 'in_progress' && clock?.callId === call.id ? clock : undefined
    const left = timing && leftAt(timing, now)
    const elapsed = timing ? elapsedAt(timing, now) : call.durationSeconds
    const view = { call, side, texts, language: catalogue?.language, elapsed, left, coins: timing?.chargedCoins ?? call.chargedCoins }
    const refused = live && state.fault?.callId === call.id ? state.fault.message || texts.noNetwork : ''
    const lost = live && state.connection === 'offline' ? texts.noNetwork : ''
    const warning = warningOf(view, app?.maxCallSeconds)
    return html`<header>
        <span part="avatar" class=${live && !call.answeredAt ? 'rings' : ''} aria-hidden="true">${initialOf(side.name)}</span>
        <div>
          <h2 part="name">${side.name || texts.someone}</h2>
          <p part="status" class="muted">${headlineOf(call, side, texts)}</p>
        </div>
      </header>
      <p class="hidden" role="status">${announcementOf(view)}</p>
      ${live ? (call.status === 'in_progress' ? figures(view) : nothing) : summary(view)}
      <p part="warning" role="alert" class=${warning ? 'banner' : 'none'}>${warning}</p>
      <p part="note" role="status" class=${refused ? 'fault' : lost ? 'muted' : 'none'}>${refused || lost}</p>
      ${this.#button(call, side, state.ending === call.id, texts)}`
  }

  // One button in every state: what has the focus stays where it is.
  #button(call: Call, side: Side, ending: boolean, texts: CallPanelTexts) {
    const live = isLive(call)
    const stop = call.status === 'in_progress' ? texts.end : side.mine ? texts.cancel : texts.decline
    const label = !live ? texts.done : ending ? texts.ending : stop
    return html`<button
      part="button"
      class=${live ? 'danger' : 'plain'}
      aria-disabled=${live && ending ? 'true' : 'false'}
      aria-busy=${live && ending ? 'true' : 'false'}
      @click=${this.#press}
    >
      ${label}
    </button>`
  }

  #stopTicking() {
    clearInterval(this.#tick)
    this.#tick = undefined
  }

  readonly #press = () => {
    const { call, ending } = this.#state.value ?? {}
    if (!call || ending === call.id) return
    if (isLive(call)) this.emit('ihc-call-end-request', { callId: call.id })
    else this.emit('ihc-call-dismiss-request', undefined)
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'ihc-call-panel': IhcCallPanel
  }
}
