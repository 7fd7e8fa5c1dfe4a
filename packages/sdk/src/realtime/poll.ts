import type { ClientOf } from '../contract/kit.ts'
import type { RealtimeFrame } from '../contract/events.ts'
import type { realtimeSchemas } from '../contract/realtime/schemas.ts'
import { deliver, isFrame, type Mark } from './deliver.ts'
import { pollWatch } from './watchable.ts'

export interface PollParts {
  readonly api: ClientOf<typeof realtimeSchemas>
  readonly mark: Mark | undefined
  readonly signal: AbortSignal
  readonly waitSeconds: number
  readonly watched: readonly string[]
  emit(frame: RealtimeFrame): void
}

export interface Polled {
  /** `undefined`: frames are missing. */
  readonly mark: Mark | undefined
  readonly count: number
}

/** Asks once for the frames after the last one. */
export async function pollOnce({ api, mark, signal, waitSeconds, watched, emit }: PollParts): Promise<Polled> {
  const since = mark && { session: mark.session, after: mark.seq }
  const { session, frames } = await api.poll({ ...since, watch: pollWatch(watched).join(','), waitSeconds }, { signal })
  // Frames of another session than the one asked for count from their own snapshot.
  let next = mark?.session === session ? mark : undefined
  for (const frame of frames.filter(isFrame)) {
    next = deliver(next, frame, emit)
    if (!next) break
  }
  return { mark: next, count: frames.length }
}
