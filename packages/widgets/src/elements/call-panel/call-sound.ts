import type { Call, MediaProblem } from '@impacthub/sdk'
import { isLive } from '../../session/call-progress.ts'
import type { ConnectState } from '../../session/connect-store.ts'

/**
 * How a browser call stands in this tab. `incoming`: somebody calls. `join`: a call was placed for this user, and no tab carries it yet.
 * `elsewhere`: another tab or device does. The others are of the tab that carries it.
 */
export type Phase = 'incoming' | 'join' | 'elsewhere' | 'ringing' | 'connecting' | 'talking' | 'interrupted'

/** What of the sound the panel shows. */
export interface Sound {
  readonly phase: Phase
  /** The browser asks for the microphone right now. */
  readonly asking: boolean
  readonly muted: boolean
  readonly problem?: MediaProblem | undefined
}

/** Undefined for calls on phones, and for calls that are over. */
export function soundOf({ media }: ConnectState, call: Call | undefined, mine: boolean): Sound | undefined {
  if (!isLive(call) || call.channel !== 'browser') return undefined
  const own = media?.callId === call.id ? media : undefined
  const phase = own?.carries ? carriedPhase(call, own.state === 'interrupted') : otherPhase(call, mine)
  return { phase, asking: own?.state === 'asking', muted: !!own?.muted, problem: own?.problem }
}

function carriedPhase({ status, peers }: Call, interrupted: boolean): Phase {
  if (status === 'in_progress') return interrupted ? 'interrupted' : 'talking'
  return peers?.callee ? 'connecting' : 'ringing'
}

function otherPhase({ peers }: Call, mine: boolean): Phase {
  if (mine ? peers?.caller : peers?.callee) return 'elsewhere'
  return mine ? 'join' : 'incoming'
}
