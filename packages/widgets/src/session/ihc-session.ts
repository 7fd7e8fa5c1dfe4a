import { createClient } from '@impacthub/sdk'
import type { ClientSettings, ConnectClient } from '@impacthub/sdk'
import { css, html, LitElement, type PropertyDeclarations, type PropertyValues, type TemplateResult } from 'lit'
import { theme } from '../theme/theme.ts'
import type { ConnectEventMap, RequestName, SessionRequest } from '../base/events.ts'
import { createStore, type ConnectStore } from './connect-store.ts'
import { loadActs } from './load-acts.ts'

const requests = [
  'ihc-call-request',
  'ihc-call-end-request',
  'ihc-call-accept-request',
  'ihc-call-decline-request',
  'ihc-call-mute-request',
  'ihc-call-hear-request',
  'ihc-call-dismiss-request',
  'ihc-wallet-refresh-request',
  'ihc-wallet-more-request',
] as const satisfies RequestName[]

/** With another of these the session is another one. */
const madeOf = ['client', 'baseUrl', 'publishableKey'] as const

/**
 * `<ihc-session>`: holds the client of the signed-in user for the elements inside it, and acts on what they ask.
 * Either `base-url`, `publishable-key` and the property `getToken`, or the property `client`.
 */
export class IhcSession extends LitElement {
  static override styles = [
    theme,
    css`
      :host {
        display: contents;
      }
    `,
  ]
  static override properties: PropertyDeclarations = {
    baseUrl: { attribute: 'base-url' },
    publishableKey: { attribute: 'publishable-key' },
    lang: { reflect: true },
    language: {},
    getToken: { attribute: false },
    client: { attribute: false },
  }

  /** Where the platform is. */
  declare baseUrl: string | undefined
  declare publishableKey: string | undefined
  /** Language of the texts, e.g. `hi` or `en-IN`; without it the nearest `lang` around counts. */
  declare language: string | undefined
  /** Asks the host's own backend for a user token. */
  declare getToken: ClientSettings['getToken'] | undefined
  /** A client that the host made itself. The host closes it. */
  declare client: ConnectClient | undefined
  #store: ConnectStore | undefined
  #ownClient: ConnectClient | undefined
  #spoken: string | undefined
  readonly #takers = new Set<SessionRequest['take']>()

  constructor() {
    super()
    this.addEventListener('ihc-session-request', (event) => this.#answer(event))
    for (const name of requests) {
      const act = (event: ConnectEventMap[typeof name]) => void this.#act(name, event)
      // Put last in the line each time: what a listener on this very element prevents is not done either.
      const last = () => {
        this.removeEventListener(name, act)
        this.addEventListener(name, act)
      }
      this.addEventListener(name, last, true)
    }
  }

  override connectedCallback() {
    super.connectedCallback()
    this.requestUpdate()
  }

  override disconnectedCallback() {
    super.disconnectedCallback()
    // Moved within the page, an element is disconnected and connected again at once.
    queueMicrotask(() => this.isConnected || this.#replace())
  }

  protected override willUpdate(changed: PropertyValues<this>) {
    if (!this.isConnected) return
    if (!this.#store || madeOf.some((name) => changed.has(name))) this.#open()
    void this.#speak()
  }

  protected override render(): TemplateResult {
    return html`<slot></slot>`
  }

  /** Does what elements inside ask, unless a listener on the way, or a session further in, has prevented the event. */
  async #act<Name extends RequestName>(name: Name, event: ConnectEventMap[Name]) {
    const store = this.#store
    if (event.defaultPrevented || !store) return
    event.preventDefault()
    try {
      const { acts } = await loadActs()
      await acts[name](store, event.detail)
    } catch (error) {
      store.set({ fault: { code: 'network_error', message: '', error, ...event.detail } })
    }
  }

  #answer(event: CustomEvent<SessionRequest>) {
    const request = event.detail
    event.stopPropagation()
    this.#takers.add(request.take)
    request.release = () => this.#takers.delete(request.take)
    request.take(this.#store)
  }

  #open() {
    const { client, baseUrl, publishableKey } = this
    if (client) return this.#replace(client)
    if (!baseUrl || !publishableKey || !this.getToken) return this.#replace()
    // Asked through this element, so that a new function takes the place of the old one without a new connection.
    // The client takes no empty token: without the function it is told that there is none.
    const getToken = async () => (await this.getToken?.()) ?? ''
    const own = createClient({ baseUrl, publishableKey, getToken })
    this.#replace(own)
    this.#ownClient = own
  }

  #replace(client?: ConnectClient) {
    this.#store?.close()
    this.#ownClient?.realtime.close()
    this.#ownClient = this.#spoken = undefined
    const store = (this.#store = client && createStore(client))
    for (const take of this.#takers) take(store)
    // Ready before the first press; until then the page has had nothing of it to load.
    if (store)
      loadActs().then(
        ({ tellOutcomes }) => tellOutcomes(store, this),
        () => {},
      )
  }

  async #speak() {
    const language = this.language || this.closest<HTMLElement>('[lang]')?.lang || 'en'
    const store = this.#store
    if (!store || language === this.#spoken) return
    this.#spoken = language
    // English is built in; where a language cannot be loaded, it stays.
    const found = language === 'en' ? undefined : import('../locales/catalogue.ts').then(({ loadCatalogue }) => loadCatalogue(language))
    const catalogue = await found?.catch(() => undefined)
    if (this.#spoken === language) store.set({ catalogue })
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'ihc-session': IhcSession
  }
}
