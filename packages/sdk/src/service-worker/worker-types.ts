/** What of a service worker's scope is used: TypeScript's own types of pages and of workers cannot be loaded together. */

export interface LastingEvent {
  waitUntil(work: Promise<unknown>): void
}

export interface FetchLikeEvent extends LastingEvent {
  readonly request: Request
  /** The page that asks. */
  readonly clientId: string
  respondWith(answer: Promise<Response>): void
}

export interface MessageLikeEvent extends LastingEvent {
  readonly data: unknown
  readonly ports: readonly { postMessage(message: unknown): void }[]
}

interface WorkerEvents {
  activate: LastingEvent
  fetch: FetchLikeEvent
  message: MessageLikeEvent
}

export interface WorkerScope {
  readonly clients: { claim(): Promise<void> }
  addEventListener<Type extends keyof WorkerEvents>(type: Type, listener: (event: WorkerEvents[Type]) => void): void
}

/** The outside world of the worker. */
export interface WorkerParts {
  readonly storage: CacheStorage
  readonly fetch: (request: Request) => Promise<Response>
  readonly now: () => number
}

/** What a host says of its worker. */
export interface ConnectWorkerSettings {
  /** Where the platform is, as the page's client has it. */
  readonly baseUrl: string
  /**
   * The folder of the widgets' scripts, such as `/widgets/` or `https://cdn.example/ihc/`. Absent: their code is left alone, as it should be
   * where it is part of your own bundle.
   */
  readonly widgets?: string
  /** false: keeps code only, and nobody's data. */
  readonly reads?: boolean
  /** How long an answer may be shown again; 7 days unless given. */
  readonly maxAgeSeconds?: number
  /** Of how many people answers may rest on this device, the latest; 1 unless given. */
  readonly people?: number
  /** How long the network may take before a kept answer is shown in its place; 4,000 ms unless given. */
  readonly slowMs?: number
}
