import type { ConnectionState, Realtime } from '../client-types.ts'
import type { RealtimeEvents, RealtimeEventType, RealtimeFrame } from '../contract/events.ts'

/** What the connection sees of those who listen. */
export interface Hub {
  readonly state: ConnectionState
  watched(): readonly string[]
  emit(frame: RealtimeFrame): void
  setState(state: ConnectionState): void
  /** The platform does not want this client any more; only connect() begins anew. */
  ended(): void
}

export interface Connection {
  watchChanged(): void
  close(): void
}

type Listener<T> = (value: T) => void

/** A listener that throws is its owner's fault; the others still hear. */
function tell<T>(listeners: Iterable<Listener<T>>, value: T): void {
  for (const listener of [...listeners]) {
    try {
      listener(value)
    } catch (error) {
      console.error(error)
    }
  }
}

const addTo = <T>(set: Set<T>, item: T): (() => void) => {
  set.add(item)
  return () => void set.delete(item)
}

class LiveEvents implements Realtime, Hub {
  state: ConnectionState = 'idle'
  readonly #load: (hub: Hub) => Promise<Connection>
  readonly #retryMs: number
  readonly #listeners = new Map<RealtimeEventType, Set<Listener<never>>>()
  readonly #stateListeners = new Set<Listener<ConnectionState>>()
  /** How many watch each user. */
  readonly #watchers = new Map<string, number>()
  #connection: Connection | undefined
  #started = false
  #closed = false
  #refused = false

  constructor(load: (hub: Hub) => Promise<Connection>, retryMs: number) {
    this.#load = load
    this.#retryMs = retryMs
  }

  on<Type extends RealtimeEventType>(type: Type, listener: Listener<RealtimeEvents[Type]>): () => void {
    const listeners = this.#listeners.get(type) ?? new Set<Listener<never>>()
    this.#listeners.set(type, listeners)
    // Wrapped, so that the same function given twice is heard twice and ended once each.
    const end = addTo<Listener<never>>(listeners, (data) => listener(data))
    if (!this.#refused) this.connect()
    return end
  }

  onState(listener: Listener<ConnectionState>): () => void {
    return addTo<Listener<ConnectionState>>(this.#stateListeners, (state) => listener(state))
  }

  watch(userIds: readonly string[]): () => void {
    let users = [...new Set(userIds)]
    this.#count(users, 1)
    if (!this.#refused) this.connect()
    return () => {
      this.#count(users, -1)
      users = []
    }
  }

  connect(): void {
    if (this.#started || this.#closed) return
    this.#started = true
    this.#refused = false
    this.setState('connecting')
    this.#load(this).then(
      (connection) => {
        if (this.#closed) connection.close()
        else this.#connection = connection
      },
      () => {
        // The code of the connection did not load: the network is away.
        this.#started = false
        this.setState('offline')
        setTimeout(() => this.connect(), this.#retryMs)
      },
    )
  }

  close(): void {
    this.#closed = true
    this.#connection?.close()
    this.setState('idle', true)
  }

  watched(): readonly string[] {
    return [...this.#watchers.keys()]
  }

  emit(frame: RealtimeFrame): void {
    // Type and data came in one frame; the map only forgets that they belong together.
    tell(this.#listeners.get(frame.type) ?? [], frame.data as never)
  }

  setState(state: ConnectionState, last = false): void {
    if (state === this.state || (this.#closed && !last)) return
    this.state = state
    tell(this.#stateListeners, state)
  }

  ended(): void {
    this.#connection = undefined
    this.#started = false
    this.#refused = true
    this.setState('offline')
  }

  #count(userIds: readonly string[], by: 1 | -1): void {
    for (const userId of userIds) {
      const count = (this.#watchers.get(userId) ?? 0) + by
      if (count > 0) this.#watchers.set(userId, count)
      else this.#watchers.delete(userId)
    }
    if (userIds.length > 0) this.#connection?.watchChanged()
  }
}

/** The listeners and watchers of one client. What carries the frames is loaded when the first of them comes. */
export function createRealtime(load: (hub: Hub) => Promise<Connection>, retryMs: number): Realtime {
  const live = new LiveEvents(load, retryMs)
  return {
    get state() {
      return live.state
    },
    on: (type, listener) => live.on(type, listener),
    onState: (listener) => live.onState(listener),
    watch: (userIds) => live.watch(userIds),
    connect: () => live.connect(),
    close: () => live.close(),
  }
}
