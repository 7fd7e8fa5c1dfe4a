// Stands in for a provider's checkout.js in stories and tests: it opens nothing, and waits to be told what the payer does.
globalThis.fakeCheckouts ??= []
globalThis.Razorpay = class {
  constructor(options) {
    this.options = options
    this.closed = false
    this.listeners = {}
  }
  on(event, listener) {
    this.listeners[event] = listener
  }
  open() {
    globalThis.fakeCheckouts.push(this)
  }
  close() {
    this.closed = true
  }
}
