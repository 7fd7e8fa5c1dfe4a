// What a host app adds to the widgets, which index.html has loaded before: who is there, and a way to their tokens.

const page = document.querySelector('#page')
const trouble = document.querySelector('#trouble')

const query = new URLSearchParams(location.search)
/** Served beside the elements, with which it shares its code. */
const sdk = '/widgets/sdk.js'
/** For pages that have a service worker, as this one has. */
const offline = '/widgets/service-worker.js'

async function ask(path, method = 'GET', body = undefined, limitMs = 15_000) {
  const response = await fetch(path, { method, body: body && JSON.stringify(body), signal: AbortSignal.timeout(limitMs) })
  if (!response.ok) throw new Error(`${path} answered ${response.status}`)
  return response.json()
}

/** Fills in who is who. `?as=` chooses the caller, so that a second window can be a second caller. */
function choosePeople(people) {
  const callers = people.filter(({ role }) => role === 'caller')
  const wanted = query.get('as')
  const caller = callers.find(({ userId }) => userId === wanted) ?? callers[0]
  const advisor = people.find(({ role }) => role === 'advisor')
  const other = callers.find((person) => person !== caller)
  return { callers, caller, advisor, other }
}

/** `?phone=caller` or `?phone=advisor` shows that phone alone, so that two tabs are two people. */
function choosePhone() {
  const only = ['caller', 'advisor'].find((phone) => phone === query.get('phone'))
  if (only) page.dataset.only = page.dataset.shown = only
  for (const link of document.querySelectorAll('[data-phone]')) {
    query.set('phone', link.dataset.phone)
    link.href = `/?${query}`
  }
  return only
}

function introduce({ callers, caller, advisor, other }) {
  const cast = { caller, advisor }
  for (const element of document.querySelectorAll('[data-text]')) {
    const [who, what] = element.dataset.text.split('.')
    const { displayName, about } = cast[who]
    element.textContent = { name: displayName, initial: [...displayName][0], about }[what]
  }
  document.querySelector('[data-list="callers"]').replaceChildren(
    ...callers.map(({ userId, displayName }) => {
      const link = Object.assign(document.createElement('a'), { href: `?as=${encodeURIComponent(userId)}`, textContent: displayName })
      if (userId === caller.userId) link.ariaCurrent = 'true'
      return link
    }),
  )
  if (other) document.querySelector('#second').href = `/?as=${encodeURIComponent(other.userId)}`
}

/** One phone: its owner's session, and whom it calls. The widgets do the rest. */
async function connect(phone, owner, other, { baseUrl, publishableKey }) {
  const { startConnectWorker, tokenWhileOffline } = await import(offline)
  phone.querySelector('ihc-presence').userId = other.userId
  for (const button of phone.querySelectorAll('ihc-call-button')) button.calleeId = other.userId
  // A call takes the place of the other's profile, until "Done". Who was there with the keyboard stays there.
  const stage = phone.querySelector('.stage')
  const show = (calling) => {
    if (stage.contains(document.activeElement)) stage.focus({ preventScroll: true })
    phone.classList.toggle('calling', calling)
  }
  phone.addEventListener('ihc-call-started', () => show(true))
  phone.addEventListener('ihc-call-dismiss-request', () => show(false))
  const session = phone.querySelector('ihc-session')
  const askToken = async () => (await ask(`/api/token/${encodeURIComponent(owner.userId)}`, 'POST', undefined, 6_000)).token
  // Without a network the service worker shows what this person has seen last, and nobody else's.
  const getToken = tokenWhileOffline({ userId: owner.userId, publishableKey, getToken: askToken })
  Object.assign(session, { baseUrl, publishableKey, getToken })
  const script = `/sw.js?platform=${encodeURIComponent(baseUrl)}`
  // A browser that allows none goes on without.
  startConnectWorker({ script, baseUrl, publishableKey, widgets: '/widgets/', getToken: askToken }).catch(() => {})
}

/** Packs of coins are a press away, and come by themselves where a call needs them or a payment is still open after a reload. */
function offerCoins(phone) {
  const topup = phone.querySelector('ihc-topup')
  const button = phone.querySelector('[aria-controls="packs"]')
  const show = (open) => {
    topup.hidden = !open
    button.ariaExpanded = String(open)
  }
  button.addEventListener('click', () => {
    show(topup.hidden)
    if (!topup.hidden) topup.focus()
  })
  for (const news of ['found', 'pending', 'paid']) phone.addEventListener(`ihc-topup-${news}`, () => show(true))
  phone.addEventListener('ihc-error', ({ detail }) => {
    if (detail.code === 'insufficient_balance') show(true)
  })
}

/** Money is a press away from who earns. */
function offerPayout(phone) {
  const payout = phone.querySelector('#payout')
  const button = phone.querySelector('[aria-controls="payout"]')
  button.addEventListener('click', () => {
    payout.hidden = !payout.hidden
    button.ariaExpanded = String(!payout.hidden)
  })
}

/** Remembers who has invited somebody to this page, and lets them join; whoever does not want to goes on as one of the others. */
async function letJoin({ baseUrl, publishableKey }) {
  const { captureReferral, createClient } = await import(sdk)
  // Nobody is signed in yet: the key is enough to tell that a link was followed.
  const client = createClient({ baseUrl, publishableKey, getToken: async () => '' })
  const { code, deviceId, clear } = await captureReferral(client)
  if (!query.has('join') && !(query.has('ref') && code)) return
  const dialog = document.querySelector('#join')
  dialog.classList.toggle('invited', code !== null)
  const form = dialog.querySelector('form')
  const said = dialog.querySelector('[role="alert"]')
  let asking = false
  form.addEventListener('submit', async (event) => {
    event.preventDefault()
    if (asking) return
    asking = true
    said.textContent = ''
    try {
      const { userId } = await ask('/api/join', 'POST', { name: form.elements.name.value, referralCode: code ?? undefined, deviceId })
      clear()
      location.replace(`/?as=${encodeURIComponent(userId)}`)
    } catch {
      said.textContent = 'That did not work. Try again.'
      asking = false
    }
  })
  const closed = new Promise((resolve) => dialog.addEventListener('close', resolve, { once: true }))
  dialog.querySelector('[data-close]').addEventListener('click', () => dialog.close())
  dialog.showModal()
  await closed
}

/** Where there is room for one phone only. */
function offerTabs() {
  const tabs = [...document.querySelectorAll('[data-show]')]
  for (const tab of tabs) {
    tab.addEventListener('click', () => {
      page.dataset.shown = tab.dataset.show
      for (const each of tabs) each.ariaPressed = String(each === tab)
    })
  }
}

/** All the elements of both phones speak it; the page's own words are the page's own business. */
function offerLanguages() {
  const choice = document.querySelector('#language')
  const speak = () => {
    for (const session of document.querySelectorAll('ihc-session')) session.setAttribute('language', `${choice.value}-IN`)
  }
  const remembered = localStorage.getItem('language')
  if (remembered !== null && [...choice.options].some(({ value }) => value === remembered)) {
    choice.value = remembered
    speak()
  }
  choice.addEventListener('change', () => {
    localStorage.setItem('language', choice.value)
    speak()
  })
}

offerTabs()
offerLanguages()
try {
  const as = query.get('as')
  const session = await ask(as === null ? '/api/session' : `/api/session?as=${encodeURIComponent(as)}`)
  await letJoin(session)
  const cast = choosePeople(session.people)
  introduce(cast)
  page.dataset.known = ''
  document.querySelector('#docs').href = `${session.baseUrl}/docs`
  const only = choosePhone()
  if (only !== 'advisor') await connect(document.querySelector('#caller'), cast.caller, cast.advisor, session)
  if (only !== 'caller') await connect(document.querySelector('#advisor'), cast.advisor, cast.caller, session)
  offerCoins(document.querySelector('#caller'))
  offerPayout(document.querySelector('#advisor'))
} catch (error) {
  trouble.hidden = false
  trouble.textContent = 'Talk Now could not start. Is its server running? Reload the page to try again.'
  throw error
}
