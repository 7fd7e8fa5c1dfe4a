import type { Call } from '@impacthub/sdk'
import { html, nothing, type PropertyDeclarations, type PropertyValues, type TemplateResult } from 'lit'
import { ConnectElement } from '../../base/connect-element.ts'
import { callPanelEn, type CallPanelTexts } from '../../locales/en/call-panel.ts'
import { problemText } from '../../locales/en/problems.ts'
import { callMeter, elapsedAt, leftAt } from '../../session/call-meter.ts'
import { isLive } from '../../session/call-progress.ts'
import { StoreController } from '../../session/store-controller.ts'
import { handset } from '../../theme/icons.ts'
import { action } from '../../theme/action.ts'
import { card } from '../../theme/card.ts'
import { figureStyles } from '../../theme/figures.ts'
import { hidden } from '../../theme/hidden.ts'
import { tokens } from '../../theme/tokens.ts'
import type { ConnectState, MediaView } from '../../session/connect-store.ts'
import type { CallAfter } from '../call-rating/call-after.ts'
import { ratingStyles } from '../call-rating/rating.styles.ts'
import { actionsOf, problemActions, type Action, type Actions } from './call-actions.ts'
import { figures, price, summary } from './call-figures.ts'
import { callPanelStyles } from './call-panel.styles.ts'
import { soundOf } from './call-sound.ts'
import { announcementOf, headlineOf, initialOf, sideOf, warningOf, type CallView } from './call-words.ts'
import { incomingAttention } from './incoming-attention.ts'

/** `<ihc-call-panel>`: the incoming or running call of this user, and its summary when it is over. */
export class IhcCallPanel extends ConnectElement {
  static override styles = [tokens, hidden, card, figureStyles, action, ratingStyles, callPanelStyles]
  static override properties: PropertyDeclarations = {
    hideIdle: { attribute: 'hide-idle', type: Boolean },
    silent: { type: Boolean },
  }

  /** Show nothing at all while there is no call. */
  declare hideIdle: boolean
  /** Make no sound when somebody calls in the browser. */
  declare silent: boolean
  readonly #state = new StoreController(
    this,
    (state) => state,
    (store) => store?.use(callMeter),
  )
  readonly #attention = incomingAttention()
  #after: CallAfter | undefined
  #tick: ReturnType<typeof setInterval> | undefined

  constructor() {
    super()
    this.hideIdle = this.silent = false
  }

  override disconnectedCallback() {
    super.disconnectedCallback()
    this.#stopTicking()
    this.#attention.end()
  }

  protected override updated(changed: PropertyValues<this>) {
    super.updated(changed)
    const running = this.isConnected && this.#state.value?.call?.status === 'in_progress'
    if (running) this.#tick ??= setInterval(() => this.requestUpdate(), 500)
    else this.#stopTicking()
    const dialog = this.isConnected ? this.renderRoot.querySelector<HTMLElement>('[role=alertdialog]') : null
    if (dialog) this.#attention.begin(dialog, this.silent)
    else this.#attention.end()
  }

  protected override render(): TemplateResult | typeof nothing {
    const state = this.#state.value
    const texts = state?.catalogue?.callPanel ?? callPanelEn
    const view = state?.call && this.#view(state.call, state, texts)
    const begins = state?.media?.calleeId ? state.media : undefined
    if (!view && !begins && this.hideIdle) return nothing
    const incoming = view?.sound?.phase === 'incoming'
    return html`<section
      part="card"
      class="card"
      role=${incoming ? 'alertdialog' : nothing}
      tabindex="-1"
      aria-label=${incoming ? texts.incomingCall : texts.label}
      aria-describedby=${incoming ? 'status' : nothing}
      lang=${state?.catalogue?.language ?? 'en'}
    >
      ${view ? this.#call(view, state) : begins ? this.#begins(begins, state, texts) : this.#empty(state, texts)}
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

  /** Before there is a call: the microphone is asked for, or is not to be had. */
  #begins(media: MediaView, state: ConnectState | undefined, texts: CallPanelTexts) {
    const { problem } = media
    return html`<header>
        <span part="avatar" aria-hidden="true">${handset}</span>
        <div>
          <h2>${texts.notStarted}</h2>
          <p part="status" class="muted" role="status">${problem ? '' : texts.allowMicrophone}</p>
        </div>
      </header>
      ${this.#problem(problem && problemText(problem, state?.catalogue?.problems))} ${this.#actions(problemActions(media, texts))}`
  }

  #view(call: Call, state: ConnectState, texts: CallPanelTexts): CallView {
    const side = sideOf(call, state.me)
    const now = performance.now()
    const timing = call.status === 'in_progress' && state.clock?.callId === call.id ? state.clock : undefined
    return {
      call,
      side,
      texts,
      language: state.catalogue?.language,
      sound: soundOf(state, call, side.mine),
      elapsed: timing ? elapsedAt(timing, now) : call.durationSeconds,
      left: timing && leftAt(timing, now),
      coins: timing?.chargedCoins ?? call.chargedCoins,
    }
  }

  #call(view: CallView, state: ConnectState | undefined) {
    const { call, side, sound, texts } = view
    const live = isLive(call)
    const problem = sound?.problem && problemText(sound.problem, state?.catalogue?.problems)
    const warning = warningOf(view, state?.app?.maxCallSeconds)
    const refused = live && state?.fault?.callId === call.id ? state.fault.message || texts.noNetwork : ''
    return html`<header>
        <span part="avatar" class=${live && !call.answeredAt ? 'rings' : ''} aria-hidden="true">${initialOf(side.name)}</span>
        <div>
          <h2 part="name"><bdi>${side.name || texts.someone}</bdi></h2>
          <p part="status" id="status" class="muted">${headlineOf(view)}</p>
        </div>
      </header>
      <p class="hidden" role="status">${announcementOf(view)}</p>
      ${sound?.phase === 'incoming' ? price(view) : nothing}
      ${live ? (call.status === 'in_progress' ? figures(view) : nothing) : [summary(view), this.#afterwards(call, state)]}
      <p part="warning" role="alert" class=${warning ? 'banner' : 'none'}>${warning}</p>
      ${this.#problem(problem)} ${this.#note(refused, live ? this.#hint(view, state) : '')}
      ${this.#actions(actionsOf(view, state?.ending === call.id))}`
  }

  #hint({ call, sound, texts }: CallView, state: ConnectState | undefined): string {
    if (state?.connection === 'offline') return sound ? texts.noNetworkHere : texts.noNetwork
    if (sound?.asking) return texts.allowMicrophone
    if (sound?.muted) return texts.muted
    return call.canEnd ? '' : texts.hangUp
  }

  /** Loaded with the first call that was talked. */
  #afterwards(call: Call, state: ConnectState | undefined) {
    if (!call.answeredAt) return nothing
    if (this.#after) return this.#after.view(call, state)
    import('../call-rating/call-after.ts').then(
      ({ CallAfter }) => {
        this.#after ??= new CallAfter(this, () => this.#state.store)
        this.requestUpdate()
      },
      () => {}, // what the call came to is there without it
    )
    return nothing
  }

  #problem(problem: string | undefined) {
    return html`<p part="problem" role="alert" class=${problem ? 'banner' : 'none'}>${problem}</p>`
  }

  #note(refused: string, hint: string) {
    return html`<p part="note" role="status" class=${refused ? 'fault' : hint ? 'muted' : 'none'}>${refused || hint}</p>`
  }

  // The same buttons in every state: what has the focus stays where it is.
  #actions({ first, last }: Actions) {
    return html`<div part="actions" class=${first || last ? 'actions' : 'none'}>
      ${first ? this.#button(first) : nothing} ${last ? this.#button(last) : nothing}
    </div>`
  }

  #button({ part, look, label, busy = false, event }: Action) {
    return html`<button
      part=${part}
      class=${look}
      aria-disabled=${busy ? 'true' : 'false'}
      aria-busy=${busy ? 'true' : 'false'}
      @click=${() => busy || this.dispatchEvent(event())}
    >
      ${label}
    </button>`
  }

  #stopTicking() {
    clearInterval(this.#tick)
    this.#tick = undefined
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'ihc-call-panel': IhcCallPanel
  }
}
