import type { LitElement } from 'lit'
import type { CallButtonTexts } from '../../locales/en/call-button.ts'
import { isLive } from '../../session/call-progress.ts'
import type { ConnectFault, ConnectState } from '../../session/connect-store.ts'

/** What a call button says and does now. */
export interface Offer {
  /** False while the platform has not told enough to say anything. */
  readonly known: boolean
  /** What a press asks for; nothing when the button is disabled. */
  readonly act?: 'call' | 'end' | undefined
  readonly busy?: boolean | undefined
  readonly label: keyof CallButtonTexts
  /** Said under the button in place of the price. */
  readonly note?: keyof CallButtonTexts | undefined
  readonly fault?: ConnectFault | undefined
}

/** Under a button whose callee is waited for, or could be. */
export type CallAside = (
  button: LitElement & { readonly calleeId: string },
  offer: Offer,
) => {
  /** In place of the words on the button: it is this user's turn. */
  readonly label?: string | undefined
  readonly view: unknown
}

const disabled = (note?: keyof CallButtonTexts): Offer => ({ known: true, label: 'call', note })

/** Reads the offer from the state: which call there is comes first, then the connection, then the callee's presence. */
export function offerOf(state: ConnectState | undefined, calleeId: string): Offer {
  if (!state) return { known: false, label: 'call' }
  const { call, pending, ending, connection, me, fault } = state
  if (isLive(call)) {
    if (call.calleeId !== calleeId && call.callerId !== calleeId) return disabled('elsewhere')
    const over = ending === call.id
    const { status, canEnd } = call
    // No phone rings for a call in the browser.
    const waiting = call.channel === 'browser' ? 'asking' : status === 'ringing' ? status : 'initiated'
    return {
      known: true,
      act: over || !canEnd ? undefined : 'end',
      busy: over,
      label: over ? 'ending' : canEnd ? 'end' : 'in_progress',
      note: status === 'in_progress' ? status : waiting,
      fault: fault?.callId === call.id ? fault : undefined,
    }
  }
  if (pending === calleeId) return { known: true, busy: true, label: 'asking' }
  if (pending) return disabled('elsewhere')
  if (me === calleeId) return disabled('self')
  if (connection === 'offline') return disabled('noNetwork')
  const status = state.presence.get(calleeId)?.status
  if (!status || !state.ready) return { known: false, label: 'call' }
  const refused = fault?.calleeId === calleeId ? fault : undefined
  if (status !== 'online') return { ...disabled(status), fault: refused }
  return { known: true, act: 'call', label: 'call', fault: refused }
}
