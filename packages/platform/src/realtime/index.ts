import type { Server } from 'node:http'
import type { Operation } from '../http/implement.ts'
import type { FanOut } from './fan-out.ts'
import { createGateway } from './gateway.ts'
import type { RealtimeParts } from './parts.ts'
import { createPolling } from './poll.ts'
import { realtimeOperations } from './realtime.routes.ts'
import { Sessions } from './sessions.ts'

export { createFanOut, type FanOut } from './fan-out.ts'
export type { CurrentState, RealtimeActor, RealtimeParts, RealtimeSettings } from './parts.ts'

/** Live connections of this process: by WebSocket at `/v1/realtime`, and by long polling. */
export interface Realtime {
  readonly operations: Operation[]
  /** Serves the WebSockets of this HTTP server. */
  attach(server: Server): void
  /** Sockets open now. */
  readonly sockets: number
  /** Sends everybody elsewhere: 1012 to sockets, an empty answer to polls that wait. */
  close(): Promise<void>
}

export function createRealtime(parts: RealtimeParts, fanOut: FanOut): Realtime {
  const sessions = new Sessions(parts, fanOut)
  const gateway = createGateway(parts, sessions)
  const polling = createPolling(parts, sessions)
  return {
    operations: realtimeOperations(parts, polling),
    attach: (server) => gateway.attach(server),
    get sockets() {
      return gateway.sockets
    },
    async close() {
      polling.close()
      gateway.close()
      await sessions.close()
    },
  }
}
