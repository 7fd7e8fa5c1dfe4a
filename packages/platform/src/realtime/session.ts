import { newId } from '../base/ids.ts'
import { frameText, type FrameBody } from './frames.ts'
import type { RealtimeActor } from './parts.ts'

/** Whatever carries frames to a client at the moment. */
export interface Transport {
  send(text: string): void
  /** Ends it from our side, with a close code of the contract. */
  end(code: number, reason: string): void
}

interface Kept {
  readonly seq: number
  readonly body: FrameBody
}

/** What a client that was away can still be given. Beyond it, it takes a new snapshot. */
const keptFrames = 256
const keptChars = 128 * 1024
/** Changes that may wait for the snapshot. */
const heldFrames = 1_000

/**
 * What one client has been told, apart from how. Frames are numbered in order; the latest are kept until the client is known to have
 * them or they are too many, so that a broken connection can be continued.
 */
export class Session {
  readonly id = newId('ses')
  /** Renewed with the token. */
  actor: RealtimeActor
  transport: Transport | undefined
  /** Users watched, by the host's ids. */
  watched: ReadonlySet<string> = new Set()
  ended = false
  #seq = 0
  #kept: Kept[] = []
  #keptChars = 0
  // Changes that came before the snapshot was read; undefined from then on.
  #held: FrameBody[] | undefined = []

  constructor(actor: RealtimeActor) {
    this.actor = actor
  }

  /** Sends a change, or keeps it back while the snapshot is being read. */
  push(body: FrameBody): void {
    if (this.#held === undefined) return this.#emit(body)
    if (this.#held.length < heldFrames) this.#held.push(body)
  }

  /** Sends the snapshot, then what changed while it was read. */
  begin(snapshot: FrameBody): void {
    const held = this.#held ?? []
    this.#held = undefined
    this.#emit(snapshot)
    for (const body of held) this.#emit(body)
  }

  /** The frames after `seq`, or undefined when some of them are gone (or never were) and only a snapshot helps. */
  since(seq: number): string[] | undefined {
    if (this.#held !== undefined || seq > this.#seq) return undefined
    const oldest = this.#kept[0]?.seq ?? this.#seq + 1
    if (seq + 1 < oldest) return undefined
    return this.#kept.filter((frame) => frame.seq > seq).map((frame) => frameText(frame.seq, frame.body))
  }

  /** The client has the frames up to `seq`. */
  forget(seq: number): void {
    while (this.#kept[0] !== undefined && this.#kept[0].seq <= seq) this.#dropOldest()
  }

  #emit(body: FrameBody): void {
    const seq = ++this.#seq
    this.#kept.push({ seq, body })
    this.#keptChars += body.length
    while (this.#kept.length > keptFrames || (this.#keptChars > keptChars && this.#kept.length > 1)) this.#dropOldest()
    this.transport?.send(frameText(seq, body))
  }

  #dropOldest(): void {
    this.#keptChars -= this.#kept.shift()?.body.length ?? 0
  }
}
