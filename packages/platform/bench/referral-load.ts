/**
 * The load of the referral bench, a process of its own: requests that leave at their time whether or not those before them were answered.
 * One line of JSON asks, one answers.
 */
import { Agent, request as httpRequest } from 'node:http'
import { createInterface } from 'node:readline'
import * as z from 'zod'

const order = z.object({
  port: z.int(),
  path: z.string(),
  perSecond: z.number(),
  /** One for each request; null: without any body, and without a token. */
  requests: z.array(z.object({ token: z.string(), body: z.string() }).nullable()),
})
export type ReferralOrder = z.output<typeof order>

export const referralReport = z.object({
  /** From the moment a request was due to its answer. */
  p95Ms: z.number(),
  refused: z.int(),
  firstRefusal: z.string(),
})

const agent = new Agent({ keepAlive: true, maxSockets: 256 })

async function textOf(message: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = []
  for await (const chunk of message) chunks.push(chunk)
  return Buffer.concat(chunks).toString()
}

function send({ port, path }: ReferralOrder, one: ReferralOrder['requests'][number]): Promise<{ status: number; body: string }> {
  const headers =
    one === null ? {} : { authorization: `Bearer ${one.token}`, 'idempotency-key': 'bench', 'content-type': 'application/json' }
  return new Promise((resolve, reject) => {
    const request = httpRequest({ host: '127.0.0.1', port, path, method: one === null ? 'GET' : 'POST', headers, agent }, (answer) => {
      textOf(answer).then((body) => resolve({ status: answer.statusCode ?? 0, body }), reject)
    })
    request.once('error', reject)
    request.end(one?.body)
  })
}

async function drive(load: ReferralOrder): Promise<z.output<typeof referralReport>> {
  const took: number[] = []
  const report = { refused: 0, firstRefusal: '' }
  const all: Promise<void>[] = []
  const start = performance.now()
  for (const [at, one] of load.requests.entries()) {
    const due = start + (at * 1_000) / load.perSecond
    const wait = due - performance.now()
    if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait))
    all.push(
      send(load, one).then(({ status, body }) => {
        took.push(performance.now() - due)
        if (status >= 300 && report.refused++ === 0) report.firstRefusal = `${status} ${body}`
      }),
    )
  }
  await Promise.all(all)
  return { ...report, p95Ms: took.sort((one, other) => one - other)[Math.floor(took.length * 0.95)] ?? 0 }
}

if (import.meta.main) {
  for await (const line of createInterface({ input: process.stdin }))
    process.stdout.write(`${JSON.stringify(await drive(order.parse(JSON.parse(line))))}\n`)
  process.exit(0)
}
