import { fail } from '../base/problem.ts'

const mebibyte = 1_024 * 1_024

/** What one request holds of the room. */
export interface Hold {
  /** Fails with `unavailable` where there is none left, and with `rate_limited` where whoever asks has their share already. */
  take(bytes: number): void
  release(): void
}

interface Room {
  readonly bytes: number
  /** As much of it one user may have, however many requests they send at once. */
  readonly shareBytes: number
}

function room({ bytes: roomBytes, shareBytes }: Room): (owner: string) => Hold {
  let used = 0
  const shares = new Map<string, number>()
  return (owner) => {
    let held = 0
    const share = () => shares.get(owner) ?? 0
    return {
      take(bytes) {
        const wait = { retryAfterSeconds: 5, headers: { Connection: 'close' } }
        if (share() + bytes > shareBytes) fail('rate_limited', { ...wait, detail: 'Other uploads of this user are under way.' })
        if (used + bytes > roomBytes) fail('unavailable', wait)
        used += bytes
        held += bytes
        shares.set(owner, share() + bytes)
      },
      release() {
        used -= held
        const left = share() - held
        if (left > 0) shares.set(owner, left)
        else shares.delete(owner)
        held = 0
      },
    }
  }
}

/** Two of the largest files: the sides of a document at once. */
export const shareBytes = 17 * mebibyte

/** Files that arrive or are worked on are in memory, never on disk in the clear: all of one process together have this room. */
export const holdUploadRoom = room({ bytes: 96 * mebibyte, shareBytes })

/** The same for files that arrived in pieces: whoever sends a whole one slowly keeps none of these out. */
export const holdFinishRoom = room({ bytes: 64 * mebibyte, shareBytes })
