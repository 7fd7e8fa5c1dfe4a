import { setImmediate as nextTurn } from 'node:timers/promises'
import { Problem, fail } from '../base/problem.ts'
import { settingsOf, type RealtimeActor, type RealtimeParts } from './parts.ts'
import type { Session, Transport } from './session.ts'
import type { Sessions } from './sessions.ts'

export interface PollWish {
  readonly session?: string | undefined
  readonly after?: number | undefined
  readonly watch?: readonly string[] | undefined
  readonly waitSeconds: number
}

export interface PolledFrame {
  readonly seq: number
  readonly type: string
  readonly data: unknown
}

/** Carries frames while a poll waits: all it does is to end the waiting. */
function waiter(waitMs: number, signal: AbortSignal) {
  let wake = () => undefined as void
  let endedWith: number | undefined
  const woken = new Promise<void>((resolve) => (wake = resolve))
  const timer = setTimeout(wake, waitMs)
  signal.addEventListener('abort', wake)
  // A client that went away before its poll came this far aborts no more.
  if (signal.aborted) wake()
  const transport: Transport = {
    send: () => wake(),
    end(code) {
      endedWith = code
      wake()
    },
  }
  return {
    transport,
    woken,
    /** 4401 and 4403: the credentials do not count any more. */
    get refused() {
      return endedWith !== undefined && endedWith >= 4_400
    },
    done() {
      clearTimeout(timer)
      signal.removeEventListener('abort', wake)
    },
  }
}

const parsed = (frames: readonly string[]) => frames.map((text) => JSON.parse(text) as PolledFrame)

/** Polls of this process that wait; ended early when it stops. */
export interface Polling {
  poll(actor: RealtimeActor, wish: PollWish, signal: AbortSignal): Promise<{ session: string; frames: PolledFrame[] }>
  close(): void
}

/**
 * The frames after `after`, at once if there are any, else as soon as there are or the time is over. A session that is not (or no longer)
 * known begins anew with a snapshot, so a client needs no other way to catch up.
 */
export function createPolling(parts: RealtimeParts, sessions: Sessions): Polling {
  const { pollGraceMs } = settingsOf(parts)
  const stopping = new AbortController()

  const known = (actor: RealtimeActor, { session: id, after = 0 }: PollWish): Session | undefined => {
    const session = id === undefined ? undefined : sessions.find(actor, id)
    return session?.since(after) === undefined ? undefined : session
  }

  return {
    async poll(actor, wish, signal) {
      if (stopping.signal.aborted) return fail('unavailable', { retryAfterSeconds: 1 })
      const { after = 0, watch, waitSeconds } = wish
      const waiting = waiter(waitSeconds * 1_000, AbortSignal.any([signal, stopping.signal]))
      let session = known(actor, wish)
      const begins = session === undefined
      if (session?.transport === undefined && !sessions.hasRoom(actor)) {
        waiting.done()
        return fail('rate_limited', { detail: 'Too many live connections of this user.', retryAfterSeconds: 5 })
      }
      try {
        if (session === undefined) session = await sessions.open(actor, watch ?? [], waiting.transport)
        else {
          session.forget(after)
          await sessions.attach(session, waiting.transport, actor)
          if (watch !== undefined) await sessions.watch(session, watch)
        }
        const from = begins ? 0 : after
        if (session.since(from)?.length === 0) await waiting.woken
        // What comes in the same breath goes into the same answer.
        await nextTurn()
        if (waiting.refused) throw new Problem('unauthenticated')
        return { session: session.id, frames: parsed(session.since(from) ?? []) }
      } finally {
        waiting.done()
        if (session !== undefined) sessions.detach(session, waiting.transport, pollGraceMs)
      }
    },
    close: () => stopping.abort(),
  }
}
