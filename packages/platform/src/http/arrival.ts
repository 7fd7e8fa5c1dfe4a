import type { IncomingMessage } from 'node:http'
import { Problem } from '../base/problem.ts'

/** How long a body may take to arrive, and how slow it may be. */
export interface Pace {
  readonly withinMs: number
  /** Every so often it is looked whether at least so many bytes have come since the last look; absent: only the whole time counts. */
  readonly slowest?: { readonly everyMs: number; readonly bytes: number }
}

export const usualPace: Pace = { withinMs: 30_000 }

/** Files come from telephones on slow networks; what comes at less than 8 KiB a second only keeps others out. */
export const uploadPace: Pace = { withinMs: 120_000, slowest: { everyMs: 5_000, bytes: 5 * 8 * 1_024 } }

/** The end of a request that came too slowly, or whose sender hung up. Whoever hung up gets no answer; this one is for the log. */
const cutOff = () => new Problem('request_timeout', { headers: { Connection: 'close' } })

/**
 * Hears a body as it arrives, until `stop` is called. Listens instead of iterating: leaving a loop early would tear down the socket that a
 * refusal has to go out on.
 */
export function hearBody(
  request: IncomingMessage,
  pace: Pace,
  on: { readonly bytes: (chunk: Buffer) => void; readonly end: () => void; readonly cutOff: (problem: Problem) => void },
): { stop(): void } {
  let since = 0
  const timers: NodeJS.Timeout[] = []
  const stop = () => {
    request.off('data', take).off('end', finish).off('error', gone).off('close', gone)
    for (const timer of timers) clearTimeout(timer)
  }
  const take = (chunk: Buffer) => {
    since += chunk.length
    on.bytes(chunk)
  }
  const finish = () => {
    stop()
    on.end()
  }
  const gone = () => {
    stop()
    on.cutOff(cutOff())
  }
  const tooSlow = () => {
    request.resume() // what still comes is dropped until the answer has closed the connection
    gone()
  }
  // It may have gone while the credential was looked at: then nothing more is heard of it.
  if (request.destroyed && !request.readableEnded) {
    queueMicrotask(gone)
    return { stop }
  }
  request.on('data', take).on('end', finish).on('error', gone).on('close', gone)
  timers.push(setTimeout(tooSlow, pace.withinMs))
  const { slowest } = pace
  if (slowest !== undefined) {
    const look = () => {
      // Held back by us, it is not slow.
      if (!request.isPaused() && since < slowest.bytes) return tooSlow()
      since = 0
    }
    timers.push(setInterval(look, slowest.everyMs))
  }
  return { stop }
}
