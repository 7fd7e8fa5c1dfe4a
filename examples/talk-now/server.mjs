// The backend of a small host app: it knows its people, and mints their tokens. Everything else the widgets do themselves.
import { createReadStream } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { createServer as createHttpServer } from 'node:http'
import { dirname, extname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createServer } from '@impacthub/sdk/server'

const { CONNECT_URL: baseUrl, CONNECT_PUBLISHABLE_KEY: publishableKey, CONNECT_SECRET_KEY: secretKey, HOST: host = '127.0.0.1', PORT: port = '5173' } = process.env
if (!baseUrl || !publishableKey || !secretKey) {
  console.error('Set CONNECT_URL, CONNECT_PUBLISHABLE_KEY and CONNECT_SECRET_KEY (./dev start writes them to .data/demo.json).')
  process.exit(1)
}

const here = dirname(fileURLToPath(import.meta.url))
const people = JSON.parse(await readFile(join(here, 'people.json'), 'utf8'))
const connect = createServer({ baseUrl, secretKey })

/** Our people, as users of the platform. Telling it twice changes nothing; the welcome coins come once. */
async function introduce({ userId, displayName, phone, rate, welcomeCoins }) {
  await connect.users.put({ userId, displayName, phone, ...(rate && { rate }) })
  if (!welcomeCoins) return
  const { transactions } = await connect.wallets.get({ userId })
  if (transactions.length > 0) return
  await connect.wallets.credit({ userId, coins: welcomeCoins, reason: 'Welcome to Talk Now' }, { idempotencyKey: `welcome-${userId}` })
}

const page = join(here, 'public')
const widgets = join(here, '../../packages/widgets/dist/cdn')
const types = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml', '.map': 'application/json' }
const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  `connect-src 'self' ${baseUrl} ${baseUrl.replace(/^http/, 'ws')}`,
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

function sendFile(response, folder, name) {
  // Names come from the URL: letters, digits, dots and dashes only, so that none can climb out of its folder.
  if (!/^(chunks\/)?[\w-]+(\.[\w-]+)*\.(html|js|css|svg|map)$/.test(name)) return send(response, 404, { error: 'not found' })
  const file = createReadStream(join(folder, name))
  file.on('error', () => send(response, 404, { error: 'not found' }))
  file.on('open', () => {
    response.writeHead(200, {
      'Content-Type': `${types[extname(name)]}; charset=utf-8`,
      'Content-Security-Policy': policy,
      'X-Content-Type-Options': 'nosniff',
      'Cache-Control': 'no-cache',
    })
    file.pipe(response)
  })
}

function send(response, status, body) {
  response.writeHead(status, { 'Content-Type': 'application/json', 'Cache-Control': 'no-store', 'X-Content-Type-Options': 'nosniff' })
  response.end(JSON.stringify(body))
}

async function answer(request, response) {
  const path = new URL(request.url, 'http://host').pathname
  if (request.method === 'GET' && path === '/api/session') {
    const shown = people.map(({ userId, displayName, role, about }) => ({ userId, displayName, role, about }))
    return send(response, 200, { baseUrl, publishableKey, people: shown })
  }
  const [, userId] = /^\/api\/token\/(\w+)$/.exec(path) ?? []
  if (request.method === 'POST' && userId) {
    // A demo lets you be anybody on its list. A real app asks its own session who is there.
    if (!people.some((person) => person.userId === userId)) return send(response, 404, { error: 'not found' })
    return send(response, 201, await connect.users.createToken({ userId }))
  }
  if (request.method !== 'GET') return send(response, 405, { error: 'not allowed' })
  if (path.startsWith('/widgets/')) return sendFile(response, widgets, path.slice('/widgets/'.length))
  return sendFile(response, page, path === '/' ? 'index.html' : path.slice(1))
}

try {
  await Promise.all(people.map(introduce))
} catch (error) {
  console.error(`The platform at ${baseUrl} refused: ${error.message}`)
  process.exit(1)
}

const server = createHttpServer((request, response) => {
  answer(request, response).catch((error) => {
    console.error(error.message)
    send(response, 502, { error: 'The platform did not answer' })
  })
})
server.listen(Number(port), host, () => console.log(`talk-now is at http://${host}:${server.address().port}`))
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(0))
