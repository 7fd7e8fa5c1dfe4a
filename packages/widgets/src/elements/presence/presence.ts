import { html, nothing, type PropertyDeclarations, type PropertyValues, type TemplateResult } from 'lit'
import { ConnectElement } from '../../base/connect-element.ts'
import { presenceEn } from '../../locales/en/presence.ts'
import { fill } from '../../locales/format.ts'
import { StoreController } from '../../session/store-controller.ts'
import { hidden } from '../../theme/hidden.ts'
import { tokens } from '../../theme/tokens.ts'
import { presenceStyles } from './presence.styles.ts'

/** `<ihc-presence user-id="…">`: whether a user can be called, as it changes. */
export class IhcPresence extends ConnectElement {
  static override styles = [tokens, hidden, presenceStyles]
  static override properties: PropertyDeclarations = { userId: { attribute: 'user-id' } }

  /** Whose presence: the host's own id of the user. */
  declare userId: string
  readonly #status = new StoreController(
    this,
    (state) => state.presence.get(this.userId)?.status,
    () => this.#watch(),
  )
  readonly #connection = new StoreController(this, (state) => state.connection)
  readonly #catalogue = new StoreController(this, (state) => state.catalogue)
  #unwatch: (() => void) | undefined

  constructor() {
    super()
    this.userId = ''
  }

  protected override willUpdate(changed: PropertyValues<this>) {
    if (changed.has('userId')) this.#watch()
  }

  protected override render(): TemplateResult {
    const catalogue = this.#catalogue.value
    const texts = catalogue?.presence ?? presenceEn
    const status = this.#status.value
    const offline = this.#connection.value === 'offline'
    const shown = status ?? (offline ? 'unknown' : 'loading')
    const stale = status && offline
    return html`<span
      part="presence"
      class="${shown} ${stale ? 'stale' : ''}"
      role="status"
      lang=${catalogue?.language ?? 'en'}
      aria-busy=${shown === 'loading' ? 'true' : nothing}
      ><span part="dot"></span
      ><span part="label"
        ><span class=${shown === 'loading' ? 'hidden' : ''}
          >${stale ? fill(texts.stale, { status: texts[status] }) : texts[shown]}</span
        ></span
      ></span
    >`
  }

  #watch() {
    this.#unwatch?.()
    const { store } = this.#status
    this.#unwatch = this.userId ? store?.watch(this.userId) : undefined
    this.#status.read()
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'ihc-presence': IhcPresence
  }
}
