import type { StatusTarget } from './leg.ts'

/** Somebody in a conference. */
export interface Participant {
  readonly callSid: string
  readonly label: string
  readonly joinedAtMs: number
  readonly startOnEnter: boolean
  readonly endOnExit: boolean
  readonly muted: boolean
}

/** A named room. */
export interface Conference {
  readonly sid: string
  readonly name: string
  readonly createdAtMs: number
  updatedAtMs: number
  status: 'init' | 'in-progress' | 'completed'
  participants: Participant[]
  /** The first participant's wins; later ones are ignored. */
  readonly statusTarget?: StatusTarget | undefined
  sequence: number
  reasonEnded?: string | undefined
  endedBy?: string | undefined
}
