import type { ReactiveController, ReactiveControllerHost } from 'lit'

/** Tells when an element comes before somebody's eyes: on the screen, in a page that is in front. */
export class Sight implements ReactiveController {
  readonly #host: ReactiveControllerHost & HTMLElement
  #observer: IntersectionObserver | undefined
  #onScreen = false
  /** Grows by one each time it comes into sight. */
  times = 0

  constructor(host: ReactiveControllerHost & HTMLElement) {
    this.#host = host
    host.addController(this)
  }

  get seen(): boolean {
    return this.#onScreen && document.visibilityState === 'visible'
  }

  hostConnected(): void {
    this.#observer = new IntersectionObserver((entries) => {
      this.#onScreen = entries.at(-1)?.isIntersecting === true
      this.#tell()
    })
    this.#observer.observe(this.#host)
    document.addEventListener('visibilitychange', this.#tell)
  }

  hostDisconnected(): void {
    this.#observer?.disconnect()
    this.#onScreen = false
    document.removeEventListener('visibilitychange', this.#tell)
  }

  readonly #tell = () => {
    if (!this.seen) return
    this.times += 1
    this.#host.requestUpdate()
  }
}
