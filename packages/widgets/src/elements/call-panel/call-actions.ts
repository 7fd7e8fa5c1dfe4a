import { connectEvent, type ConnectEvents, type RequestName } from '../../base/events.ts'
import type { CallPanelTexts } from '../../locales/en/call-panel.ts'
import { isLive } from '../../session/call-progress.ts'
import type { MediaView } from '../../session/connect-store.ts'
import type { Sound } from './call-sound.ts'
import type { CallView } from './call-words.ts'

/** A button of the panel and what it asks for. */
export interface Action {
  readonly part: string
  readonly look: '' | 'danger' | 'plain'
  readonly label: string
  readonly busy?: boolean
  readonly event: () => Event
}

export interface Actions {
  /** What somebody wants to do with the call. */
  readonly first?: Action | undefined
  /** What ends it, or closes the panel. */
  readonly last?: Action | undefined
}

const asks = <Name extends RequestName>(name: Name, detail: ConnectEvents[Name]) => ({ event: () => connectEvent(name, detail) })

/** The buttons of a call, from its state and the sound of it. */
export function actionsOf(view: CallView, ending: boolean): Actions {
  const { call, texts } = view
  if (!isLive(call)) return { last: { part: 'button', look: 'plain', label: texts.done, ...asks('ihc-call-dismiss-request', undefined) } }
  return { first: view.sound && firstOf(call.id, view.sound, texts), last: call.canEnd ? lastOf(view, ending) : undefined }
}

function firstOf(callId: string, { phase, asking, muted, problem }: Sound, texts: CallPanelTexts): Action {
  const accept = { part: 'accept', look: '', ...asks('ihc-call-accept-request', { callId }) } as const
  if (asking) return { ...accept, label: texts.allow, busy: true }
  if (problem === 'autoplay_blocked') return { part: 'hear', look: '', label: texts.hear, ...asks('ihc-call-hear-request', undefined) }
  if (problem) return { ...accept, label: texts.retry }
  if (phase === 'incoming') return { ...accept, label: texts.accept }
  if (phase === 'join') return { ...accept, label: texts.join }
  if (phase === 'elsewhere') return { ...accept, label: texts.takeHere }
  return { part: 'mute', look: 'plain', label: muted ? texts.unmute : texts.mute, ...asks('ihc-call-mute-request', { muted: !muted }) }
}

function lastOf({ call, side, sound, texts }: CallView, ending: boolean): Action {
  const callId = call.id
  const stop = { part: 'button', look: 'danger', busy: ending } as const
  const accepted = call.status === 'in_progress' || (sound && sound.phase !== 'incoming')
  if (!side.mine && !accepted) {
    return { ...stop, label: ending ? texts.ending : texts.decline, ...asks('ihc-call-decline-request', { callId }) }
  }
  const label = call.status === 'in_progress' || !side.mine ? texts.end : texts.cancel
  return { ...stop, label: ending ? texts.ending : label, ...asks('ihc-call-end-request', { callId }) }
}

/** The buttons where a call could not even begin. */
export function problemActions({ calleeId = '', state }: MediaView, texts: CallPanelTexts): Actions {
  const again = asks('ihc-call-request', { calleeId, channel: 'browser' })
  return {
    first:
      state === 'asking'
        ? { part: 'accept', look: '', label: texts.allow, busy: true, ...again }
        : { part: 'accept', look: '', label: texts.retry, ...again },
    last: { part: 'button', look: 'plain', label: texts.close, ...asks('ihc-call-dismiss-request', undefined) },
  }
}
