import type { AskEvent } from '../src/service-worker/answer-read.ts'
import { connectWorker, type ConnectWorker } from '../src/service-worker/handle-connect.ts'
import type { ConnectWorkerSettings } from '../src/service-worker/worker-types.ts'

export const platformUrl = 'https://connect.example'

const encoded = (value: object) => btoa(JSON.stringify(value)).replaceAll('=', '')

/** As the platform makes them, but for the signature, which nobody here checks. */
export const tokenOf = (sub: string, mode = 'test', app = 'app_1'): string =>
  `${encoded({ typ: 'ihc-user+jwt' })}.${encoded({ app, mode, sub, iat: 1, exp: 901 })}.c2lnbmF0dXJl`

/** The network as the worker meets it: the last thing said about it counts. */
class Network {
  asked = 0
  #next: () => Promise<Response> = () => Promise.reject(new TypeError('no network'))

  readonly fetch = (): Promise<Response> => {
    this.asked++
    return this.#next()
  }

  answers(body: unknown, status = 200, type = 'application/json', headers: Record<string, string> = {}): void {
    const text = typeof body === 'string' ? body : JSON.stringify(body)
    this.#next = async () => new Response(text, { status, headers: { 'content-type': type, ...headers } })
  }

  /** Gives what lets the answers go. */
  answersLate(body: unknown): () => void {
    const { promise, resolve } = Promise.withResolvers<undefined>()
    this.#next = async () => {
      await promise
      return Response.json(body)
    }
    return () => resolve(undefined)
  }

  fails(): void {
    this.#next = () => Promise.reject(new TypeError('no network'))
  }
}

interface Answer {
  readonly response?: Response
  readonly status?: number
  readonly body?: unknown
  readonly kept?: string | undefined
  readonly lost?: true
}

interface TestWorker {
  readonly worker: ConnectWorker
  readonly network: Network
  eventOf(url: string, credential?: string, init?: RequestInit, page?: string): AskEvent
  ask(url: string, credential?: string, page?: string): Promise<Answer>
  /** Waits for all that goes on beside the answers. */
  settle(): Promise<void>
  advance(ms: number): void
  /** The same device, after the browser has stopped the worker. */
  restart(): TestWorker
}

/** A worker on this browser's own Cache Storage, with a network and a clock that a test holds. */
export function startWorker(settings: Partial<ConnectWorkerSettings> = {}, network = new Network(), clock = { now: 0 }): TestWorker {
  const parts = { storage: caches, fetch: network.fetch, now: () => clock.now }
  const worker = connectWorker({ baseUrl: platformUrl, slowMs: 60_000, ...settings }, parts, location.href)
  const works: Promise<unknown>[] = []
  const eventOf: TestWorker['eventOf'] = (url, credential = '', init = {}, page = 'a page') => ({
    request: new Request(url, { ...init, headers: credential ? { authorization: `Bearer ${credential}` } : {} }),
    clientId: page,
    waitUntil: (work) => void works.push(work),
  })
  const settle = async () => {
    for (let work = works.shift(); work; work = works.shift()) await work
  }
  return {
    worker,
    network,
    eventOf,
    settle,
    ask: async (url, credential, page) => {
      try {
        const response = await worker.answer(eventOf(url, credential, {}, page))
        if (!response || response.type === 'error') return { lost: true }
        const text = await response.clone().text()
        const body: unknown = /^[{[]/.test(text) ? JSON.parse(text) : text
        const kept = response.headers.get('connect-kept-at') ?? undefined
        // Only what is over: a late answer is waited for by who lets it go.
        if (!kept) await settle()
        return { response, status: response.status, body, kept }
      } catch {
        return { lost: true }
      }
    },
    advance: (ms) => void (clock.now += ms),
    restart: () => startWorker(settings, network, clock),
  }
}
