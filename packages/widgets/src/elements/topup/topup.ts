import type { Pack } from '@impacthub/sdk'
import { html, nothing, type PropertyDeclarations, type PropertyValues, type TemplateResult } from 'lit'
import { ConnectElement } from '../../base/connect-element.ts'
import type { TopupWish } from '../../base/events.ts'
import { topupEn, type TopupTexts } from '../../locales/en/topup.ts'
import { askThrough } from '../../session/ask-through.ts'
import type { ConnectState } from '../../session/connect-store.ts'
import { StoreController } from '../../session/store-controller.ts'
import { topupActs, topupFeed } from '../../session/topup-feed.ts'
import { isBusy, type TopupView } from '../../session/topup-view.ts'
import { action } from '../../theme/action.ts'
import { card } from '../../theme/card.ts'
import { hidden } from '../../theme/hidden.ts'
import { tokens } from '../../theme/tokens.ts'
import { tellOutcome } from './tell-outcome.ts'
import { bones, packsView, tick } from './topup-views.ts'
import { actionOf, dealText, outcomeOf, type TopupWords } from './topup-words.ts'
import { topupStyles } from './topup.styles.ts'
import type { wayOut } from './way-out.ts'
import { isWebView } from './web-view.ts'

/** `<ihc-topup>`: packs of coins, and the way to pay for one in the provider's own checkout. */
export class IhcTopup extends ConnectElement {
  static override styles = [tokens, hidden, card, action, topupStyles]
  static override properties: PropertyDeclarations = {
    packId: { attribute: 'pack-id' },
    opensUpi: { attribute: 'opens-upi', type: Boolean },
    browserUrl: { attribute: 'browser-url' },
    prefill: { attribute: false },
  }

  /** The pack that is chosen. */
  declare packId: string | undefined
  /** The page is inside an app that hands `upi:` and `intent:` links to the phone. */
  declare opensUpi: boolean
  /** Where "Open in your browser" leads; this page unless given. */
  declare browserUrl: string | undefined
  /** What the checkout fills in: `name`, `email`, `contact`. */
  declare prefill: TopupWish['prefill']
  readonly #state = new StoreController(
    this,
    (state) => state,
    (store) => store?.use(topupFeed),
  )
  readonly #ask = askThrough(this, () => this.#state.store, topupActs)
  readonly #webView = isWebView()
  /** Loaded where it may be needed. */
  #wayOut: typeof wayOut | undefined
  #shown: TopupView = {}

  /** Focuses the chosen pack, or the button where there is nothing to choose. */
  override focus(options?: FocusOptions): void {
    const place = this.renderRoot.querySelector<HTMLElement>('input:checked:enabled') ?? this.#button
    if (place) place.focus(options)
    else super.focus(options)
  }

  override connectedCallback() {
    super.connectedCallback()
    if (this.#webView) void this.#loadWayOut().catch(() => {})
  }

  async #loadWayOut() {
    this.#wayOut = (await import('./way-out.ts')).wayOut
    this.requestUpdate()
  }

  protected override updated(changed: PropertyValues<this>) {
    super.updated(changed)
    const view = this.#state.value?.topup ?? {}
    const was = this.#shown
    if (view === was) return
    this.#shown = view
    if (this.#state.store) tellOutcome(this, this.#state.store, outcomeOf(view, this.#words)[0])
    if (isBusy(was.phase) && !isBusy(view.phase)) this.renderRoot.querySelector("[part='outcome']")?.scrollIntoView({ block: 'nearest' })
    // The provider's window had the focus, and has taken it along.
    const { activeElement, body } = document
    if (was.window && !view.window && (activeElement ?? body) === body) this.#button?.focus({ preventScroll: true })
  }

  protected override render(): TemplateResult {
    const state = this.#state.value
    const { texts, language } = this.#words
    const known = !!state?.app || !!state?.topup?.packsFailed
    const note = this.#note(state, texts)
    return html`<section part="card" class="card" aria-labelledby="title" lang=${language} aria-busy=${known ? 'false' : 'true'}>
      <header>
        <h2 id="title">${texts.title}</h2>
        ${state?.app?.mode === 'test' ? html`<p part="test" class="muted">${texts.test}</p>` : nothing}
      </header>
      <p part="note" role="status" class=${note ? 'banner' : 'none'}>${note}</p>
      ${
        known
          ? this.#packs(state)
          : html`<p class="hidden" role="status">${texts.loading}</p>
              ${bones}`
      }
      ${this.#outcome(state?.topup ?? {})} ${this.#escape(state ?? {})} ${this.#actions(state)}
    </section>`
  }

  get #words(): TopupWords {
    const catalogue = this.#state.value?.catalogue
    return { texts: catalogue?.topup ?? topupEn, language: catalogue?.language ?? 'en' }
  }

  get #button() {
    return this.renderRoot.querySelector<HTMLElement>("[part='pay']") ?? undefined
  }

  #note(state: ConnectState | undefined, texts: TopupTexts): string {
    if (state?.connection === 'offline') return state.app ? texts.offline : texts.waiting
    if (state?.topup?.packsFailed && !state.app) return texts.failed
    return state?.fault?.code === 'insufficient_balance' && !state.topup?.phase ? texts.needed : ''
  }

  #packs(state: ConnectState | undefined) {
    const { phase } = state?.topup ?? {}
    if (!state?.app || phase === 'paid' || phase === 'pending') return nothing
    const packs = packsOf(state)
    if (packs.length === 0) return html`<p part="empty" class="muted">${this.#words.texts.empty}</p>`
    return packsView(packs, this.#chosen(state)?.id, isBusy(phase), this.#words, this.#choose)
  }

  #outcome(view: TopupView) {
    const { phase, topup } = view
    const [sentence, more] = outcomeOf(view, this.#words)
    const deal = topup && phase !== 'paid' && !isBusy(phase) ? dealText(topup, this.#words) : ''
    const look = phase === 'stopped' ? 'banner' : `quiet ${phase}`
    return html`<div part="outcome" role="status" class=${phase ? look : 'none'}>
      ${phase === 'paid' ? tick : nothing}
      <p part="sentence">${sentence}</p>
      ${deal ? html`<p part="deal">${deal}</p>` : nothing} ${more ? html`<p part="more">${more}</p>` : nothing}
    </div>`
  }

  #escape({ app, topup }: Partial<ConnectState>) {
    const isOpen = app?.payments && topup?.phase !== 'paid' && topup?.phase !== 'pending'
    return isOpen && !this.opensUpi && this.#wayOut ? this.#wayOut(this, this.browserUrl ?? location.href, this.#words.texts) : nothing
  }

  #actions(state: ConnectState | undefined) {
    const { texts } = this.#words
    const view = state?.topup ?? {}
    const { phase, topup } = view
    const again = !state?.app && view.packsFailed !== undefined
    const deal = (phase && topup) || this.#chosen(state)
    const label = again ? texts.retry : actionOf(view, deal, this.#words)
    return html`<div class="actions" ?hidden=${!label}>
      <button part="pay" aria-disabled=${isBusy(phase) || (again && !view.packsFailed) ? 'true' : 'false'} @click=${this.#press}>
        ${label}
      </button>
      ${
        phase === 'pending'
          ? html`<button part="another" class="plain" @click=${() => this.#ask('ihc-topup-dismiss-request', undefined)}>
              ${texts.another}
            </button>`
          : nothing
      }
    </div>`
  }

  /** The pack that a press would pay for. */
  #chosen(state: ConnectState | undefined): Pack | undefined {
    const packs = packsOf(state)
    const wanted = (state?.topup?.phase && state.topup.packId) || this.packId
    return packs.find(({ id }) => id === wanted) ?? packs[0]
  }

  readonly #choose = (packId: string) => {
    this.packId = packId
    if (this.#state.value?.topup?.phase === 'stopped') this.#ask('ihc-topup-dismiss-request', undefined)
  }

  readonly #press = () => {
    const state = this.#state.value
    const { phase, topup } = state?.topup ?? {}
    if (isBusy(phase)) return
    if (phase === 'paid') return this.#ask('ihc-topup-dismiss-request', undefined)
    const packId = (phase === 'stopped' && topup?.packId) || this.#chosen(state)?.id
    if (phase === 'pending' || !packId) return this.#ask('ihc-topup-refresh-request', undefined)
    const color = this.#button && getComputedStyle(this.#button).backgroundColor
    this.#ask('ihc-topup-request', { packId, prefill: this.prefill, color, webView: this.#webView })
  }
}

/** What can be bought now. */
const packsOf = (state: ConnectState | undefined): readonly Pack[] => (state?.app?.payments ? state.app.packs : [])

declare global {
  interface HTMLElementTagNameMap {
    'ihc-topup': IhcTopup
  }
}
