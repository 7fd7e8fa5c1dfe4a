import type { RealtimeFrame } from '../contract/events.ts'

/** How far a session was heard; without one, the platform answers with a snapshot. */
export interface Mark {
  readonly session: string
  readonly seq: number
}

export function isFrame(value: unknown): value is RealtimeFrame {
  if (typeof value !== 'object' || value === null) return false
  const { seq, type, data }: { seq?: unknown; type?: unknown; data?: unknown } = { ...value }
  return Number.isSafeInteger(seq) && typeof type === 'string' && typeof data === 'object' && data !== null
}

/** Reads one message of the socket; what is no frame is nothing, and the number it should have had shows up as a gap. */
export function parseFrame(message: unknown): RealtimeFrame | undefined {
  if (typeof message !== 'string') return undefined
  try {
    const value: unknown = JSON.parse(message)
    return isFrame(value) ? value : undefined
  } catch {
    return undefined
  }
}

/**
 * Hands a frame on when it is the next one, and says how far the session is heard now. `undefined`: frames are missing.
 * A gap is never bridged by guessing: the caller connects anew and takes the snapshot.
 */
export function deliver(mark: Mark | undefined, frame: RealtimeFrame, emit: (frame: RealtimeFrame) => void): Mark | undefined {
  let next: Mark | undefined
  if (frame.type === 'session.snapshot') {
    next = { session: frame.data.session, seq: frame.seq }
  } else if (frame.type === 'session.resumed') {
    // It stands before the frames that were missed and has no place in their order.
    next = mark
  } else if (mark && frame.seq <= mark.seq) {
    return mark
  } else if (frame.seq === (mark?.seq ?? NaN) + 1) {
    next = mark && { ...mark, seq: frame.seq }
  }
  if (next) emit(frame)
  return next
}
