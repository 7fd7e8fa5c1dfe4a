/**
 * The load of the coin-move bench, a process of its own: keep-alive connections that each send a credit and wait for its answer. Bare
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
})
type Order = z.output<typeof order>

/** What comes back on standard output. */
export const loadReport = z.object({ answered: z.int(), refused: z.int(), firstRefusal: z.string(), elapsedMs: z.number() })

const body = JSON.stringify({ coins: 1, reason: 'bench' })
const headEnd = '\r\n\r\n'

function requestOf({ port, secretKey, users }: Order, run: string, number: number): string {
  const user = Math.floor(Math.random() * users)
  return (
    `POST /v1/users/user-${user}/credits HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nAuthorization: Bearer ${secretKey}\r\n` +
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

async function drive(load: Order): Promise<z.output<typeof loadReport>> {
  const run = `${process.pid}-${Date.now()}`
  const report = { answered: 0, refused: 0, firstRefusal: '', elapsedMs: 0 }
  let sent = 0
  const sockets = await Promise.all(
    Array.from({ length: load.connections }, () => {
      const socket = connect(load.port, '127.0.0.1').setNoDelay(true)
      return new Promise<Socket>((resolve, reject) => socket.once('connect', () => resolve(socket)).once('error', reject))
    }),
  )
  const start = performance.now()
  const until = start + load.seconds * 1_000
  await Promise.all(
    sockets.map(
      (socket) =>
        new Promise<void>((resolve, reject) => {
          socket.once('error', reject).once('close', () => reject(new Error('the platform closed a connection')))
          onAnswer(socket, (answer) => {
            if (answer.startsWith('HTTP/1.1 201')) report.answered++
            else if (report.refused++ === 0) report.firstRefusal = answer
            if (performance.now() < until) socket.write(requestOf(load, run, sent++))
            else resolve()
          })
          socket.write(requestOf(load, run, sent++))
        }),
    ),
  )
  report.elapsedMs = performance.now() - start
  for (const socket of sockets) socket.removeAllListeners('close').destroy()
  return report
}

if (import.meta.main) process.stdout.write(JSON.stringify(await drive(order.parse(JSON.parse(process.argv[2] ?? '')))))
