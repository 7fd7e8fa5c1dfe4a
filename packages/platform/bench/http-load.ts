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

const isOverdraft = ({ overdraftPercent }: Order, number: number): boolean => scatter(number * 7 + 3, 100) < overdraftPercent

function requestOf(load: Order, run: string, number: number): string {
  const { port, secretKey, users, kind, coins } = load
  const body = JSON.stringify({ coins: isOverdraft(load, number) ? tooMuch : coins, reason: 'bench' })
  return (
    `POST /v1/users/user-${scatter(number, users)}/${kind}s HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nAuthorization: Bearer ${secretKey}\r\n` +
    `Idempotency-Key: ${run}-${number}\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`
  )
}

/** Calls back with each whole answer; answers carry a Content-Length. */
function onAnswer(socket: Socket, heard: (answer: string) => void): void {
  let received = ''
  socket.setEncoding('latin1').on('data', (chunk: string) => {
    received += chunk
    const end = received.indexOf(headEnd)
    if (end === -1) return
    const length = Number(/\r\ncontent-length: (\d+)/i.exec(received.slice(0, end))?.[1])
    if (received.length < end + headEnd.length + length) return
    const answer = received
    received = ''
    heard(answer)
  })
}

const open = (port: number): Promise<Socket> => {
  const socket = connect(port, '127.0.0.1').setNoDelay(true)
  return new Promise((resolve, reject) => socket.once('connect', () => resolve(socket)).once('error', reject))
}

async function drive(load: Order): Promise<z.output<typeof loadReport>> {
  const run = load.run ?? `${process.pid}-${Date.now()}`
  const report = { answered: 0, overdrafts: 0, replayed: 0, refused: 0, firstRefusal: '', elapsedMs: 0, p99Ms: 0 }
  const took: number[] = []
  let sent = 0
  const sockets = await Promise.all(Array.from({ length: load.connections }, () => open(load.port)))
  const start = performance.now()
  const until = start + load.seconds * 1_000
  const more = () => performance.now() < until && sent < (load.requests ?? Infinity)

  function note(answer: string): void {
    if (answer.startsWith('HTTP/1.1 201')) report.answered++
    else if (load.overdraftPercent > 0 && answer.startsWith('HTTP/1.1 402')) report.overdrafts++
    else if (report.refused++ === 0) report.firstRefusal = answer
    if (/\r\nidempotent-replay: true/i.test(answer)) report.replayed++
  }

  await Promise.all(
    sockets.map(
      (socket) =>
        new Promise<void>((resolve, reject) => {
          let asked = 0
          const ask = () => {
            if (!more()) return resolve()
            asked = performance.now()
            socket.write(requestOf(load, run, sent++))
          }
          socket.once('error', reject).once('close', () => reject(new Error('the platform closed a connection')))
          onAnswer(socket, (answer) => {
            took.push(performance.now() - asked)
            note(answer)
            ask()
          })
          ask()
        }),
    ),
  )
  report.elapsedMs = performance.now() - start
  for (const socket of sockets) socket.removeAllListeners('close').destroy()
  took.sort((a, b) => a - b)
  report.p99Ms = took[Math.floor(took.length * 0.99)] ?? Number.NaN
  return report
}

if (import.meta.main) process.stdout.write(JSON.stringify(await drive(order.parse(JSON.parse(process.argv[2] ?? '')))))
