import { createServer, type IncomingMessage } from 'node:http'
import twilio, { RequestClient, type Twilio } from 'twilio'
import { type HeldClock, heldClock } from '../kit/clock.ts'
import { startTwilioSandbox, type TwilioSandbox, type TwilioSandboxOptions } from './server.ts'

type RequestOptions<Data> = Parameters<typeof RequestClient.prototype.request<Data>>[0]

/** A request that the sandbox made. */
export interface Seen {
  readonly method: string
  readonly url: string
  readonly path: string
  readonly params: Record<string, string>
  readonly signature: string
  readonly token: string
}

/** An answer that does not come. */
export const NEVER = Symbol('never')

/** A customer's server: it records what it is sent and answers with the documents it was given. */
export interface Customer {
  readonly url: string
  readonly seen: Seen[]
  /** What to answer under a path: TwiML, or a status code and a body. */
  readonly answers: Map<string, string | { status: number; type?: string; body?: string } | typeof NEVER>
  /** The call progress of one call, as `initiated`, `ringing`, … */
  progress(callSid: string): string[]
  at(path: string): Seen[]
  close(): Promise<void>
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let body = ''
  for await (const chunk of request) body += String(chunk)
  return body
}

/** Starts a customer's server. */
export async function startCustomer(): Promise<Customer> {
  const seen: Seen[] = []
  const answers: Customer['answers'] = new Map()
  const server = createServer((request, response) => {
    void (async () => {
      const body = await bodyOf(request)
      const target = new URL(request.url ?? '/', url)
      const method = request.method ?? ''
      seen.push({
        method,
        url: `${url}${request.url ?? ''}`,
        path: target.pathname,
        params: Object.fromEntries(method === 'GET' ? target.searchParams : new URLSearchParams(body)),
        signature: String(request.headers['x-twilio-signature']),
        token: String(request.headers['i-twilio-idempotency-token']),
      })
      const answer = answers.get(target.pathname) ?? { status: 204 }
      if (answer === NEVER) return
      const { status, type, body: text } = typeof answer === 'string' ? { status: 200, type: undefined, body: answer } : answer
      response.writeHead(status, { 'content-type': type ?? 'text/xml' }).end(text)
    })()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const url = `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`
  return {
    url,
    seen,
    answers,
    progress: (callSid) =>
      seen.filter((one) => one.params['CallbackSource'] && one.params['CallSid'] === callSid).map((one) => one.params['CallStatus'] ?? ''),
    at: (path) => seen.filter((one) => one.path === path),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

/** The vendor's own client, led to the sandbox as its documentation shows for proxies. */
export function officialClient(sandbox: TwilioSandbox, authToken = sandbox.authToken): Twilio {
  class SandboxClient extends RequestClient {
    override request<Data>(options: RequestOptions<Data>) {
      const { hostname, pathname, search } = new URL(options.uri)
      return super.request<Data>({ ...options, uri: `${sandbox.url}/${hostname.split('.')[0]}${pathname}${search}` })
    }
  }
  return twilio(sandbox.accountSid, authToken, { httpClient: new SandboxClient() })
}

/** A sandbox with a held clock, a number of its own, and a customer. */
export interface Scene {
  readonly sandbox: TwilioSandbox
  readonly clock: HeldClock
  readonly customer: Customer
  readonly client: Twilio
  close(): Promise<void>
}

/** The number that the account of a scene owns. */
export const OWNED = '+15005550006'

/** Sets the scene; phones are answered at once unless told otherwise. */
export async function setScene(options: TwilioSandboxOptions = {}): Promise<Scene> {
  const clock = heldClock()
  const customer = await startCustomer()
  const sandbox = await startTwilioSandbox({ clock, answerAfterMs: 0, numbers: [OWNED], ...options })
  return {
    sandbox,
    clock,
    customer,
    client: officialClient(sandbox),
    async close() {
      await sandbox.close()
      await customer.close()
    },
  }
}
