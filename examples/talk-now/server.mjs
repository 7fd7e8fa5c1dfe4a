// The backend of a small host app: it knows its people, and mints their tokens. Everything else the widgets do themselves.
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
const isOneOfUs = (userId) => people.some((person) => person.userId === userId)

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

/** A demo lets you be anybody on its list. A real app asks its own session who is there. */
async function mint(request, response, userId) {
  if (request.method !== 'POST') return send(response, 405, { error: 'POST only' }, { Allow: 'POST' })
  // Another site, open in the same browser, must not act for somebody here.
  const { origin, host: ownHost } = request.headers
  if (origin !== undefined && origin !== `http://${ownHost}` && origin !== `https://${ownHost}`)
    return send(response, 403, { error: 'From the pages of this app only' })
  return isOneOfUs(userId) ? send(response, 201, await connect.users.createToken({ userId })) : notFound(response)
}

function describeSession(response) {
  const shown = people.map(({ userId, displayName, role, about }) => ({ userId, displayName, role, about }))
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
  const { pathname } = URL.parse(request.url, 'http://host') ?? { pathname: '' }
  const [, userId] = /^\/api\/token\/([\w-]+)$/.exec(pathname) ?? []
  if (userId) return mint(request, response, userId)
  if (request.method !== 'GET' && request.method !== 'HEAD') return send(response, 405, { error: 'GET only' }, { Allow: 'GET, HEAD' })
  if (pathname === '/api/session') return describeSession(response)
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
