// @ts-check
// What merchants' pages load: `window.Razorpay`, as Razorpay's Standard Checkout documents it. The payment page itself is in a frame of
// the sandbox's own origin; the two speak by messages, and each looks at who has sent them.
;(() => {
  const script = document.currentScript
  if (!(script instanceof HTMLScriptElement)) throw new Error('checkout.js must be loaded by a script element')
  const home = new URL(script.src).origin

  /** @param {unknown} value @returns {value is Record<string, any>} */
  const isObject = (value) => typeof value === 'object' && value !== null
  /** @param {unknown} value */
  const text = (value) => (typeof value === 'string' || typeof value === 'number' ? String(value) : undefined)

  /** What the payment page needs to know: data only, since functions cannot be sent. @param {Record<string, any>} options */
  function dataOf(options) {
    const { prefill = {}, theme = {}, retry, modal = {}, notes = {} } = options
    return {
      key: text(options.key),
      amount: text(options.amount),
      currency: text(options.currency),
      order_id: text(options.order_id),
      name: text(options.name),
      description: text(options.description),
      prefill: { name: text(prefill.name), email: text(prefill.email), contact: text(prefill.contact), method: text(prefill.method) },
      notes: Object.fromEntries(Object.entries(isObject(notes) ? notes : {}).map(([name, note]) => [name, text(note) ?? ''])),
      color: text(theme.color),
      timeout: Number(options.timeout) > 0 ? Number(options.timeout) : undefined,
      retry: retry === false ? 0 : isObject(retry) && retry.enabled === false ? 0 : Number(retry?.max_count ?? 4),
      escape: modal.escape !== false,
      backdropclose: modal.backdropclose === true,
      confirm_close: modal.confirm_close === true,
      webview_intent: options.webview_intent === true,
    }
  }

  /** Sends the answer to the merchant's server, as the page's own form would. @param {string} url @param {[string, string][]} fields */
  function submit(url, fields) {
    const form = document.createElement('form')
    form.method = 'POST'
    form.action = url
    for (const [name, value] of fields) {
      const input = document.createElement('input')
      input.type = 'hidden'
      input.name = name
      input.value = value
      form.append(input)
    }
    document.body.append(form)
    form.submit()
  }

  /** `error[code]=…`, as PHP reads it. @param {Record<string, any>} error @returns {[string, string][]} */
  const errorFields = (error) =>
    Object.entries(error).map(([name, value]) => [`error[${name}]`, isObject(value) ? JSON.stringify(value) : String(value ?? '')])

  class Razorpay {
    /** @type {Record<string, any>} */ #options
    /** @type {Map<string, ((data: unknown) => void)[]>} */ #listeners = new Map()
    /** @type {{ isReady: boolean, end: () => void } | undefined} */ #shown

    /** @param {Record<string, any>} options */
    constructor(options) {
      if (!isObject(options)) throw new TypeError('Invalid options')
      if (typeof options.key !== 'string' || options.key === '') throw new TypeError('No key passed')
      if (!options.order_id && !(Number(options.amount) >= 100)) throw new TypeError('Invalid amount. It should be at least 100')
      this.#options = { ...options }
    }

    /** `payment.failed`, with `{ error }`; `payment.submit`, with `{ method }`. @param {string} event @param {(data: any) => void} listener */
    on(event, listener) {
      if (typeof listener === 'function') this.#listeners.set(event, [...(this.#listeners.get(event) ?? []), listener])
      return this
    }

    open() {
      if (this.#shown) return
      const dialog = document.createElement('dialog')
      const frame = document.createElement('iframe')
      frame.src = `${home}/v1/checkout/public`
      frame.title = 'Payment (test page)'
      const style = 'border:0;margin:0;padding:0;width:100%;height:100%;max-width:none;max-height:none;overflow:hidden'
      // By the object model, which the merchant's content security policy leaves alone. A frame is transparent only while its page and
      // its element agree about light and dark.
      dialog.style.cssText = `${style};background:rgb(0 0 0 / 55%)`
      frame.style.cssText = `${style};display:block;background:transparent;color-scheme:light dark`
      dialog.setAttribute('aria-label', 'Payment')
      dialog.dataset['razorpay'] = 'checkout'
      dialog.append(frame)
      document.body.append(dialog)
      const overflow = document.documentElement.style.overflow
      document.documentElement.style.overflow = 'hidden'
      /** @param {MessageEvent} event */
      const hear = (event) => {
        if (event.origin === home && event.source === frame.contentWindow && isObject(event.data)) this.#hear(event.data)
      }
      addEventListener('message', hear)
      frame.addEventListener('load', () => frame.contentWindow?.postMessage({ type: 'open', options: dataOf(this.#options) }, home))
      /** @param {Event} event */
      const escape = (event) => {
        event.preventDefault()
        // Where the payment page has not come, nobody but us can close it.
        if (this.#shown?.isReady === false) this.#dismiss('unavailable')
        else frame.contentWindow?.postMessage({ type: 'escape' }, home)
      }
      dialog.addEventListener('keydown', (event) => event.key === 'Escape' && escape(event))
      dialog.addEventListener('cancel', escape) // what is Escape where there are no keys
      // A browser need not ask a page twice before it closes a dialog: then the shop hears at least that it is closed.
      dialog.addEventListener('close', () => dialog.isConnected && this.#dismiss(undefined))
      this.#shown = {
        isReady: false,
        end() {
          removeEventListener('message', hear)
          document.documentElement.style.overflow = overflow
          dialog.close() // gives the focus back to where it was
          dialog.remove()
        },
      }
      dialog.showModal()
      frame.focus()
    }

    /** Closes the payment page; whoever opened it is told as if the person had closed it. */
    close() {
      if (this.#shown) this.#dismiss('close')
    }

    /** @param {Record<string, any>} message */
    #hear(message) {
      if (!this.#shown) return
      if (message.type === 'ready') this.#shown.isReady = true
      else if (message.type === 'submit') this.#emit('payment.submit', { method: message.method })
      else if (message.type === 'paid') this.#finish(message.response)
      else if (message.type === 'failed') this.#fail(message.error)
      else if (message.type === 'dismissed') this.#dismiss(message.reason)
    }

    #end() {
      this.#shown?.end()
      this.#shown = undefined
    }

    /** @param {Record<string, string>} response */
    #finish(response) {
      const { callback_url: url, handler } = this.#options
      this.#end()
      if (url) submit(url, Object.entries(response))
      else if (typeof handler === 'function') handler(response)
    }

    /** @param {Record<string, any>} error */
    #fail(error) {
      this.#emit('payment.failed', { error })
      const { callback_url: url, redirect } = this.#options
      if (!url || redirect !== true) return
      this.#end()
      submit(url, errorFields(error))
    }

    /** @param {string | undefined} reason */
    #dismiss(reason) {
      this.#end()
      const { ondismiss } = this.#options.modal ?? {}
      if (typeof ondismiss === 'function') ondismiss(reason)
    }

    /** @param {string} event @param {unknown} data */
    #emit(event, data) {
      for (const listener of this.#listeners.get(event) ?? []) listener(data)
    }
  }

  Object.assign(window, { Razorpay })
})()
