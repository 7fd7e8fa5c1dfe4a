import type { ClientSettings, ConnectClient, Realtime } from './client-types.ts'
import { appPaths } from './contract/app/paths.ts'
import { callPaths } from './contract/calls/paths.ts'
import { presencePaths } from './contract/presence/paths.ts'
import { realtimePaths } from './contract/realtime/paths.ts'
import type { realtimeSchemas } from './contract/realtime/schemas.ts'
import type { clientSchemas } from './contract/schemas.ts'
import { mePaths } from './contract/users/paths.ts'
import { waitingPaths } from './contract/waiting/paths.ts'
import { walletPaths } from './contract/wallet/paths.ts'
import { bind } from './http/bind.ts'
import { fixedKey, type Credential } from './http/credential.ts'
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
  const api = bind<typeof realtimeSchemas>(realtimePaths, send)
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
  // What the app is can be asked before anybody has signed in.
  const sendByKey = transport({ baseUrl, credential: fixedKey(publishableKey), timing, fetch })
  type Areas = typeof clientSchemas
  return {
    app: bind<Areas['app']>(appPaths, sendByKey),
    me: bind<Areas['me']>(mePaths, send),
    presence: bind<Areas['presence']>(presencePaths, send),
    calls: bind<Areas['calls']>(callPaths, send),
    waiting: bind<Areas['waiting']>(waitingPaths, send),
    wallet: bind<Areas['wallet']>(walletPaths, send),
    realtime: buildRealtime({ baseUrl, send, credential, timing, WebSocket }),
  }
}
