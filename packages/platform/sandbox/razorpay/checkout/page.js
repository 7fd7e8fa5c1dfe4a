// @ts-check
// The payment page in its frame. It listens to the page that framed it, and to nobody else; what it sends goes to that page's origin only.
;(() => {
  const POLL_MS = 1_500
  const SHOWN_MS = 900
  const views = ['loading', 'choose', 'ask', 'working', 'failed', 'done', 'leave', 'broken']

  /** @param {string} id @returns {any} */
  const part = (id) => document.getElementById(id)

  /** @type {string | undefined} The origin of the merchant's page. */
  let merchant
  /** @type {Record<string, any>} */
  let options = {}
  let view = 'loading'
  let before = 'choose'
  let amountText = ''
  let failures = 0
  let isOver = false

  /** @param {Record<string, unknown>} message */
  const send = (message) => {
    if (merchant !== undefined) parent.postMessage(message, merchant)
  }

  /** @param {string} name */
  function show(name) {
    view = name
    for (const one of views) part(one).hidden = one !== name
    part('close').hidden = name === 'leave' || name === 'done'
    part(name).querySelector('h2').focus()
    part('sheet').scrollTop = 0
  }

  /** @param {string} why */
  function breakOff(why) {
    part('wrong').textContent = why
    show('broken')
  }

  /** @param {string} path @param {Record<string, unknown>} [more] @returns {Promise<Record<string, any>>} */
  async function ask(path, more = {}) {
    try {
      return await post(path, more)
    } catch {
      return { refused: { description: 'The sandbox does not answer.' } }
    }
  }

  /** @param {string} path @param {Record<string, unknown>} more @returns {Promise<Record<string, any>>} */
  async function post(path, more) {
    const { key, order_id, amount, currency } = options
    const response = await fetch(`/v1/checkout/${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ key_id: key, order_id, amount, currency, ...more }),
    })
    const answer = await response.json()
    return response.ok ? answer : { refused: answer.error ?? { description: 'Something went wrong' } }
  }

  /** @param {string | undefined} color */
  function paint(color) {
    if (!color || !/^#[0-9a-f]{6}$/i.test(color)) return
    const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => (parseInt(color.slice(at, at + 2), 16) / 255) ** 2.2)
    // White is readable on it, or black is: one of the two always has a contrast of 4.5 or more.
    const isLight = 0.2126 * red + 0.7152 * green + 0.0722 * blue > 0.179
    document.documentElement.style.setProperty('--accent', color)
    document.documentElement.style.setProperty('--on-accent', isLight ? '#000' : '#fff')
  }

  /** @param {number} seconds */
  function countDown(seconds) {
    const endsAt = Date.now() + seconds * 1000
    const timer = setInterval(() => {
      const left = Math.max(0, Math.ceil((endsAt - Date.now()) / 1000))
      part('left').textContent = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, '0')} left`
      if (left > 0 || view === 'working' || view === 'done') return
      clearInterval(timer)
      dismiss('timeout')
    }, 250)
    part('left').hidden = false
  }

  /** @param {Record<string, any>} given */
  async function begin(given) {
    options = given
    send({ type: 'ready' })
    part('merchant').textContent = given.name || 'A merchant'
    part('description').textContent = given.description || ''
    paint(given.color)
    const bill = await ask('session')
    if (bill.refused) return breakOff(bill.refused.description)
    amountText = new Intl.NumberFormat('en-IN', { style: 'currency', currency: bill.currency }).format(bill.amount / 100)
    part('amount').textContent = amountText
    part('pay').textContent = `Pay ${amountText}`
    const wished = document.querySelector(`[name=method][value="${CSS.escape(given.prefill?.method ?? 'upi')}"]`)
    if (wished instanceof HTMLInputElement) wished.checked = true
    choose()
    if (given.timeout) countDown(given.timeout)
    show('choose')
  }

  /** @param {string} name */
  const chosen = (name) => new FormData(part('choose')).get(name)

  /** Shows what belongs to the chosen way to pay. */
  function choose() {
    for (const panel of document.querySelectorAll('.panel'))
      if (panel instanceof HTMLElement) panel.hidden = panel.dataset['method'] !== chosen('method')
    part('by-id').hidden = chosen('app') !== 'id'
  }

  function means() {
    const method = chosen('method')
    if (method === 'card') return { method, last4: chosen('card') }
    if (method === 'netbanking') return { method, bank: chosen('bank') }
    return chosen('app') === 'id' ? { method, vpa: String(chosen('vpa')).trim() } : { method }
  }

  /** The bank or the app asks back; a UPI ID for tests says by itself what comes of it. */
  function onPay() {
    const { method, vpa } = means()
    part('vpa-error').textContent = ''
    part('vpa').removeAttribute('aria-invalid')
    if (vpa !== undefined) return void pay()
    const from = method === 'upi' ? `Your ${chosen('app') === 'mango' ? 'Mango UPI' : 'Lotus Pay'} app asks` : 'Your bank asks'
    part('asked').textContent = `${from} (pretended)`
    part('question').textContent = `Pay ${amountText} to ${part('merchant').textContent}?`
    show('ask')
  }

  /** @param {string} [outcome] */
  async function pay(outcome) {
    const { prefill = {}, notes, description } = options
    const sent = means()
    part('patience').textContent = ''
    show('working')
    send({ type: 'submit', method: sent.method })
    const more = { ...sent, outcome, notes, description, email: prefill.email, contact: prefill.contact }
    const answer = await ask('payments', more)
    if (answer.refused && answer.refused.field === 'vpa') {
      part('vpa-error').textContent = 'This UPI ID does not exist. Try success@upi.'
      part('vpa').setAttribute('aria-invalid', 'true')
      show('choose')
      return part('vpa').focus()
    }
    if (answer.refused) return breakOff(answer.refused.description)
    conclude(answer)
  }

  /** @param {Record<string, any>} answer */
  function conclude(answer) {
    if (isOver) return
    if (answer.state === 'paid') return succeed(answer)
    if (answer.state === 'failed') return fail(answer.error)
    part('patience').textContent = 'This can take some minutes. If you close this page, the payment may still go through.'
    setTimeout(() => void poll(answer.payment_id), POLL_MS)
  }

  /** @param {string} id */
  async function poll(id) {
    if (isOver) return
    const answer = await post('status', { payment_id: id }).catch(() => ({ state: 'waiting', payment_id: id }))
    if ('refused' in answer) breakOff('The payment is not known any more.')
    else conclude(answer)
  }

  /** @param {Record<string, any>} answer */
  function succeed(answer) {
    part('payment-id').textContent = answer.payment_id
    show('done')
    isOver = true
    part('left').hidden = true
    setTimeout(() => send({ type: 'paid', response: answer.response }), SHOWN_MS)
  }

  /** @param {Record<string, any>} error */
  function fail(error) {
    failures += 1
    part('why').textContent = error.description
    part('retry').hidden = failures > options.retry
    show('failed')
    send({ type: 'failed', error })
  }

  /** @param {string} [reason] */
  function dismiss(reason) {
    if (isOver) return
    isOver = true
    send({ type: 'dismissed', reason })
  }

  function askToLeave() {
    if (isOver || view === 'leave') return
    if (!options.confirm_close || view === 'broken' || view === 'loading') return dismiss()
    before = view
    show('leave')
  }

  addEventListener('message', ({ source, origin, data }) => {
    if (source !== parent || parent === window || typeof data !== 'object' || data === null) return
    if (merchant === undefined && data.type === 'open' && /^https?:/.test(origin)) {
      merchant = origin
      void begin(data.options)
    } else if (origin === merchant && data.type === 'escape' && options.escape) askToLeave()
  })
  addEventListener('keydown', (event) => {
    if (event.key === 'Escape' && options.escape) askToLeave()
  })
  document.body.addEventListener('click', (event) => {
    if (event.target === document.body && options.backdropclose) askToLeave()
  })

  /** @param {string} id @param {() => void} act */
  const onPress = (id, act) => part(id).addEventListener('click', act)
  part('choose').addEventListener('change', choose)
  part('choose').addEventListener('submit', (/** @type {Event} */ event) => {
    event.preventDefault()
    onPay()
  })
  for (const button of document.querySelectorAll('[data-outcome]'))
    button.addEventListener('click', () => void (button instanceof HTMLElement && pay(button.dataset['outcome'])))
  onPress('back', () => show('choose'))
  onPress('retry', () => show('choose'))
  onPress('close', askToLeave)
  onPress('give-up', () => dismiss())
  onPress('go', () => dismiss())
  onPress('stay', () => show(before))
  onPress('leave-broken', () => dismiss())
  if (parent === window) breakOff('This page is opened by checkout.js from the page of a shop.')
})()
