/**
 * For a service worker of yours (`handleConnect`) and for the page that registers it (the rest): the widgets' code and the last state that
 * their user has seen are there without a network. See docs/crashes/service-worker.md for what is kept, and of whom.
 */
export { handleConnect } from './service-worker/handle-connect.ts'
export { forgetConnect, keptAt, startConnectWorker, tokenWhileOffline } from './service-worker/page.ts'
export type { ConnectWorkerStart, OfflineToken } from './service-worker/page.ts'
export type { ConnectWorkerSettings, WorkerScope } from './service-worker/worker-types.ts'
