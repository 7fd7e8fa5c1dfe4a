import { createServer } from 'node:http'
import Razorpay from 'razorpay'
import { type HeldClock, heldClock } from '../kit/clock.ts'
import { isRecord, type Json, readJson } from '../kit/json.ts'
import { type RazorpaySandbox, type RazorpaySandboxOptions, startRazorpaySandbox } from './server.ts'

/** The secret that the webhooks of a scene are signed with. */
export const WEBHOOK_SECRET = 'whsec_of_the_scene'

/** An event that the sandbox has sent. */
export interface Seen {
  readonly body: string
  readonly event: string
  readonly payload: { readonly [name: string]: Json }
  readonly signature: string
  readonly eventId: string
  readonly json: Json
}

/** A merchant's server: it records the events that it is sent. */
export interface Merchant {
  readonly url: string
  readonly seen: Seen[]
  /** What it answers: a status, or never. */
  answer: number | 'never'
  events(): string[]
  close(): Promise<void>
}

/** Something inside JSON. */
export function pick(json: unknown, ...path: readonly (string | number)[]): unknown {
  let found: unknown = json
  for (const step of path) found = Array.isArray(found) ? found[Number(step)] : isRecord(found) ? found[step] : undefined
  return found
}

/** A text inside JSON. */
export function text(json: unknown, ...path: readonly (string | number)[]): string {
  const found = pick(json, ...path)
  if (typeof found !== 'string') throw new Error(`no text at ${path.join('.')}`)
  return found
}

/** Starts a merchant's server. */
export async function startMerchant(): Promise<Merchant> {
  const seen: Seen[] = []
  const server = createServer((request, response) => {
    let body = ''
    request.setEncoding('utf8').on('data', (text: string) => (body += text))
    request.on('end', () => {
      const json = readJson(body)
      const { event, payload } = isRecord(json) ? json : {}
      seen.push({
        body,
        json: json ?? null,
        event: typeof event === 'string' ? event : '',
        payload: isRecord(payload) ? payload : {},
        signature: String(request.headers['x-razorpay-signature']),
        eventId: String(request.headers['x-razorpay-event-id']),
      })
      if (merchant.answer !== 'never') response.writeHead(merchant.answer).end()
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const merchant: Merchant = {
    url: `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}/webhook`,
    seen,
    answer: 200,
    events: () => seen.map(({ event }) => event),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
  return merchant
}

/** The vendor's own client, which knows one address only, led to the sandbox. */
export function officialClient({ url, keyId, keySecret }: RazorpaySandbox, secret = keySecret): Razorpay {
  const client = new Razorpay({ key_id: keyId, key_secret: secret })
  const http: unknown = Reflect.get(client.api, 'rq')
  const defaults: unknown = typeof http === 'function' ? Reflect.get(http, 'defaults') : undefined
  if (!isRecord(defaults) || !('baseURL' in defaults)) throw new Error("Razorpay's client keeps its address somewhere else now")
  Object.assign(defaults, { baseURL: url })
  return client
}

/** A sandbox with a held clock, a merchant who hears its events, and the vendor's client. */
export interface Scene {
  readonly sandbox: RazorpaySandbox
  readonly clock: HeldClock
  readonly merchant: Merchant
  readonly client: Razorpay
  /** The id of a new order. */
  order(amount?: number): Promise<string>
  /** Asks the API without the client. */
  ask(
    method: string,
    path: string,
    body?: Json,
    headers?: Record<string, string>,
  ): Promise<{ status: number; json: unknown; headers: Headers }>
  close(): Promise<void>
}

/** Sets the scene. */
export async function setScene(options: RazorpaySandboxOptions & { clock?: HeldClock } = {}): Promise<Scene> {
  const clock = options.clock ?? heldClock()
  const merchant = await startMerchant()
  const sandbox = await startRazorpaySandbox({ webhook: { url: merchant.url, secret: WEBHOOK_SECRET }, ...options, clock })
  const client = officialClient(sandbox)
  const authorization = `Basic ${Buffer.from(`${sandbox.keyId}:${sandbox.keySecret}`).toString('base64')}`
  return {
    sandbox,
    clock,
    merchant,
    client,
    order: async (amount = 9_900) => (await client.orders.create({ amount, currency: 'INR' })).id,
    async ask(method, path, body, headers = {}) {
      const response = await fetch(`${sandbox.url}${path}`, {
        method,
        headers: { authorization, 'content-type': 'application/json', ...headers },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      })
      return { status: response.status, json: readJson(await response.text()), headers: response.headers }
    },
    async close() {
      await sandbox.close()
      await merchant.close()
    },
  }
}
