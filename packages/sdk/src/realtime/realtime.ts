import type { ConnectionState, Realtime } from '../client-types.ts'
import type { RealtimeEventType, RealtimeFrame } from '../contract/events.ts'

/** What the connection sees of those who listen. */
export interface Hub {
  state(): ConnectionState
  watched(): readonly string[]
  emit(frame: RealtimeFrame): unknown
  setState(state: ConnectionState): unknown
  /** The platform does not want this client any more; only connect() begins anew. */
  ended(): void
}

export interface Connection {
  watchChanged(): void
  send: Realtime['send']
  close(): void
}

type Listener<T> = (value: T) => void

/** A listener that throws is its owner's fault; the others still hear. */
function tell<T>(listeners: Iterable<Listener<T>>, value: T): void {
  for (const listener of [...listeners]) {
    try {
      listener(value)
    } catch (error) {
      // eslint-disable-next-line no-console -- not ours to throw, and nobody else would tell
      console.error(error)
    }
  }
}

/** Adds it wrapped, so that one function given twice is heard twice and ended once each. */
function addTo<T>(listeners: Set<Listener<T>>, listener: Listener<T>): () => void {
  const own: Listener<T> = (value) => listener(value)
  listeners.add(own)
  return () => void listeners.delete(own)
}

/** Counts the watchers of each user. */
function watchList(changed: () => void): { users(): string[]; watch(userIds: readonly string[]): () => void } {
  const watchers = new Map<string, number>()
  const count = (userIds: Iterable<string>, by: number) => {
    for (const userId of userIds) {
      const now = (watchers.get(userId) ?? 0) + by
      if (now > 0) watchers.set(userId, now)
      else watchers.delete(userId)
    }
    changed()
  }
  return {
    users: () => [...watchers.keys()],
    watch: (userIds) => {
      const mine = new Set(userIds)
      count(mine, 1)
      return () => {
        count(mine, -1)
        mine.clear() // ending twice takes nothing from others
      }
    },
  }
}

/** The listeners and watchers of one client. What carries the frames is loaded when the first of them comes. */
export function createRealtime(load: (hub: Hub) => Promise<Connection>, retryMs: number): Realtime {
  const listeners = new Map<RealtimeEventType, Set<Listener<never>>>()
  const stateListeners = new Set<Listener<ConnectionState>>()
  const list = watchList(() => connection?.watchChanged())
  let state: ConnectionState = 'idle'
  let connection: Connection | undefined
  let phase: 'idle' | 'started' | 'refused' | 'closed' = 'idle'

  // Asked anew after each wait: the phase may have changed meanwhile.
  const running = () => phase === 'started'
  const setState = (next: ConnectionState) => {
    if (next === state) return
    state = next
    tell(stateListeners, next)
  }
  const hub: Hub = {
    state: () => state,
    watched: list.users,
    // Type and data came in one frame; the map only forgets that they belong together.
    emit: ({ type, data }) => running() && tell(listeners.get(type) ?? [], data as never),
    setState: (next) => running() && setState(next),
    ended: () => {
      if (phase === 'closed') return
      phase = 'refused'
      connection = undefined
      setState('offline')
    },
  }
  const connect = async (): Promise<void> => {
    if (phase === 'started' || phase === 'closed') return
    phase = 'started'
    setState('connecting')
    try {
      connection = await load(hub)
      if (!running()) connection.close()
    } catch {
      // The code of the connection did not load: the network is away.
      hub.setState('offline')
      if (running()) phase = 'idle'
      setTimeout(begin, retryMs)
    }
  }
  /** A client that was refused does not knock again by itself. */
  const begin = () => void (phase === 'idle' && connect())

  return {
    get state() {
      return state
    },
    on: (type, listener) => {
      const heard = listeners.get(type) ?? new Set()
      listeners.set(type, heard)
      const end = addTo<never>(heard, listener)
      begin()
      return end
    },
    onState: (listener) => addTo(stateListeners, listener),
    watch: (userIds) => {
      const end = list.watch(userIds)
      begin()
      return end
    },
    send: (message) => !!connection?.send(message),
    connect: () => void connect(),
    close: () => {
      phase = 'closed'
      connection?.close()
      setState('idle')
    },
  }
}
