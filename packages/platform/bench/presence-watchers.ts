import { Agent, request } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { WebSocket } from 'ws'
import * as z from 'zod'

/**
 * Holds a thousand watchers in a process of its own and times each change from its beginning to each watcher. Started with a JSON
 * argument; prints how long deliveries took.
 */
const load = z
  .object({
    port: z.number(),
    watchers: z.number(),
    seconds: z.number(),
    /** Absent: the bare server. */
    platform: z.object({ secretKey: z.string(), subject: z.string() }).optional(),
  })
  .parse(JSON.parse(process.argv[2] ?? ''))

const pauseMs = 20
const url = `ws://127.0.0.1:${load.port}/v1/realtime`
const latencies: number[] = []
let changedAt = 0
let missing = 0
let complete: () => void = () => undefined

/** What a watcher does with each change, on either server: nothing but note the time. */
function hear(data: unknown): void {
  if (!String(data).includes('presence.changed')) return
  latencies.push(performance.now() - changedAt)
  if (--missing === 0) complete()
}

async function tokenOf(secretKey: string, userId: string): Promise<string> {
  const response = await fetch(`http://127.0.0.1:${load.port}/v1/users/${userId}/tokens`, {
    method: 'POST',
    headers: { authorization: `Bearer ${secretKey}`, 'content-type': 'application/json' },
    body: '{}',
  })
  return z.object({ token: z.string() }).parse(await response.json()).token
}

async function watch(n: number): Promise<WebSocket> {
  // Each from an address of its own, as far as the platform can tell: it lets nobody make a thousand handshakes a minute.
  const socket = new WebSocket(url, { perMessageDeflate: false, headers: { 'x-forwarded-for': `10.0.${n >> 8}.${n & 255}` } })
  const ready = new Promise((resolve, reject) => {
    socket.once('message', resolve)
    socket.once('close', (code) => reject(new Error(`a watcher was closed with ${code}`)))
  })
  await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject))
  const token = load.platform && (await tokenOf(load.platform.secretKey, `watcher-${n}`))
  socket.send(JSON.stringify({ type: 'hello', token, watch: [load.platform?.subject] }))
  await ready
  socket.on('message', hear)
  return socket
}

const agent = new Agent({ keepAlive: true, maxSockets: 1 })

/** PUT /v1/presence: signed in, checked, committed, read anew, told. */
function putPresence(secretKey: string, subject: string, availability: string): Promise<void> {
  const body = JSON.stringify({ userId: subject, availability })
  return new Promise((resolve, reject) => {
    const headers = { authorization: `Bearer ${secretKey}`, 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }
    request({ port: load.port, host: '127.0.0.1', path: '/v1/presence', method: 'PUT', agent, headers }, (response) => {
      response.resume()
      response.on('end', () =>
        response.statusCode === 200 ? resolve() : reject(new Error(`a change was refused: ${response.statusCode}`)),
      )
    })
      .on('error', reject)
      .end(body)
  })
}

const sockets: WebSocket[] = []
for (let n = 0; n < load.watchers; n += 50) {
  sockets.push(...(await Promise.all(Array.from({ length: Math.min(50, load.watchers - n) }, (_, i) => watch(n + i)))))
}

const { platform } = load
let changes = 0
async function change(): Promise<void> {
  const all = new Promise<void>((resolve) => (complete = resolve))
  missing = sockets.length
  changedAt = performance.now()
  changes++
  if (platform === undefined) sockets[0]?.send('change')
  else await putPresence(platform.secretKey, platform.subject, changes % 2 === 1 ? 'always' : 'never')
  await all
}

for (let i = 0; i < 20; i++) await change()
latencies.length = 0
const endsAt = performance.now() + load.seconds * 1_000
while (performance.now() < endsAt) {
  await change()
  await sleep(pauseMs)
}
// The next round begins from the same state: what changes nothing is told to nobody.
if (changes % 2 === 1) await change()
latencies.sort((a, b) => a - b)
const percentile = (share: number) => latencies[Math.min(latencies.length - 1, Math.floor(latencies.length * share))] ?? Number.NaN
process.stdout.write(JSON.stringify({ changes, p50Ms: percentile(0.5), p99Ms: percentile(0.99) }))
for (const socket of sockets) socket.terminate()
agent.destroy()
