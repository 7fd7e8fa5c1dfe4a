/**
 * The load of the coin-move bench, a process of its own: keep-alive connections that each move a coin and wait for its answer. Bare
 * sockets, because a full HTTP client would cost about as much as the server that it measures, on the same two cores.
 */
import { connect, type Socket } from 'node:net'
import * as z from 'zod'

const order = z.object({
  port: z.int(),
  secretKey: z.string(),
  connections: z.int(),
  users: z.int(),
  seconds: z.number(),
  kind: z.enum(['credit', 'debit']).default('credit'),
  coins: z.int().default(1),
  /** So many of a hundred debits ask for more than anybody has. */
  overdraftPercent: z.number().default(0),
  /** Requests are numbered from 0 under this name, and each number is one key, one user and one body: the same name again asks the same again. */
  run: z.string().optional(),
  /** Ends before its time after so many. */
  requests: z.int().optional(),
})
type Order = z.output<typeof order>
export type Load = z.input<typeof order>

/** What comes back on standard output. */
export const loadReport = z.object({
  answered: z.int(),
  overdrafts: z.int(),
  replayed: z.int(),
  refused: z.int(),
  firstRefusal: z.string(),
  elapsedMs: z.number(),
  p99Ms: z.number(),
})

const headEnd = '\r\n\r\n'
const tooMuch = 9_007_199_254_740_991

/** Spreads numbers over a range as if by chance, and always alike. */
const scatter = (number: number, range: number): number => (Math.imul(number + 1, 0x9e3779b1) >>> 0) % range

/** Writes request after request; what all have in common is put together once. */
function requestsOf({ port, secretKey, users, kind, coins, overdraftPercent }: Order, run: string): (number: number) => string {
  const tail = (asked: number): string => {
    const body = JSON.stringify({ coins: asked, reason: 'bench' })
    return (
      `\r\nHost: 127.0.0.1:${port}\r\nAuthorization: Bearer ${secretKey}\r\n` +
      `Content-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`
    )
  }
  const [usual, overdraft] = [tail(coins), tail(tooMuch)]
  const isOverdraft = (number: number): boolean => scatter(number * 7 + 3, 100) < overdraftPercent
  return (number) =>
    `POST /v1/users/user-${scatter(number, users)}/${kind}s HTTP/1.1\r\nIdempotency-Key: ${run}-${number}` +
    (isOverdraft(number) ? overdraft : usual)
}

const lengthName = '\r\nContent-Length: '

/** How long an answer is, of which this is the beginning; undefined: its head has not come in full. */
function lengthOf(answer: string): number | undefined {
  const end = answer.indexOf(headEnd)
  if (end === -1) return undefined
  const at = answer.indexOf(lengthName)
  if (at === -1 || at > end) throw new Error(`an answer does not say how long it is: ${answer}`)
  const digits = at + lengthName.length
  return end + headEnd.length + Number(answer.slice(digits, answer.indexOf('\r\n', digits)))
}

/**
 * A connection that calls back with each whole answer. All read into one buffer, one after the other, and without Node's streams, which
 * cost as much as all the rest of the reading.
 */
function open(port: number, buffer: Buffer, heard: (answer: string) => void): Promise<Socket> {
  let received = ''
  const take = (bytes: number): boolean => {
    received += buffer.toString('latin1', 0, bytes)
    const length = lengthOf(received)
    if (length === undefined || received.length < length) return true
    if (received.length > length) throw new Error(`more came than an answer: ${received}`)
    const answer = received
    received = ''
    heard(answer)
    return true
  }
  const socket = connect({ port, host: '127.0.0.1', noDelay: true, onread: { buffer, callback: take } })
  return new Promise((resolve, reject) => socket.once('connect', () => resolve(socket)).once('error', reject))
}

async function drive(load: Order): Promise<z.output<typeof loadReport>> {
  const request = requestsOf(load, load.run ?? `${process.pid}-${Date.now()}`)
  const report = { answered: 0, overdrafts: 0, replayed: 0, refused: 0, firstRefusal: '', elapsedMs: 0, p99Ms: 0 }
  const took: number[] = []
  let sent = 0

  function note(answer: string): void {
    if (answer.startsWith('HTTP/1.1 201 ')) report.answered++
    else if (load.overdraftPercent > 0 && answer.startsWith('HTTP/1.1 402 ')) report.overdrafts++
    else if (report.refused++ === 0) report.firstRefusal = answer
    if (answer.includes('\r\nIdempotent-Replay: true\r\n')) report.replayed++
  }

  const buffer = Buffer.allocUnsafe(64 * 1_024)
  const asked: number[] = []
  const done = Array.from({ length: load.connections }, () => Promise.withResolvers<void>())
  const sockets = await Promise.all(
    done.map(({ resolve }, n) =>
      open(load.port, buffer, (answer) => {
        took.push(performance.now() - (asked[n] ?? Number.NaN))
        note(answer)
        ask(n, resolve)
      }),
    ),
  )
  const start = performance.now()
  const until = start + load.seconds * 1_000

  function ask(n: number, end: () => void): void {
    const now = performance.now()
    if (now >= until || sent >= (load.requests ?? Infinity)) return end()
    asked[n] = now
    sockets[n]?.write(request(sent++), 'latin1')
  }

  for (const [n, { resolve, reject }] of done.entries()) {
    sockets[n]?.once('error', reject).once('close', () => reject(new Error('the platform closed a connection')))
    ask(n, resolve)
  }
  await Promise.all(done.map(({ promise }) => promise))
  report.elapsedMs = performance.now() - start
  for (const socket of sockets) socket.removeAllListeners('close').destroy()
  took.sort((a, b) => a - b)
  report.p99Ms = took[Math.floor(took.length * 0.99)] ?? Number.NaN
  return report
}

if (import.meta.main) process.stdout.write(JSON.stringify(await drive(order.parse(JSON.parse(process.argv[2] ?? '')))))
