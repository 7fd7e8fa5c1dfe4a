// The backend of a small host app: it knows its people, and mints their tokens. Everything else the widgets do themselves.
import { randomBytes, randomInt } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { createServer as createHttpServer } from 'node:http'
import { extname, join } from 'node:path'
import { createServer } from '@impacthub/sdk/server'

const {
  CONNECT_URL,
  CONNECT_PUBLISHABLE_KEY: publishableKey,
  CONNECT_SECRET_KEY: secretKey,
  CHECKOUT_URL: checkoutUrl = 'https://*.razorpay.com',
  HOST: host = '127.0.0.1',
  PORT: port = '5173',
} = process.env
if (!CONNECT_URL || !publishableKey || !secretKey) {
  console.error('Set CONNECT_URL, CONNECT_PUBLISHABLE_KEY and CONNECT_SECRET_KEY (./dev start writes them to .data/demo.json).')
  process.exit(1)
}

const baseUrl = new URL(CONNECT_URL).origin
const connect = createServer({ baseUrl, secretKey })
const people = JSON.parse(await readFile(join(import.meta.dirname, 'people.json'), 'utf8'))
const isGuest = (userId) => /^guest-[0-9a-f]{16}$/.test(userId)
const isOneOfUs = (userId) => isGuest(userId) || people.some((person) => person.userId === userId)

/** Our people, as users of the platform. Telling it twice changes nothing; the welcome coins come once. */
async function introduce({ userId, displayName, phone, role, rate, welcomeCoins }) {
  await connect.users.put({ userId, displayName, phone, ...(rate && { rate }) })
  // An advisor takes calls on the phone, whether or not the page is open somewhere.
  if (role === 'advisor') await connect.presence.set({ userId, availability: 'always' })
  if (!welcomeCoins || (await connect.wallets.get({ userId })).transactions.length > 0) return
  await connect.wallets.credit({ userId, coins: welcomeCoins, reason: 'Welcome to Talk Now' }, { idempotencyKey: `welcome-${userId}` })
}

function send(response, status, body, headers = {}) {
  if (response.headersSent) return response.destroy()
  response.writeHead(status, {
    'Content-Type': 'application/json',
    'Cache-Control': 'no-store',
    'X-Content-Type-Options': 'nosniff',
    ...headers,
  })
  response.end(JSON.stringify(body))
}

const notFound = (response) => send(response, 404, { error: 'There is no such page' })

/** Whether a request may change something; answers it if not. Another site, open in the same browser, must not act for somebody here. */
function isOurs(request, response) {
  const { origin, host: ownHost } = request.headers
  if (request.method !== 'POST') send(response, 405, { error: 'POST only' }, { Allow: 'POST' })
  else if (origin !== undefined && origin !== `http://${ownHost}` && origin !== `https://${ownHost}`)
    send(response, 403, { error: 'From the pages of this app only' })
  return !response.headersSent
}

/** A demo lets you be anybody on its list. A real app asks its own session who is there. */
async function mint(response, userId) {
  const token = isOneOfUs(userId) && (await connect.users.createToken({ userId }).catch(unlessUnknown))
  return token ? send(response, 201, token) : notFound(response)
}

function unlessUnknown(error) {
  if (error.code !== 'not_found') throw error
}

async function readJson(request) {
  let text = ''
  for await (const chunk of request.setEncoding('utf8')) {
    text += chunk
    if (text.length > 4_096) return undefined
  }
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const isText = (value, most) => typeof value === 'string' && value.trim() !== '' && value.length <= most

/**
 * Somebody new, with the code of the friend who brought them. What becomes of the code is the platform's to say, in the wallet: here the answer
 * is the same. A real app has checked a phone number or an e-mail before, and tells `signup.ip` too: in the demo all come from one machine.
 */
async function joinUs(request, response) {
  const { name, referralCode, deviceId } = (await readJson(request)) ?? {}
  if (!isText(name, 40) || (referralCode && !isText(referralCode, 40)) || (deviceId && !isText(deviceId, 64)))
    return send(response, 400, { error: 'A name, please' })
  const userId = `guest-${randomBytes(8).toString('hex')}`
  const phone = `+919${randomInt(100_000).toString().padStart(5, '0')}0000`
  const signup = deviceId ? { deviceId } : {}
  await connect.users.put({ userId, displayName: name.trim(), phone, signup, ...(referralCode && { referralCode }) })
  send(response, 201, { userId })
}

async function describeSession(response, as) {
  const guest = isGuest(as) && (await connect.users.get({ userId: as }).catch(unlessUnknown))
  const shown = people.map(({ userId, displayName, role, about }) => ({ userId, displayName, role, about }))
  if (guest) shown.push({ userId: as, displayName: guest.displayName, role: 'caller', about: 'Has just joined' })
  send(response, 200, { baseUrl, publishableKey, people: shown })
}

const folders = { page: join(import.meta.dirname, 'public'), widgets: join(import.meta.dirname, '../../packages/widgets/dist/cdn') }
const types = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.map': 'application/json',
}
// Coins are paid for on the payment provider's own page: its script opens it in a frame.
const policy = [
  "default-src 'none'",
  `script-src 'self' ${checkoutUrl}`,
  `frame-src ${checkoutUrl}`,
  "style-src 'self'",
  // A picture of a document is shown before it is sent.
  "img-src 'self' blob:",
  `connect-src 'self' ${baseUrl} ${baseUrl.replace(/^http/, 'ws')}`,
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

function sendFile(response, folder, name) {
  // Names come from the URL: letters, digits, dots and dashes only, so that none can climb out of its folder.
  if (!/^(chunks\/)?[\w-]+(\.[\w-]+)*\.(html|js|css|svg|map)$/.test(name)) return notFound(response)
  const file = createReadStream(join(folder, name))
  file.on('error', () => notFound(response))
  file.on('open', () => {
    response.writeHead(200, {
      'Content-Type': types[extname(name)],
      'Content-Security-Policy': policy,
      'X-Content-Type-Options': 'nosniff',
      'Referrer-Policy': 'no-referrer',
      // The names of chunks change with what is in them.
      'Cache-Control': name.startsWith('chunks/') ? 'public, max-age=31536000, immutable' : 'no-cache',
    })
    response.on('close', () => file.destroy())
    file.pipe(response)
  })
}

async function answer(request, response) {
  const { pathname, searchParams } = URL.parse(request.url, 'http://host') ?? { pathname: '' }
  const [, userId] = /^\/api\/token\/([\w-]+)$/.exec(pathname) ?? []
  if (userId) return isOurs(request, response) && mint(response, userId)
  if (pathname === '/api/join') return isOurs(request, response) && joinUs(request, response)
  if (request.method !== 'GET' && request.method !== 'HEAD') return send(response, 405, { error: 'GET only' }, { Allow: 'GET, HEAD' })
  if (pathname === '/api/session') return describeSession(response, searchParams.get('as') ?? '')
  if (pathname.startsWith('/widgets/')) return sendFile(response, folders.widgets, pathname.slice('/widgets/'.length))
  return sendFile(response, folders.page, pathname === '/' ? 'index.html' : pathname.slice(1))
}

try {
  await Promise.all(people.map(introduce))
} catch (error) {
  console.error(`The platform at ${baseUrl} refused to know our people: ${error.detail ?? error.message} (${error.code ?? 'unknown'})`)
  process.exit(1)
}

const server = createHttpServer((request, response) => {
  answer(request, response).catch((error) => {
    console.error(error.message)
    send(response, 502, { error: 'The platform did not answer' })
  })
})
server.on('error', (error) => {
  console.error(`Talk Now cannot listen on ${host}:${port}: ${error.message}`)
  process.exit(1)
})
server.listen(Number(port), host, () => console.log(`talk-now is at http://${host}:${server.address().port}`))
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(0))
