import type { ConnectServer, ServerSettings } from './client-types.ts'
import { buildRealtime } from './client.ts'
import { appPaths, appServerPaths, keyPaths } from './contract/app/paths.ts'
import { afterwardsPaths, refundPaths } from './contract/calls-afterwards/paths.ts'
import { callPaths } from './contract/calls/paths.ts'
import { disputePaths } from './contract/disputes/paths.ts'
import { kycDocumentServerPaths } from './contract/kyc-documents/paths.ts'
import { kycServerPaths } from './contract/kyc/paths.ts'
import { numberPaths } from './contract/numbers/paths.ts'
import { presencePaths } from './contract/presence/paths.ts'
import { referralServerPaths } from './contract/referrals/paths.ts'
import { topupReadPaths, topupServerPaths } from './contract/topups/paths.ts'
import { userPaths } from './contract/users/paths.ts'
import { ledgerPaths, walletServerPaths } from './contract/wallet/paths.ts'
import { eventPaths, webhookEndpointPaths } from './contract/webhooks/paths.ts'
import { withdrawalReadPaths, withdrawalServerPaths } from './contract/withdrawals/paths.ts'
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
    app: bind<Areas['app']>({ ...appPaths, ...appServerPaths }, send),
    keys: bind<Areas['keys']>(keyPaths, send),
    users: bind<Areas['users']>(userPaths, send),
    presence: bind<Areas['presence']>(presencePaths, send),
    calls: bind<Areas['calls']>({ ...callPaths, ...afterwardsPaths, ...refundPaths }, send),
    disputes: bind<Areas['disputes']>(disputePaths, send),
    wallets: bind<Areas['wallets']>(walletServerPaths, send),
    ledger: bind<Areas['ledger']>(ledgerPaths, send),
    topups: bind<Areas['topups']>({ ...topupReadPaths, ...topupServerPaths }, send),
    withdrawals: bind<Areas['withdrawals']>({ ...withdrawalReadPaths, ...withdrawalServerPaths }, send),
    referrals: bind<Areas['referrals']>(referralServerPaths, send),
    kyc: bind<Areas['kyc']>(kycServerPaths, send),
    kycDocuments: bind<Areas['kycDocuments']>(kycDocumentServerPaths, (method, path, options, body) =>
      // What is read there are pictures; what is sent and answered is JSON.
      send(method, path, method === 'GET' ? { ...options, picture: true } : options, body),
    ),
    numbers: bind<Areas['numbers']>(numberPaths, send),
    webhookEndpoints: bind<Areas['webhookEndpoints']>(webhookEndpointPaths, send),
    events: bind<Areas['events']>(eventPaths, send),
    realtime: buildRealtime({ baseUrl, send, credential, timing, WebSocket: globalThis.WebSocket }),
  }
}
