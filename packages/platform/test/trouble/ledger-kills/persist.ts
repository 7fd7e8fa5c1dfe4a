import { Agent, request } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import * as z from 'zod'

/** What was asked for; the same again is the same key, path and body. */
export interface Request {
  readonly key: string
  readonly path: string
  readonly body: string
}

export interface Answer {
  readonly status: number
  readonly text: string
  /** The problem's code; empty for a success. */
  readonly code: string
  readonly replayed: boolean
}

export interface Client {
  /** Asks until there is an answer that will not change, whatever happens to the platform meanwhile. */
  settle(wish: Request): Promise<Answer>
  /** Asks once; undefined when nobody answers. */
  get(path: string): Promise<unknown>
  /** Requests that got no answer: those whose effect nobody could know of. */
  lost(): number
  close(): void
}

const problem = z.object({ code: z.string() })
const giveUpMs = 15_000
const pauseMs = 40

/** Clients that outlive the platform. `stop` ends those that still ask. */
export function createClient(
  { baseUrl, secretKey, connections }: { baseUrl: string; secretKey: string; connections: number },
  stop: AbortSignal,
) {
  const agent = new Agent({ keepAlive: true, maxSockets: connections + 2 })
  const { hostname, port } = new URL(baseUrl)
  const count = { lost: 0 }

  const send = (method: string, path: string, headers: Record<string, string>, body: string): Promise<Answer | undefined> =>
    new Promise((resolve) => {
      const sent = request(
        { agent, hostname, port, method, path, headers: { authorization: `Bearer ${secretKey}`, ...headers } },
        (response) => {
          const chunks: Buffer[] = []
          response.on('data', (chunk: Buffer) => chunks.push(chunk))
          response.once('error', () => resolve(undefined))
          response.once('close', () => {
            if (!response.complete) return resolve(undefined)
            const [status, text] = [response.statusCode ?? 0, Buffer.concat(chunks).toString()]
            const code = status < 400 ? '' : problem.parse(JSON.parse(text)).code
            resolve({ status, text, code, replayed: response.headers['idempotent-replay'] === 'true' })
          })
        },
      )
      sent.setTimeout(giveUpMs, () => sent.destroy())
      sent.once('error', () => resolve(undefined))
      sent.end(body)
    })

  const client: Client = {
    async settle({ key, path, body }) {
      const headers = { 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(body)), 'idempotency-key': key }
      for (;;) {
        stop.throwIfAborted()
        const answer = await send('POST', path, headers, body)
        if (answer === undefined) count.lost++
        else if (isFinal(answer)) return answer
        await sleep(pauseMs)
      }
    },
    async get(path) {
      const answer = await send('GET', path, {}, '')
      if (answer === undefined || answer.status === 503) return undefined
      if (answer.status !== 200) throw new Error(`GET ${path}: ${answer.status} ${answer.text}`)
      return JSON.parse(answer.text) as unknown
    },
    lost: () => count.lost,
    close: () => agent.destroy(),
  }
  return client
}

/** "Not now" and "your twin is at it" are to be asked again. A 500 would mean that something was half done. */
function isFinal({ status, code, text }: Answer): boolean {
  if (status === 503 || status === 429 || code === 'idempotency_in_progress') return false
  if ([201, 402, 404, 409].includes(status)) return true
  throw new Error(`an answer that should not be: ${status} ${text}`)
}
