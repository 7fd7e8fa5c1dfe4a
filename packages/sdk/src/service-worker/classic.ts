import { handleConnect } from './handle-connect.ts'

// For workers that are no modules: importScripts gives nothing back, so it stands in the worker's scope.
Object.assign(globalThis, { ihcServiceWorker: { handleConnect } })
