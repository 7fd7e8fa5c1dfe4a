import { fail } from '../base/problem.ts'

/** Files that arrive or are worked on are in memory, never on disk in the clear: all of one process together have this room. */
const roomBytes = 96 * 1_024 * 1_024

/** What one request holds of the room. */
export interface Hold {
  /** Fails with `unavailable` where there is none left. */
  take(bytes: number): void
  release(): void
}

let used = 0

export function holdUploadRoom(): Hold {
  let held = 0
  return {
    take(bytes) {
      if (used + bytes > roomBytes) fail('unavailable', { retryAfterSeconds: 5, headers: { Connection: 'close' } })
      used += bytes
      held += bytes
    },
    release() {
      used -= held
      held = 0
    },
  }
}
