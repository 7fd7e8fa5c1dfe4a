import type { ClientSettings, ConnectClient, Realtime } from './client-types.ts'
import { appRoutes } from './contract/app/routes.ts'
import { callRoutes } from './contract/calls/routes.ts'
import { presenceRoutes } from './contract/presence/routes.ts'
import { realtimeRoutes } from './contract/realtime/routes.ts'
import type { realtimeSchemas } from './contract/realtime/schemas.ts'
import type { clientSchemas } from './contract/schemas.ts'
import { meRoutes } from './contract/users/routes.ts'
import { walletRoutes } from './contract/wallet/routes.ts'
import { bind } from './http/bind.ts'
import { keyOrToken, type Credential } from './http/credential.ts'
import { tokenSource } from './http/token.ts'
import { transport, type Send } from './http/transport.ts'
import { createRealtime } from './realtime/realtime.ts'
import type { Timing } from './timing.ts'

export interface RealtimeParts {
  readonly baseUrl: string
  readonly send: Send
  readonly credential: Credential
  readonly timing: Timing
  readonly WebSocket: typeof globalThis.WebSocket | null | undefined
}

/** The code behind the listeners is a chunk of its own: most pages never need it before their first listener. */
export function buildRealtime({ send, ...rest }: RealtimeParts): Realtime {
  const api = bind<typeof realtimeSchemas>(realtimeRoutes, send)
  return createRealtime(async (hub) => {
    const { openConnection } = await import('./realtime/connection.ts')
    return openConnection(hub, { ...rest, api })
  }, rest.timing.reconnectMaxMs)
}

/** `createClient` with its waits laid open. */
export function buildClient(settings: ClientSettings, timing: Timing): ConnectClient {
  const { baseUrl, publishableKey, fetch, WebSocket = globalThis.WebSocket } = settings
  const credential = tokenSource(settings.getToken, timing.tokenMarginMs)
  const send = transport({ baseUrl, credential, timing, fetch })
  const sendByKey = transport({ baseUrl, credential: keyOrToken(publishableKey, credential), timing, fetch })
  type Areas = typeof clientSchemas
  return {
    app: bind<Areas['app']>(appRoutes, sendByKey),
    me: bind<Areas['me']>(meRoutes, send),
    presence: bind<Areas['presence']>(presenceRoutes, send),
    calls: bind<Areas['calls']>(callRoutes, send),
    wallet: bind<Areas['wallet']>(walletRoutes, send),
    realtime: buildRealtime({ baseUrl, send, credential, timing, WebSocket }),
  }
}
