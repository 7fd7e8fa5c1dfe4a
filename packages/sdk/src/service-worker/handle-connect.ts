import { answerRead, type AskEvent } from './answer-read.ts'
import { holderOf } from './holder.ts'
import { KeptReads } from './kept-reads.ts'
import { forgetMessage } from './names.ts'
import { baseOf, readAt } from './reads.ts'
import { Told } from './told.ts'
import { WidgetCode } from './widget-code.ts'
import type { ConnectWorkerSettings, WorkerParts, WorkerScope } from './worker-types.ts'

const weekSeconds = 7 * 86_400

/** What a worker does about each thing that happens to it. */
export interface ConnectWorker {
  /** Undefined: the request is none of ours and goes its own way. */
  answer(event: AskEvent): Promise<Response> | undefined
  activate(): Promise<void>
  forget(): Promise<void>
}

/** The worker without its scope. */
export function connectWorker(settings: ConnectWorkerSettings, parts: WorkerParts, here: string): ConnectWorker {
  const { widgets, reads = true, maxAgeSeconds = weekSeconds, people = 1, slowMs = 4_000 } = settings
  const { storage, fetch, now } = parts
  const base = baseOf(new URL(settings.baseUrl, here).href)
  const folder = widgets === undefined ? undefined : `${baseOf(new URL(widgets, here).href)}/`
  const code = folder === undefined ? undefined : new WidgetCode({ storage, fetch, folder, slowMs })
  const kept = new KeptReads({ storage, now, maxAgeMs: maxAgeSeconds * 1_000, people: Math.max(1, people) })

  const readParts = { kept, fetch, slowMs, told: new Told() }
  const read = (event: AskEvent) => {
    const { url, headers } = event.request
    const found = reads ? readAt(base, url) : undefined
    const holder = found && holderOf(headers.get('authorization'))
    return found && holder && holder.isPerson !== found.isApp ? answerRead(readParts, event, holder, found) : undefined
  }
  return {
    answer: (event) => {
      const { method, mode } = event.request
      if (method !== 'GET' || mode === 'navigate') return undefined
      return code?.answer(event, event.request) ?? read(event)
    },
    activate: async () => {
      await Promise.all([reads ? kept.sweep() : kept.forgetAll(), code?.sweep()])
    },
    forget: () => kept.forgetAll(),
  }
}

const isForget = (data: unknown) => typeof data === 'object' && data !== null && 'type' in data && data.type === forgetMessage

/**
 * Lets a service worker keep the widgets' code and what their user has read last. Call it once, at the top of the worker's file and before
 * listeners of your own that answer everything: those that it answers do not reach them.
 *
 * Whatever changes something (POST, PUT, PATCH, DELETE) is not touched: it fails at once where there is no network, and is never sent later.
 * A worker may be stopped at any moment. Nothing is written but copies of answers: one that is lost is read again.
 */
export function handleConnect(settings: ConnectWorkerSettings, scope: WorkerScope = globalThis as unknown as WorkerScope): void {
  const parts = { storage: caches, fetch: (request: Request) => fetch(request), now: Date.now }
  const worker = connectWorker(settings, parts, location.href)
  scope.addEventListener('activate', (event) => {
    // The page that brought the worker is the first one that it serves.
    event.waitUntil(Promise.all([worker.activate(), scope.clients.claim()]))
  })
  scope.addEventListener('fetch', (event) => {
    const answer = worker.answer(event)
    if (answer) event.respondWith(answer)
  })
  scope.addEventListener('message', (event) => {
    if (!isForget(event.data)) return
    const done = worker.forget().finally(() => event.ports[0]?.postMessage('done'))
    event.waitUntil(done)
  })
}
