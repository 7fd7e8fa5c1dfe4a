import { createClient } from '@impacthub/sdk'
import type { ClientSettings, ConnectClient } from '@impacthub/sdk'
import { css, html, LitElement, type PropertyDeclarations, type PropertyValues } from 'lit'
import { connectEvent, type ConnectEvents, type SessionRequest } from '../base/events.ts'
import { loadCatalogue } from '../locales/catalogue.ts'
import { isLive } from './call-progress.ts'
import { createStore, type ConnectState, type ConnectStore } from './connect-store.ts'

/**
 * `<ihc-session>`: holds the client of the signed-in user for the elements inside it, and acts on what they ask.
 * Either `base-url`, `publishable-key` and the property `getToken`, or the property `client`.
 */
export class IhcSession extends LitElement {
  static override styles = css`
    :host {
      display: contents;
    }
    :host([theme='light']) {
      color-scheme: light;
    }
    :host([theme='dark']) {
      color-scheme: dark;
    }
    :host([theme='auto']) {
      color-scheme: light dark;
    }
  `
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
  #told: Pick<ConnectState, 'call' | 'fault'> = {}
  #spoken: string | undefined
  readonly #takers = new Set<SessionRequest['take']>()

  constructor() {
    super()
    this.addEventListener('ihc-session-request', (event) => this.#answer(event))
    this.#act('ihc-call-request', ({ detail }, store) => store.startCall(detail.calleeId))
    this.#act('ihc-call-end-request', ({ detail }, store) => store.endCall(detail.callId))
    this.#act('ihc-call-dismiss-request', (_, store) => isLive(store.state.call) || store.set({ call: undefined }))
    this.#act('ihc-wallet-refresh-request', async (_, store) => (await import('./wallet-feed.ts')).refreshWallet(store))
    this.#act('ihc-wallet-more-request', async (_, store) => (await import('./wallet-feed.ts')).moreTransactions(store))
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
    if (!this.#store || changed.has('client') || changed.has('baseUrl') || changed.has('publishableKey')) this.#open()
    void this.#speak()
  }

  protected override render() {
    return html`<slot></slot>`
  }

  /** Does what elements inside ask, unless a listener on the way, or a session further in, has prevented the event. */
  #act<Name extends keyof ConnectEvents>(name: Name, act: (event: HTMLElementEventMap[Name], store: ConnectStore) => unknown) {
    this.addEventListener(name, (event) => {
      if (event.defaultPrevented || !this.#store) return
      event.preventDefault()
      act(event, this.#store)
    })
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
    const getToken = async () => (await this.getToken?.()) ?? Promise.reject(new Error('getToken was taken away'))
    const own = createClient({ baseUrl, publishableKey, getToken })
    this.#replace(own)
    this.#ownClient = own
  }

  #replace(client?: ConnectClient) {
    this.#store?.close()
    this.#ownClient?.realtime.close()
    this.#ownClient = this.#spoken = undefined
    this.#told = {}
    const store = (this.#store = client && createStore(client))
    for (const take of this.#takers) take(store)
    store?.subscribe(() => this.#tell(store.state))
  }

  #tell({ call, fault }: ConnectState) {
    const was = this.#told
    this.#told = { call, fault }
    const known = was.call?.id === call?.id ? was.call : undefined
    const emit = <Name extends keyof ConnectEvents>(name: Name, detail: ConnectEvents[Name]) =>
      this.dispatchEvent(connectEvent(name, detail))
    if (fault && fault !== was.fault) emit('ihc-error', fault)
    if (!call || call === known) return
    if (!known) emit('ihc-call-started', { call })
    if (!isLive(call) && (!known || isLive(known))) emit('ihc-call-ended', { call })
    if (call.settled && !known?.settled) emit('ihc-call-settled', { call })
  }

  async #speak() {
    const language = this.language || this.closest<HTMLElement>('[lang]')?.lang || 'en'
    const store = this.#store
    if (!store || language === this.#spoken) return
    this.#spoken = language
    // Where a language cannot be loaded, the built-in English stays.
    const catalogue = await loadCatalogue(language).catch(() => undefined)
    if (this.#spoken === language) store.set({ catalogue })
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'ihc-session': IhcSession
  }
}
