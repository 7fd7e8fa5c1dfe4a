import type { ReactiveController, ReactiveControllerHost } from 'lit'
import { connectEvent, type SessionRequest } from '../base/events.ts'
import type { ConnectState, ConnectStore } from './connect-store.ts'

/** Finds the store of the session around an element and renders the element anew when what it selected has changed. */
export class StoreController<Selected> implements ReactiveController {
  /** Undefined outside a session, and until the session has what it needs. */
  store: ConnectStore | undefined
  value: Selected | undefined
  readonly #host: ReactiveControllerHost & HTMLElement
  readonly #select: (state: ConnectState) => Selected
  readonly #attached: ((store: ConnectStore | undefined) => void) | undefined
  #request: SessionRequest | undefined
  #stop: (() => void) | undefined

  constructor(
    host: ReactiveControllerHost & HTMLElement,
    select: (state: ConnectState) => Selected,
    attached?: (store: ConnectStore | undefined) => void,
  ) {
    this.#host = host
    this.#select = select
    this.#attached = attached
    host.addController(this)
  }

  hostConnected() {
    this.#ask()
    // The session's code may come after that of the elements inside it.
    if (!this.#request) void customElements.whenDefined('ihc-session').then(() => this.#request || this.#ask())
  }

  hostDisconnected() {
    this.#request?.release?.()
    this.#request = undefined
    this.#take(undefined)
  }

  #ask() {
    if (!this.#host.isConnected) return
    const request: SessionRequest = { take: (store) => this.#take(store) }
    this.#host.dispatchEvent(connectEvent('ihc-session-request', request))
    if (request.release) this.#request = request
  }

  #take(store: ConnectStore | undefined) {
    this.#stop?.()
    this.store = store
    this.#stop = store?.subscribe(() => this.read())
    this.#attached?.(store)
    this.read()
  }

  /** Selects anew, for when what is selected by has changed. */
  read() {
    const value = this.store && this.#select(this.store.state)
    if (Object.is(value, this.value)) return
    this.value = value
    this.#host.requestUpdate()
  }
}
