import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http'
import { WebSocketServer, type WebSocket } from 'ws'
import type { ProblemCode } from '../src/contract/problems.ts'
import { problems } from '../src/contract/problems.ts'
import { createQueue, type Queue } from './queue.ts'

/** One request as it arrived. */
export interface Seen {
  readonly method: string
  readonly path: string
  readonly query: URLSearchParams
  readonly headers: IncomingHttpHeaders
  readonly body: unknown
  /** Fires when the client hangs up. */
  readonly gone: Promise<unknown>
}

export interface Answer {
  readonly status?: number
  readonly headers?: Record<string, string>
  readonly body?: unknown
}

/** `drop`: the connection breaks. `hang`: no answer ever. `stall`: the body stops halfway. */
export type Reaction = Answer | 'drop' | 'hang' | 'stall'
type React = (request: Seen) => Reaction | Promise<Reaction>

/** A socket seen from the platform's side. */
export interface Peer {
  /** Messages of the client in their order. */
  readonly messages: Queue<Record<string, unknown>>
  readonly closed: Promise<unknown>
  send(seq: number, type: string, data: object): void
  sendRaw(text: string): void
  close(code: number): void
  terminate(): void
}

export const problem = (code: ProblemCode, headers: Record<string, string> = {}): Answer => ({
  status: problems[code].status,
  headers: { 'content-type': 'application/problem+json', ...headers },
  body: {
    type: 'about:blank',
    title: problems[code].title,
    status: problems[code].status,
    detail: 'said the test',
    code,
    requestId: 'req_1',
  },
})

async function readBody(request: IncomingMessage): Promise<unknown> {
  let text = ''
  for await (const chunk of request) text += String(chunk)
  return text === '' ? undefined : JSON.parse(text)
}

function respond(response: ServerResponse, reaction: Reaction): void {
  if (reaction === 'hang') return
  if (reaction === 'drop') return void response.destroy()
  if (reaction === 'stall') {
    response.writeHead(200, { 'content-type': 'application/json' })
    return void response.write('{"half":')
  }
  const { status = 200, headers = {}, body } = reaction
  response.writeHead(status, { 'content-type': 'application/json', ...headers })
  response.end(body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body))
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null

function peerOf(socket: WebSocket): Peer {
  const messages = createQueue<Record<string, unknown>>()
  socket.on('message', (data) => {
    const message: unknown = JSON.parse(Buffer.isBuffer(data) ? data.toString() : '{}')
    if (isRecord(message)) messages.push(message)
  })
  const sendRaw = (text: string) => socket.send(text)
  return {
    messages,
    closed: once(socket, 'close'),
    sendRaw,
    send: (seq, type, data) => sendRaw(JSON.stringify({ seq, type, data })),
    close: (code) => socket.close(code),
    terminate: () => socket.terminate(),
  }
}

/** An HTTP and WebSocket server that speaks the contract and does what the test says. */
export async function startContractServer() {
  const seen: Seen[] = []
  const rules = new Map<string, React>()
  const sockets = createQueue<Peer>()
  const refusal = { sockets: false }

  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://test')
    const gone = once(response, 'close')
    void readBody(request).then(async (body) => {
      const entry = { method: request.method ?? '', path: url.pathname, query: url.searchParams, headers: request.headers, body, gone }
      seen.push(entry)
      const react = rules.get(`${entry.method} ${entry.path}`) ?? (() => problem('not_found'))
      respond(response, await react(entry))
    })
  })
  const upgrades = new WebSocketServer({ noServer: true })
  server.on('upgrade', (request, socket, head) => {
    if (refusal.sockets || request.url !== '/v1/realtime') return void socket.destroy()
    upgrades.handleUpgrade(request, socket, head, (ws) => sockets.push(peerOf(ws)))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')

  return {
    baseUrl: `http://127.0.0.1:${address.port}`,
    seen,
    /** Every socket that was opened, in order. */
    sockets,
    refusal,
    /** Says how a route answers; with several reactions, one after the other, the last for good. */
    on(route: string, ...reactions: readonly (Reaction | React)[]) {
      let turn = 0
      rules.set(route, (request) => {
        const reaction = reactions[Math.min(turn++, reactions.length - 1)] ?? 'hang'
        return typeof reaction === 'function' ? reaction(request) : reaction
      })
    },
    to: (route: string) => seen.filter(({ method, path }) => `${method} ${path}` === route),
    async close() {
      for (const client of upgrades.clients) client.terminate()
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

export type ContractServer = Awaited<ReturnType<typeof startContractServer>>
