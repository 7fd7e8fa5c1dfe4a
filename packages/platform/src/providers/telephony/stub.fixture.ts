import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface Asked {
  readonly method: string
  readonly path: string
  readonly query: URLSearchParams
  readonly form: URLSearchParams
  readonly body: string
  readonly authorization: string | undefined
}

/** An answer: its status and body (text is sent as it is), or whatever else a server can do to a request. */
export type Reply =
  { readonly status: number; readonly body: unknown; readonly headers?: Record<string, string> } | ((response: ServerResponse) => void)

export interface Stub {
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

/** A server that knows no provider: it says what a test has written down from the documentation, and keeps what it was asked. */
export async function startStub(): Promise<Stub> {
  const asked: Asked[] = []
  let replies: readonly Reply[] = []
  const server = createServer((request, response) => void answer(request, response))
  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://stub')
    const body = await bodyOf(request)
    const form = new URLSearchParams(body)
    asked.push({
      method: request.method ?? '',
      path: pathname,
      query: searchParams,
      form,
      body,
      authorization: request.headers.authorization,
    })
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

export const ok = (body: unknown): Reply => ({ status: 200, body })
