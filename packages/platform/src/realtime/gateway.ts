import { STATUS_CODES, type IncomingMessage, type Server } from 'node:http'
import type { Duplex } from 'node:stream'
import { closeCodes } from '@impacthub/sdk/contract'
import { WebSocketServer } from 'ws'
import { Connection } from './connection.ts'
import { settingsOf, type RealtimeParts } from './parts.ts'
import { every } from './rounds.ts'
import type { Sessions } from './sessions.ts'

const path = '/v1/realtime'
/** Spreads those who come back after a storm. */
const spreadSeconds = 5

export interface Gateway {
  /** Serves the upgrades of this HTTP server at `/v1/realtime`. */
  attach(server: Server): void
  /** Sockets open now. */
  readonly sockets: number
  /** Tells every client to come back, which finds another process or the next one. */
  close(): void
}

/** An answer to a handshake that is not to become a WebSocket. */
function refuse(socket: Duplex, status: 404 | 429 | 503, retryAfterSeconds?: number): void {
  const lines = [`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`, 'Connection: close', 'Content-Length: 0']
  if (retryAfterSeconds !== undefined) lines.push(`Retry-After: ${retryAfterSeconds}`)
  socket.end(`${lines.join('\r\n')}\r\n\r\n`)
}

const spread = (seconds: number) => Math.ceil(seconds + Math.random() * spreadSeconds)

function targetOf(request: IncomingMessage): URL | undefined {
  // Only path and query count: the host is whatever the client wrote.
  return URL.canParse(request.url ?? '', 'ws://platform') ? new URL(request.url ?? '', 'ws://platform') : undefined
}

export function createGateway(parts: RealtimeParts, sessions: Sessions): Gateway {
  const settings = settingsOf(parts)
  const { bus, clientIp, logger } = parts
  const handshakes = { perSecond: settings.handshakesPerMinute / 60, burst: settings.handshakesPerMinute }
  const connections = new Set<Connection>()
  /** Those of them who have not said yet who they are. */
  const strangers = new Set<Connection>()
  let closed = false
  const isClosed = () => closed
  // The library's own limits are far wider; compression would cost memory for each socket and save little on short frames.
  const server = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    maxPayload: 16 * 1024,
    maxFragments: 16,
    maxBufferedChunks: 64,
  })

  async function upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    const target = targetOf(request)
    if (target?.pathname !== path) return refuse(socket, 404)
    if (isClosed() || strangers.size >= settings.maxUnidentified) return refuse(socket, 503, spread(1))
    const ip = clientIp(request)
    const { allowed, retryAfterMs } = await bus.take(`0:handshake:${ip}`, handshakes)
    if (!allowed) return refuse(socket, 429, spread(retryAfterMs / 1_000))
    if (socket.destroyed || isClosed()) return refuse(socket, 503, spread(1))
    const greeting = { ticket: target.searchParams.get('ticket') ?? undefined, origin: request.headers.origin, ip }
    server.handleUpgrade(request, socket, head, (opened) => {
      const connection = new Connection(parts, sessions, opened, greeting, () => strangers.delete(connection))
      connections.add(connection)
      strangers.add(connection)
      opened.once('close', () => {
        connections.delete(connection)
        strangers.delete(connection)
      })
    })
  }

  let tickedAt = performance.now()
  const endTicks = every(settings.tickMs, logger, () => {
    const now = performance.now()
    // After a pause of this process its clients seem silent: what they sent is still to be read.
    const paused = now - tickedAt > settings.tickMs * 2
    tickedAt = now
    if (!paused) for (const connection of connections) connection.tick(now)
  })

  return {
    attach(http) {
      http.on('upgrade', (request, socket, head) => {
        socket.on('error', () => socket.destroy())
        upgrade(request, socket, head).catch((error: unknown) => {
          logger.warn('a handshake failed', { error })
          refuse(socket, 503, spread(1))
        })
      })
    },
    get sockets() {
      return connections.size
    },
    close() {
      closed = true
      endTicks()
      for (const connection of connections) connection.end(closeCodes.restarting, 'restarting: connect again')
    },
  }
}
