import type { ConnectServer, ServerSettings } from './client-types.ts'
import { buildRealtime } from './client.ts'
import { serverTables } from './contract/routes.ts'
import type { serverSchemas } from './contract/schemas.ts'
import { bind } from './http/bind.ts'
import { fixedKey } from './http/credential.ts'
import { transport } from './http/transport.ts'
import type { Timing } from './timing.ts'

/** `createServer` with its waits laid open. */
export function buildServer({ baseUrl, secretKey, fetch }: ServerSettings, timing: Timing): ConnectServer {
  const credential = fixedKey(secretKey)
  const send = transport({ baseUrl, credential, timing, fetch })
  type Areas = typeof serverSchemas
  return {
    app: bind<Areas['app']>(serverTables.app, send),
    keys: bind<Areas['keys']>(serverTables.keys, send),
    users: bind<Areas['users']>(serverTables.users, send),
    presence: bind<Areas['presence']>(serverTables.presence, send),
    calls: bind<Areas['calls']>(serverTables.calls, send),
    wallets: bind<Areas['wallets']>(serverTables.wallets, send),
    ledger: bind<Areas['ledger']>(serverTables.ledger, send),
    numbers: bind<Areas['numbers']>(serverTables.numbers, send),
    realtime: buildRealtime({ baseUrl, send, credential, timing, WebSocket: globalThis.WebSocket }),
  }
}
