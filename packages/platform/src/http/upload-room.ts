import { fail } from '../base/problem.ts'

const mebibyte = 1_024 * 1_024

/** What one request holds of the room. */
export interface Hold {
  /** Fails with `unavailable` where there is none left. */
  take(bytes: number): void
  release(): void
}

function room(roomBytes: number): () => Hold {
  let used = 0
  return () => {
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
}

/** Files that arrive or are worked on are in memory, never on disk in the clear: all of one process together have this room. */
export const holdUploadRoom = room(96 * mebibyte)

/** The same for files that arrived in pieces: whoever sends a whole one slowly keeps none of these out. */
export const holdFinishRoom = room(64 * mebibyte)
