import type { ConnectClient } from '../client-types.ts'
import type { Call } from '../contract/events.ts'

/**
 * How the sound of a call stands. `idle`: nothing yet, or the microphone is there and no call. `asking`: the browser asks for the
 * microphone. `interrupted`: sound flowed and does not now; it is being mended. `ended`: over, everything is released.
 * `failed`: there is a `problem`; before a call, `ask()` may be tried again.
 */
export type MediaState = 'idle' | 'asking' | 'connecting' | 'connected' | 'interrupted' | 'ended' | 'failed'

/**
 * What stands between a person and the sound. `autoplay_blocked`: everything runs, but the browser plays it only after a press:
 * call `resumeAudio()` from a click. `media_failed`: the two could not be connected.
 */
export type MediaProblem =
  'microphone_refused' | 'no_microphone' | 'microphone_busy' | 'insecure_page' | 'not_supported' | 'autoplay_blocked' | 'media_failed'

/** The sound of one browser call in this tab. */
export interface CallMedia {
  /** Names this tab to the platform: give it to `calls.create({ channel: 'browser', peer })`. */
  readonly peer: string
  readonly state: MediaState
  readonly problem: MediaProblem | undefined
  readonly muted: boolean
  /** Asks for the microphone; false: there is a `problem`. Asked before a call begins, nobody's phone rings in vain. */
  ask(): Promise<boolean>
  /**
   * Carries the sound of this call from now on: accepts it, unless the platform already knows this tab as its peer, and connects.
   * Gives the call as it is then; a call that cannot be accepted is the ConnectError of `calls.accept`.
   */
  carry(call: Pick<Call, 'id' | 'peers'>): Promise<Call>
  mute(muted: boolean): void
  /** Plays what the browser would not play by itself; only within a click or a key press. */
  resumeAudio(): Promise<void>
  /** Releases microphone, connection and sound. It does not end the call: `calls.end` does. */
  close(): void
  /** Hears every change of `state`, `problem` and `muted` until the returned function is called. */
  on(listener: () => void): () => void
}

/** What of a client the sound of a call needs. */
export type MediaClient = Pick<ConnectClient, 'calls' | 'realtime'>
