import type { ClientSettings, ConnectClient, Realtime } from './client-types.ts'
import { appPaths } from './contract/app/paths.ts'
import { afterwardsPaths } from './contract/calls-afterwards/paths.ts'
import { callPaths } from './contract/calls/paths.ts'
import { presencePaths } from './contract/presence/paths.ts'
import type { clientSchemas } from './contract/schemas.ts'
import { mePaths } from './contract/users/paths.ts'
import { waitingPaths } from './contract/waiting/paths.ts'
import { walletPaths } from './contract/wallet/paths.ts'
import { bind } from './http/bind.ts'
import { fixedKey } from './http/credential.ts'
import { later } from './http/later.ts'
import { tokenSource } from './http/token.ts'
import { transport } from './http/transport.ts'
import type { RealtimeParts } from './realtime/connection.ts'
import { createRealtime } from './realtime/realtime.ts'
import type { Timing } from './timing.ts'

/** While the code of the connection cannot be loaded: how long until it is tried again. */
const loadAgainMs = 20_000

/** The code behind the listeners is a chunk of its own: most pages never need it before their first listener. */
export const buildRealtime = (parts: RealtimeParts): Realtime =>
  createRealtime(async (hub) => {
    const { openConnection } = await import('./realtime/connection.ts')
    return openConnection(hub, { ...parts, bind })
  }, parts.timing.reconnectMaxMs ?? loadAgainMs)

/** `createClient` with its waits laid open. */
export function buildClient(settings: ClientSettings, timing: Timing): ConnectClient {
  const { baseUrl, publishableKey, fetch, WebSocket = globalThis.WebSocket } = settings
  const credential = tokenSource(settings.getToken, timing.tokenMarginMs)
  const send = transport({ baseUrl, credential, timing, fetch })
  // What the app is can be asked before anybody has signed in.
  const sendByKey = transport({ baseUrl, credential: fixedKey(publishableKey), timing, fetch })
  const areas = async () => (await import('./later-areas.ts')).laterAreas(send, bind, sendByKey)
  type Areas = typeof clientSchemas
  return {
    app: bind<Areas['app']>(appPaths, sendByKey),
    me: bind<Areas['me']>(mePaths, send),
    presence: bind<Areas['presence']>(presencePaths, send),
    calls: bind<Areas['calls']>({ ...callPaths, ...afterwardsPaths }, send),
    waiting: bind<Areas['waiting']>(waitingPaths, send),
    wallet: bind<Areas['wallet']>(walletPaths, send),
    topups: later(areas, 'topups'),
    withdrawals: later(areas, 'withdrawals'),
    referral: later(areas, 'referral'),
    kyc: later(areas, 'kyc'),
    kycDocuments: later(areas, 'kycDocuments'),
    kycUploads: later(areas, 'kycUploads'),
    realtime: buildRealtime({ baseUrl, send, credential, timing, WebSocket }),
  }
}
