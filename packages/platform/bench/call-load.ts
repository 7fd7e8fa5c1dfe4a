/**
 * The load of the call bench, a process of its own: requests that leave at their time whether or not those before them were answered, and a
 * listener before the telephones that notes when the platform asks for a call. It is as urgent as the platform: a request that left late, or
 * an answer that was noted late, would be measured as the platform's doing.
 */
import { Agent, createServer, request as httpRequest, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createInterface } from 'node:readline'
import * as z from 'zod'

const order = z.object({
  port: z.int(),
  path: z.string(),
  secretKey: z.string().optional(),
  perSecond: z.number(),
  seconds: z.number(),
  pairs: z.int(),
})
export type Order = z.output<typeof order>

/** The first line that it writes: where the platform finds the telephones. */
export const loadAddress = z.object({ url: z.string() })

/** What comes back for each order, a line of JSON. */
export const callReport = z.object({
  sent: z.int(),
  refused: z.int(),
  firstRefusal: z.string(),
  /** From the moment a request was due to its answer. */
  p95Ms: z.number(),
  /** From the moment a request was due to the provider being asked to ring. */
  askedP95Ms: z.number(),
})

/** How a caller's phone names its pair: the bench's callers have nine digits of their own. */
export const callerPhone = (pair: number): string => `+9198${String(pair).padStart(4, '0')}0000`
export const calleePhone = (pair: number): string => `+9199${String(pair).padStart(4, '0')}1001`

const agent = new Agent({ keepAlive: true, maxSockets: 256 })

const p95 = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[Math.floor(values.length * 0.95)] ?? 0

async function textOf(message: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of message) chunks.push(Buffer.from(chunk as Buffer))
  return Buffer.concat(chunks).toString()
}

/** Passes everything on to the sandbox, and tells when a call was asked for. */
function listenBefore(target: string, asked: (phone: string) => void): Promise<string> {
  const server = createServer((request, response) => {
    void (async () => {
      const body = await textOf(request)
      if (request.method === 'POST' && request.url?.endsWith('/Calls.json') === true) asked(new URLSearchParams(body).get('To') ?? '')
      const { host: _host, ...headers } = request.headers
      const onward = httpRequest(`${target}${request.url ?? '/'}`, { method: request.method, headers, agent }, (answer) => {
        response.writeHead(answer.statusCode ?? 500, answer.headers)
        answer.pipe(response)
      })
      onward.once('error', () => response.destroy())
      onward.end(body)
    })()
  })
  return new Promise((resolve) =>
    server.listen(0, '127.0.0.1', () => resolve(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)),
  )
}

interface Sent {
  readonly due: number
  readonly askedAfter: (ms: number) => void
}

const waitingFor = new Map<string, Sent>()
let count = 0
/** Goes on over all orders: a pair comes up again as late as can be. */
let turn = 0

function send({ port, path, secretKey }: Order, pair: number, run: string): Promise<{ status: number; body: string }> {
  const body = secretKey === undefined ? '' : JSON.stringify({ callerId: `caller-${pair}`, calleeId: `callee-${pair}` })
  const headers =
    secretKey === undefined
      ? {}
      : { authorization: `Bearer ${secretKey}`, 'idempotency-key': `${run}-${count++}`, 'content-type': 'application/json' }
  return new Promise((resolve, reject) => {
    const request = httpRequest(
      { host: '127.0.0.1', port, path, method: secretKey === undefined ? 'GET' : 'POST', headers, agent },
      (answer) => {
        textOf(answer).then((text) => resolve({ status: answer.statusCode ?? 0, body: text }), reject)
      },
    )
    request.once('error', reject)
    request.end(body)
  })
}

async function drive(load: Order): Promise<z.output<typeof callReport>> {
  const run = `${process.pid}-${Date.now()}`
  const [answered, asked]: [number[], number[]] = [[], []]
  const report = { sent: 0, refused: 0, firstRefusal: '' }
  const all: Promise<void>[] = []
  const start = performance.now()
  for (let n = 0; n < load.perSecond * load.seconds; n++) {
    const due = start + (n * 1_000) / load.perSecond
    const wait = due - performance.now()
    if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait))
    const pair = turn++ % load.pairs
    waitingFor.set(callerPhone(pair), { due, askedAfter: (ms) => asked.push(ms) })
    report.sent++
    all.push(
      send(load, pair, run).then(({ status, body }) => {
        answered.push(performance.now() - due)
        if (status < 300) return
        if (report.refused++ === 0) report.firstRefusal = `${status} ${body}`
      }),
    )
  }
  await Promise.all(all)
  const calls = load.secretKey !== undefined
  while (calls && asked.length < report.sent - report.refused) await new Promise((resolve) => setTimeout(resolve, 20))
  return { ...report, p95Ms: p95(answered), askedP95Ms: p95(asked) }
}

if (import.meta.main) {
  const [, , telephones = ''] = process.argv
  const url = await listenBefore(telephones, (phone) => {
    const sent = waitingFor.get(phone)
    waitingFor.delete(phone)
    sent?.askedAfter(performance.now() - sent.due)
  })
  process.stdout.write(`${JSON.stringify({ url })}\n`)
  for await (const line of createInterface({ input: process.stdin })) {
    const asked = order.safeParse(JSON.parse(line))
    const { user, system } = process.cpuUsage()
    process.stdout.write(`${JSON.stringify(asked.success ? await drive(asked.data) : { cpuMicros: user + system })}\n`)
  }
  process.exit(0)
}
