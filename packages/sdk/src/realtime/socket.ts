import type { ClientMessage, RealtimeFrame } from '../contract/events.ts'
import type { LiveTiming } from '../timing.ts'
import { deliver, parseFrame, type Mark } from './deliver.ts'
import { endOf, type End } from './reconnect-policy.ts'
import { socketWatch } from './watchable.ts'

export interface SocketParts {
  readonly WebSocket: typeof globalThis.WebSocket
  readonly url: string
  readonly ticket: string
  readonly timing: LiveTiming
  /** How far the last connection got. */
  readonly mark: Mark | undefined
  watched(): readonly string[]
  emit(frame: RealtimeFrame): void
  onMark(mark: Mark): void
  /** The first frame is here: the connection works. */
  onOpen(): void
}

/** One WebSocket from hello to close. */
export interface Socket {
  readonly ended: Promise<End>
  watchChanged(): void
  renew(token: string): void
  /** False: the platform cannot hear it. */
  send(message: ClientMessage): boolean
  end(end: End): void
}

export function openSocket(parts: SocketParts): Socket {
  const { timing, emit } = parts
  let { mark } = parts
  let heard = false
  let over = false
  let sentWatch = ''
  let watchTimer: ReturnType<typeof setTimeout> | undefined
  const { promise: ended, resolve } = settleable<End>()
  const ws = new parts.WebSocket(parts.url)

  const end = (how: End): void => {
    over = true
    clearTimeout(openTimer)
    clearTimeout(watchTimer)
    resolve(how)
    ws.close()
  }
  const openTimer = setTimeout(() => end('blocked'), timing.socketOpenMs)
  const send = (message: ClientMessage): boolean => {
    const canHear = !over && ws.readyState === ws.OPEN
    if (canHear) ws.send(JSON.stringify(message))
    return canHear
  }

  const sendWatch = (): void => {
    watchTimer = undefined
    const userIds = socketWatch(parts.watched())
    if (!heard || String(userIds) === sentWatch) return
    sentWatch = String(userIds)
    send({ type: 'watch', userIds })
  }

  ws.addEventListener('open', () => {
    const watch = socketWatch(parts.watched())
    sentWatch = String(watch)
    send({ type: 'hello', ticket: parts.ticket, watch, ...(mark && { resume: mark }) })
  })
  // The close that follows tells all there is; without a listener some implementations throw instead.
  ws.addEventListener('error', () => undefined)
  ws.addEventListener('close', ({ code }) => end(endOf(code, heard)))
  ws.addEventListener('message', ({ data }: MessageEvent<unknown>) => {
    const frame = over ? undefined : parseFrame(data)
    if (!frame) return
    const next = deliver(mark, frame, (heardFrame) => {
      if (!heard) {
        heard = true
        clearTimeout(openTimer)
        parts.onOpen()
        sendWatch() // what changed between hello and now
      }
      emit(heardFrame)
    })
    if (!next) return end('gap')
    mark = next
    parts.onMark(next)
  })

  return {
    ended,
    end,
    watchChanged: () => {
      watchTimer ??= setTimeout(sendWatch, timing.watchMs)
    },
    renew: (token) => void send({ type: 'renew', token }),
    send: (message) => heard && send(message),
  }
}

function settleable<T>(): { promise: Promise<T>; resolve: (value: T) => void } {
  let resolve: (value: T) => void = () => undefined
  const promise = new Promise<T>((settle) => {
    resolve = settle
  })
  return { promise, resolve }
}
