import { html, nothing, type ReactiveController } from 'lit'
import { fill } from '../../locales/format.ts'
import { waitingEn, type WaitingTexts } from '../../locales/en/waiting.ts'
import { askThrough, type Ask } from '../../session/ask-through.ts'
import type { ConnectStore } from '../../session/connect-store.ts'
import { waitingActs, type Wait } from '../../session/waiting-feed.ts'
import { callWaitStyles } from './call-wait.styles.ts'
import type { CallAside, Offer } from './call-offer.ts'

const ordinals: readonly Intl.LDMLPluralRule[] = ['one', 'two', 'few', 'other']

/** `2nd`, as the language counts places. */
export function placeText(n: number, forms: string, language: string): string {
  const all = forms.split('|')
  const at = ordinals.indexOf(new Intl.PluralRules(language, { type: 'ordinal' }).select(n))
  return fill(all[at] ?? all.at(-1) ?? '', { n }, language)
}

type Button = Parameters<CallAside>[0]

/** "Tell me when free", under one button. */
class CallWait implements ReactiveController {
  readonly #host: Button
  readonly #store: ConnectStore
  readonly #ask: Ask<keyof typeof waitingActs>
  #timer: ReturnType<typeof setInterval> | undefined

  constructor(host: Button, store: ConnectStore) {
    this.#host = host
    this.#store = store
    this.#ask = askThrough(host, () => store, waitingActs)
    const sheet = callWaitStyles.styleSheet
    const sheets = host.shadowRoot?.adoptedStyleSheets
    if (sheet && sheets?.includes(sheet) === false) sheets.push(sheet)
    host.addController(this)
  }

  hostDisconnected(): void {
    this.#tick(false)
  }

  aside({ act, note }: Offer): ReturnType<CallAside> {
    const { state } = this.#store
    const { calleeId } = this.#host
    const wait = state.waits?.get(calleeId) ?? {}
    const left = wait.turnEndsMs === undefined ? 0 : Math.ceil((wait.turnEndsMs - performance.now()) / 1_000)
    const turn = act === 'call' && left > 0
    this.#tick(left > 0)
    // Until the platform has told what became of it.
    const over = wait.turnEndsMs !== undefined && left <= 0
    const possible = (wait.place && !over) || note === 'busy' || note === 'offline'
    if (act === 'end' || (!possible && !wait.passed && !over)) return { view: nothing }
    const texts = state.catalogue?.waiting ?? waitingEn
    const language = state.catalogue?.language ?? 'en'
    return {
      label: turn ? texts.call : undefined,
      view: html`<div part="waiting" class="waiting">
        <p part="wait-note" role="status" class=${wait.fault ? 'fault' : ''}>
          ${wait.fault ?? noteOf(over ? { passed: true } : wait, turn, texts, language)}
        </p>
        ${turn ? html`<p part="turn" class="turn" role="timer">${fill(texts.left, { n: left }, language)}</p>` : nothing}
        ${possible ? this.#button(wait, calleeId, texts) : nothing}
      </div>`,
    }
  }

  // One button for both, so that the focus stays.
  #button({ place, busy }: Wait, calleeId: string, texts: WaitingTexts) {
    const press = () => {
      if (!busy) this.#ask(place ? 'ihc-wait-end-request' : 'ihc-wait-request', { calleeId })
    }
    return html`<button part="wait" class="plain" aria-disabled=${busy ? 'true' : 'false'} @click=${press}>
      ${busy ? texts.joining : place ? texts.leave : texts.wait}
    </button>`
  }

  #tick(running: boolean) {
    if (running && this.#host.isConnected) this.#timer ??= setInterval(() => this.#host.requestUpdate(), 500)
    else {
      clearInterval(this.#timer)
      this.#timer = undefined
    }
  }
}

/** What stands under the call buttons of one session. */
export function asideOf(store: ConnectStore): CallAside {
  const known = new WeakMap<Button, CallWait>()
  return (button, offer) => {
    const wait = known.get(button) ?? new CallWait(button, store)
    known.set(button, wait)
    return wait.aside(offer)
  }
}

function noteOf({ place, passed }: Wait, turn: boolean, texts: WaitingTexts, language: string): string {
  if (turn) return texts.turn
  if (place) return fill(texts.place, { place: placeText(place.position, texts.first, language) })
  return passed ? texts.passed : ''
}
