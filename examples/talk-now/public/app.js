// What a host app adds to the widgets, which index.html has loaded before: who is there, and a way to their tokens.

const page = document.querySelector('#page')
const trouble = document.querySelector('#trouble')

async function ask(path, method = 'GET') {
  const response = await fetch(path, { method, signal: AbortSignal.timeout(15_000) })
  if (!response.ok) throw new Error(`${path} answered ${response.status}`)
  return response.json()
}

/** Fills in who is who. `?as=` chooses the caller, so that a second window can be a second caller. */
function choosePeople(people) {
  const callers = people.filter(({ role }) => role === 'caller')
  const wanted = new URLSearchParams(location.search).get('as')
  const caller = callers.find(({ userId }) => userId === wanted) ?? callers[0]
  const advisor = people.find(({ role }) => role === 'advisor')
  const other = callers.find((person) => person !== caller)
  return { callers, caller, advisor, other }
}

/** `?phone=caller` or `?phone=advisor` shows that phone alone, so that two tabs are two people. */
function choosePhone() {
  const query = new URLSearchParams(location.search)
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
function connect(phone, owner, other, { baseUrl, publishableKey }) {
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
  const getToken = async () => (await ask(`/api/token/${encodeURIComponent(owner.userId)}`, 'POST')).token
  Object.assign(session, { baseUrl, publishableKey, getToken })
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

offerTabs()
try {
  const session = await ask('/api/session')
  const cast = choosePeople(session.people)
  introduce(cast)
  page.dataset.known = ''
  document.querySelector('#docs').href = `${session.baseUrl}/docs`
  const only = choosePhone()
  if (only !== 'advisor') connect(document.querySelector('#caller'), cast.caller, cast.advisor, session)
  if (only !== 'caller') connect(document.querySelector('#advisor'), cast.advisor, cast.caller, session)
  offerCoins(document.querySelector('#caller'))
  offerPayout(document.querySelector('#advisor'))
} catch (error) {
  trouble.hidden = false
  trouble.textContent = 'Talk Now could not start. Is its server running? Reload the page to try again.'
  throw error
}
