import type { CallMessage } from '../client-types.ts'
import type { ClientOf } from '../contract/kit.ts'
import { realtimePaths } from '../contract/realtime/paths.ts'
import type { realtimeSchemas } from '../contract/realtime/schemas.ts'
import type { bind } from '../http/bind.ts'
import { ConnectError } from '../http/connect-error.ts'
import type { Credential } from '../http/credential.ts'
import type { TokenSource } from '../http/token.ts'
import type { Send } from '../http/transport.ts'
import type { LiveTiming, Timing } from '../timing.ts'
import type { Mark } from './deliver.ts'
import { liveTiming } from './live-timing.ts'
import { pageSignals } from './page-signals.ts'
import { pollOnce } from './poll.ts'
import type { Connection, Hub } from './realtime.ts'
import { pauseMs, type End } from './reconnect-policy.ts'
import { openSocket, type Socket } from './socket.ts'

/** What a client gives to its live connection. */
export interface RealtimeParts extends Pick<ConnectionParts, 'baseUrl' | 'credential' | 'WebSocket'> {
  readonly send: Send
  readonly timing: Timing
}

interface ConnectionParts {
  readonly baseUrl: string
  readonly api: ClientOf<typeof realtimeSchemas>
  /** A token source is renewed over the open socket; a key lasts. */
  readonly credential: Credential | TokenSource
  readonly timing: LiveTiming
  /** `null`: long polling only. */
  readonly WebSocket: typeof globalThis.WebSocket | null | undefined
}

/** Sockets that never spoke, in a row, before polling takes over. */
const socketTries = 2
/** The longest that a timer can be set to. */
const timerMaxMs = 2 ** 31 - 1

class LiveConnection implements Connection {
  readonly #hub: Hub
  readonly #parts: ConnectionParts
  readonly #stop = new AbortController()
  #mark: Mark | undefined
  #socket: Socket | undefined
  /** Ends the poll that is waiting now. */
  #poll: AbortController | undefined
  /** Cuts the pause between two connections short. */
  #wake: () => void = () => undefined
  #pollTimer: ReturnType<typeof setTimeout> | undefined
  #token = ''
  /** Connections in a row that brought nothing. */
  #failures = 0
  #blocked = 0
  #socketNotBefore = 0

  constructor(hub: Hub, parts: ConnectionParts) {
    this.#hub = hub
    this.#parts = parts
  }

  close(): void {
    this.#stop.abort()
    this.#interrupt('check')
  }

  watchChanged(): void {
    this.#socket?.watchChanged()
    // Each change costs a whole request, of which a user has ten a second.
    if (this.#poll) this.#pollTimer ??= setTimeout(() => this.#poll?.abort(), 10 * this.#parts.timing.watchMs)
  }

  send(message: CallMessage): boolean {
    return !!this.#socket?.send(message)
  }

  async run(): Promise<void> {
    const endSignals = pageSignals(this.#parts.timing.asleepMs, (signal) => (signal === 'check' ? this.#interrupt('check') : this.#wake()))
    let end: End = 'lost'
    while (!this.#stop.signal.aborted) {
      end = await this.#connectOnce()
      if (end === 'refused') break
      await this.#after(end)
    }
    endSignals()
    if (end === 'refused') this.#hub.ended()
  }

  #interrupt(end: End): void {
    this.#socket?.end(end)
    this.#poll?.abort()
    this.#wake()
  }

  #connectOnce(): Promise<End> {
    const { WebSocket } = this.#parts
    const bySocket = WebSocket && Date.now() >= this.#socketNotBefore
    return (bySocket ? this.#overSocket(WebSocket) : this.#overPoll()).catch((error: unknown) => {
      if (!(error instanceof ConnectError)) return 'blocked' // the page's policy forbids the socket
      if (error.code === 'aborted') return 'check'
      return error.status === 403 ? 'refused' : 'unreachable'
    })
  }

  async #overSocket(WebSocket: typeof globalThis.WebSocket): Promise<End> {
    const { api, baseUrl, credential, timing } = this.#parts
    const { ticket } = await api.createTicket({}, { signal: this.#stop.signal })
    this.#token = await credential.current() // in hand since the ticket
    this.#stop.signal.throwIfAborted()
    const socket = openSocket({
      WebSocket,
      url: `${baseUrl.replace(/^http/, 'ws').replace(/\/+$/, '')}/v1/realtime`,
      ticket,
      timing,
      mark: this.#mark,
      watched: () => this.#hub.watched(),
      emit: (frame) => this.#hub.emit(frame),
      onMark: (mark) => void (this.#mark = mark),
      onOpen: () => {
        this.#failures = this.#blocked = 0
        this.#hub.setState('open')
      },
    })
    this.#socket = socket
    const endRenewal = this.#keepRenewed(socket)
    const end = await socket.ended
    endRenewal()
    this.#socket = undefined
    return end
  }

  /** Gives the platform a fresh token before the one it knows ends. */
  #keepRenewed(socket: Socket): () => void {
    const { credential, timing } = this.#parts
    if (!('freshUntil' in credential)) return () => undefined
    let timer: ReturnType<typeof setTimeout>
    const plan = (ms: number) => void (timer = setTimeout(() => void renew(), Math.min(ms, timerMaxMs)))
    const renew = async () => {
      try {
        const token = await credential.current()
        if (this.#socket !== socket) return
        if (token !== this.#token) socket.renew((this.#token = token))
        plan(Math.max(credential.freshUntil() - Date.now(), timing.reconnectBaseMs))
      } catch {
        if (this.#socket === socket) plan(timing.reconnectBaseMs)
      }
    }
    plan(credential.freshUntil() - Date.now())
    return () => clearTimeout(timer)
  }

  async #overPoll(): Promise<End> {
    const { api, timing } = this.#parts
    const poll = new AbortController()
    this.#poll = poll
    const startedAt = Date.now()
    try {
      const { mark, count } = await pollOnce({
        api,
        mark: this.#mark,
        signal: AbortSignal.any([this.#stop.signal, poll.signal]),
        waitSeconds: Math.floor(timing.pollMs / 1000),
        watched: this.#hub.watched(),
        emit: (frame) => {
          if (!poll.signal.aborted) this.#hub.emit(frame)
        },
      })
      this.#mark = mark
      if (!mark) return 'gap'
      this.#failures = 0
      this.#hub.setState('polling')
      // An answer that did not wait and brought nothing would make this a storm.
      return count === 0 && Date.now() - startedAt < timing.pollMs / 2 ? 'busy' : 'polled'
    } finally {
      clearTimeout(this.#pollTimer)
      this.#pollTimer = this.#poll = undefined
    }
  }

  async #after(end: End): Promise<void> {
    const { credential, timing } = this.#parts
    if (this.#stop.signal.aborted) return
    if (end === 'unreachable') this.#hub.setState('offline')
    else if (this.#hub.state() !== 'polling' && this.#hub.state() !== 'offline') this.#hub.setState('connecting')
    if (end === 'polled' || end === 'check') return
    if (end === 'gap') this.#mark = undefined
    if (end === 'expired') await Promise.resolve(credential.replace?.(this.#token)).catch(() => undefined)
    if (end === 'blocked' && ++this.#blocked >= socketTries) this.#socketNotBefore = Date.now() + timing.socketRetryMs
    await this.#pause(pauseMs(this.#failures++, timing))
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms)
      this.#wake = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  }
}

/** Given, not imported: a module that two chunks share becomes a third one, and one more request. */
interface Bind {
  readonly bind: typeof bind
}

/** Keeps one live connection up, whatever it takes, until it is closed or refused. */
export function openConnection(hub: Hub, { bind, send, timing, ...rest }: RealtimeParts & Bind): Connection {
  const api = bind<typeof realtimeSchemas>(realtimePaths, send)
  const connection = new LiveConnection(hub, { ...rest, api, timing: { ...liveTiming, ...timing } })
  void connection.run()
  return connection
}
