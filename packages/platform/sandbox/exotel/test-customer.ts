import { createServer, type IncomingHttpHeaders, type IncomingMessage } from 'node:http'
import { type HeldClock, heldClock } from '../kit/clock.ts'
import { isRecord, type Json, readJson } from '../kit/json.ts'
import { type ExotelSandbox, type ExotelSandboxOptions, startExotelSandbox } from './server.ts'

/** A request that the sandbox made. */
export interface Seen {
  readonly method: string
  readonly path: string
  readonly query: Record<string, string>
  readonly headers: IncomingHttpHeaders
  readonly body: string
  /** The body as JSON or the fields of its form. */
  readonly said: Record<string, unknown>
}

/** An answer that does not come. */
export const NEVER = Symbol('never')
type Answer = { readonly status: number; readonly json?: unknown; readonly body?: string } | typeof NEVER

/** A customer's server: it records what it is sent and answers as it was told, else 200. */
export interface Customer {
  readonly url: string
  readonly seen: Seen[]
  readonly answers: Map<string, Answer | (() => Answer)>
  at(path: string): Seen[]
  close(): Promise<void>
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let body = ''
  for await (const chunk of request) body += String(chunk)
  return body
}

/** Reads the fields of a multipart form as a customer's framework would. */
async function saidIn(type: string, body: string): Promise<Record<string, unknown>> {
  if (type === 'application/json') return JSON.parse(body) as Record<string, unknown>
  if (!type.startsWith('multipart/form-data')) return {}
  const form = await new Response(body, { headers: { 'content-type': type } }).formData()
  return Object.fromEntries(form)
}

/** Starts a customer's server. */
export async function startCustomer(): Promise<Customer> {
  const seen: Seen[] = []
  const answers: Customer['answers'] = new Map()
  const server = createServer((request, response) => {
    void (async () => {
      const body = await bodyOf(request)
      const target = new URL(request.url ?? '/', url)
      const { headers, method = '' } = request
      const said = await saidIn(headers['content-type'] ?? '', body)
      seen.push({ method, path: target.pathname, query: Object.fromEntries(target.searchParams), headers, body, said })
      const chosen = answers.get(target.pathname) ?? { status: 200 }
      const answer = typeof chosen === 'function' ? chosen() : chosen
      if (answer === NEVER) return
      response.writeHead(answer.status, { 'content-type': 'application/json' })
      response.end(answer.json === undefined ? answer.body : JSON.stringify(answer.json))
    })()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const url = `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`
  return {
    url,
    seen,
    answers,
    at: (path) => seen.filter((one) => one.path === path),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

/** What the API answered. */
export interface Reply {
  readonly status: number
  readonly type: string
  readonly text: string
  readonly json: Json | undefined
}

/** What is at a place of a JSON text. */
export function pick(json: Json | undefined, ...path: (string | number)[]): Json | undefined {
  let found = json
  for (const step of path) {
    if (Array.isArray(found)) found = (found as readonly Json[])[Number(step)]
    else found = isRecord(found) ? found[step] : undefined
  }
  return found
}

/** The text at a place of a JSON text; empty if there is none. */
export function text(json: Json | undefined, ...path: (string | number)[]): string {
  const found = pick(json, ...path)
  return typeof found === 'string' ? found : ''
}

/** The list at a place of a JSON text; empty if there is none. */
export function list(json: Json | undefined, ...path: (string | number)[]): readonly Json[] {
  const found = pick(json, ...path)
  return Array.isArray(found) ? (found as readonly Json[]) : []
}

/** Asks the API with the account's credentials: a form for records of texts, JSON for anything else. */
export type Ask = (method: string, path: string, said?: Record<string, string> | string, headers?: Record<string, string>) => Promise<Reply>

/** A client of the kind that the documentation shows with curl. */
export function clientOf({ url, apiKey, apiToken }: Pick<ExotelSandbox, 'url' | 'apiKey' | 'apiToken'>): Ask {
  const authorization = `Basic ${Buffer.from(`${apiKey}:${apiToken}`).toString('base64')}`
  return async (method, path, said, headers = {}) => {
    const body = said === undefined ? {} : { body: typeof said === 'string' ? said : new URLSearchParams(said) }
    const answer = await fetch(`${url}${path}`, { method, headers: { authorization, ...headers }, ...body })
    const text = await answer.text()
    const type = answer.headers.get('content-type')?.split(';')[0] ?? ''
    return { status: answer.status, type, text, json: type === 'application/json' ? readJson(text) : undefined }
  }
}

/** A sandbox with a held clock, a number of its own, and a customer. */
export interface Scene {
  readonly sandbox: ExotelSandbox
  readonly clock: HeldClock
  readonly customer: Customer
  readonly ask: Ask
  /** Below `/v1/Accounts/{sid}`. */
  v1(method: string, path: string, said?: Record<string, string>): Promise<Reply>
  /** Connects two numbers and gives back the CallSid. */
  connect(options?: Record<string, string>): Promise<string>
  details(sid: string): Promise<Json | undefined>
  close(): Promise<void>
}

/** The number that the account of a scene owns. */
export const OWNED = '+912269800001'

/** Sets the scene; phones are answered at once unless told otherwise. */
export async function setScene(options: ExotelSandboxOptions = {}): Promise<Scene> {
  const clock = heldClock()
  const customer = await startCustomer()
  const sandbox = await startExotelSandbox({ clock, answerAfterMs: 0, numbers: [OWNED], ...options })
  const ask = clientOf(sandbox)
  const v1: Scene['v1'] = (method, path, said) => ask(method, `/v1/Accounts/${sandbox.accountSid}${path}`, said)
  return {
    sandbox,
    clock,
    customer,
    ask,
    v1,
    async connect(wish = {}) {
      const { status, text, json } = await v1('POST', '/Calls/connect.json', {
        From: '+919800000000',
        To: '+919811110000',
        CallerId: OWNED,
        StatusCallback: `${customer.url}/status`,
        StatusCallbackContentType: 'application/json',
        'StatusCallbackEvents[0]': 'terminal',
        'StatusCallbackEvents[1]': 'answered',
        ...wish,
      })
      const sid = pick(json, 'Call', 'Sid')
      if (status !== 200 || typeof sid !== 'string') throw new Error(text)
      return sid
    },
    details: async (sid) => pick((await v1('GET', `/Calls/${sid}.json?details=true`)).json, 'Call'),
    async close() {
      await sandbox.close()
      await customer.close()
    },
  }
}
