import { createServer, type IncomingHttpHeaders, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { Gate } from './deliver-later.ts'

/** A request with its body, read and bounded. */
export interface Incoming {
  readonly method: string
  /** As sent, before the question mark. */
  readonly path: string
  readonly query: URLSearchParams
  readonly headers: IncomingHttpHeaders
  readonly body: string
  /** The same as it came: pictures are no text. */
  readonly raw: Buffer
}

/** What to answer: JSON, text of another type, or bytes; `hang` accepts and never answers, `drop` closes the connection without a word. */
export type Answer =
  | {
      readonly status: number
      readonly json?: unknown
      readonly text?: { readonly type: string; readonly body: string }
      readonly bytes?: { readonly type: string; readonly body: Buffer }
      readonly headers?: Readonly<Record<string, string>>
    }
  | 'hang'
  | 'drop'

/** What a server does with its requests. */
export interface Service {
  handle(request: Incoming): Answer | Promise<Answer>
  /** Whether what this request sets off must wait for its answer; not so for requests that wait for the consequences. */
  gated(path: string): boolean
  /** The provider's own wording for what the server itself must refuse. */
  refuse(status: 400 | 413 | 500, request: { method: string; path: string }): Answer
  /** The largest body that is taken, 64 KiB unless told. */
  readonly maxBodyBytes?: number | undefined
}

/** A server that listens. */
export interface Listening {
  readonly url: string
  close(): Promise<void>
}

const MAX_BODY_BYTES = 64 * 1024

async function readBody(request: IncomingMessage, most: number): Promise<Buffer | undefined> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request) {
    const bytes: Buffer = Buffer.isBuffer(chunk) ? chunk : Buffer.from(String(chunk))
    size += bytes.length
    if (size > most) return undefined
    chunks.push(bytes)
  }
  return Buffer.concat(chunks)
}

function splitTarget(target: string): { path: string; query: URLSearchParams } {
  const [path = '/', ...rest] = target.split('?')
  return { path, query: new URLSearchParams(rest.join('?')) }
}

function write(response: ServerResponse, answer: Exclude<Answer, 'hang' | 'drop'>, close: boolean): void {
  const text = answer.text ?? { type: 'application/json', body: answer.json === undefined ? '' : JSON.stringify(answer.json) }
  const { type, body } = answer.bytes ?? { ...text, type: `${text.type}; charset=utf-8` }
  response.writeHead(answer.status, {
    ...(body.length === 0 ? {} : { 'content-type': type }),
    'content-length': Buffer.byteLength(body),
    'x-content-type-options': 'nosniff',
    ...(close ? { connection: 'close' } : {}),
    ...answer.headers,
  })
  response.end(body)
}

/**
 * Serves `service` on a port of its own. While a request is being worked on the gate is shut, so that nothing it sets off
 * reaches the customer before the answer to the request itself has left.
 */
export async function listen(service: Service, gate: Gate, options: { host: string; port: number }): Promise<Listening> {
  const server = createServer({ maxHeaderSize: 16 * 1024, headersTimeout: 10_000, requestTimeout: 30_000, keepAliveTimeout: 60_000 })
  server.on('request', (request, response) => {
    void serve(service, gate, request, response)
  })
  server.on('clientError', (_error, socket) => {
    if (socket.writable) socket.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n')
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(options.port, options.host, resolve)
  })
  return { url: addressOf(server, options.host), close: () => stop(server) }
}

async function serve(service: Service, gate: Gate, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const method = request.method ?? 'GET'
  const { path, query } = splitTarget(request.url ?? '/')
  response.on('error', () => undefined) // a client that has gone is no fault of ours
  try {
    const raw = await readBody(request, service.maxBodyBytes ?? MAX_BODY_BYTES)
    if (raw === undefined) return finish(service.refuse(413, { method, path }), response, true)
    const reopen = service.gated(path) ? gate.shut() : () => undefined
    response.once('finish', reopen)
    response.once('close', reopen)
    try {
      const answer = await service.handle({ method, path, query, headers: request.headers, body: raw.toString('utf8'), raw })
      finish(answer, response, false)
      if (answer === 'hang') reopen()
    } catch {
      finish(service.refuse(500, { method, path }), response, true)
    }
  } catch {
    if (!response.headersSent) finish(service.refuse(400, { method, path }), response, true)
  }
}

function finish(answer: Answer, response: ServerResponse, close: boolean): void {
  if (answer === 'hang') return
  if (answer === 'drop') response.destroy()
  else write(response, answer, close)
}

function addressOf(server: Server, host: string): string {
  const address = server.address()
  const port = typeof address === 'object' && address ? address.port : 0
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`
}

function stop(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve())
    server.closeAllConnections()
  })
}
