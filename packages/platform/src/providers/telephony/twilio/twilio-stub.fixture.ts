import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface Asked {
  readonly method: string
  readonly path: string
  readonly query: URLSearchParams
  readonly form: URLSearchParams
  readonly authorization: string | undefined
}

/** An answer: its status and body (text is sent as it is), or whatever else a server can do to a request. */
export type Reply =
  { readonly status: number; readonly body: unknown; readonly headers?: Record<string, string> } | ((response: ServerResponse) => void)

export interface TwilioStub {
  readonly url: string
  readonly asked: Asked[]
  /** The answers to the next requests, in order; the last one stays. */
  reply(...replies: readonly Reply[]): void
  close(): Promise<void>
}

const bodyOf = async (request: IncomingMessage): Promise<string> => {
  const chunks: Buffer[] = []
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk)
  return Buffer.concat(chunks).toString()
}

/** A server that knows nothing of Twilio: it says what a test has written down from the documentation, and keeps what it was asked. */
export async function startStub(): Promise<TwilioStub> {
  const asked: Asked[] = []
  let replies: readonly Reply[] = []
  const server = createServer((request, response) => void answer(request, response))
  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://stub')
    const form = new URLSearchParams(await bodyOf(request))
    asked.push({ method: request.method ?? '', path: pathname, query: searchParams, form, authorization: request.headers.authorization })
    const reply = replies[0]
    if (replies.length > 1) replies = replies.slice(1)
    if (reply === undefined) return void response.writeHead(500).end()
    if (typeof reply === 'function') return reply(response)
    response.writeHead(reply.status, { 'content-type': 'application/json', ...reply.headers })
    response.end(typeof reply.body === 'string' ? reply.body : JSON.stringify(reply.body))
  }
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    reply: (...next) => {
      asked.length = 0
      replies = next
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

export const accountSid = `AC${'0'.repeat(31)}1`
export const authToken = '0123456789abcdef0123456789abcdef'
export const parentSid = `CA${'a'.repeat(32)}`
export const childSid = `CA${'b'.repeat(32)}`

/** A Call resource as the API reference shows it. */
export const callResource = (fields: Record<string, unknown> = {}) => ({
  account_sid: accountSid,
  annotation: null,
  answered_by: null,
  api_version: '2010-04-01',
  caller_name: null,
  date_created: 'Tue, 31 Aug 2027 20:36:28 +0000',
  date_updated: 'Tue, 31 Aug 2027 20:36:44 +0000',
  direction: 'outbound-api',
  duration: '15',
  end_time: 'Tue, 31 Aug 2027 20:36:44 +0000',
  forwarded_from: null,
  from: '+15017122661',
  from_formatted: '(501) 712-2661',
  group_sid: null,
  parent_call_sid: null,
  phone_number_sid: `PN${'0'.repeat(32)}`,
  price: '-0.03000',
  price_unit: 'USD',
  queue_time: '0',
  sid: parentSid,
  start_time: 'Tue, 31 Aug 2027 20:36:29 +0000',
  status: 'completed',
  subresource_uris: {},
  to: '+919800000001',
  to_formatted: '+919800000001',
  trunk_sid: null,
  uri: `/2010-04-01/Accounts/${accountSid}/Calls/${parentSid}.json`,
  ...fields,
})

export const childResource = (fields: Record<string, unknown> = {}) =>
  callResource({ sid: childSid, parent_call_sid: parentSid, direction: 'outbound-dial', to: '+919800000002', ...fields })

export const callList = (...calls: unknown[]) => ({
  calls,
  end: 0,
  first_page_uri: `/2010-04-01/Accounts/${accountSid}/Calls.json?PageSize=100&Page=0`,
  next_page_uri: null,
  page: 0,
  page_size: 100,
  previous_page_uri: null,
  start: 0,
  uri: `/2010-04-01/Accounts/${accountSid}/Calls.json?PageSize=100&Page=0`,
})

export const refusal = (status: number, code: number): Reply => ({
  status,
  body: { code, message: 'what was wrong', more_info: `https://www.twilio.com/docs/errors/${code}`, status },
})
export const ok = (body: unknown): Reply => ({ status: 200, body })
