import { createCallMedia, type Call, type CallMedia } from '@impacthub/sdk'
import { createCall, wishFor } from './call-acts.ts'
import { isLive } from './call-progress.ts'
import { forget, remember } from './carried-here.ts'
import type { ConnectStore, Feed } from './connect-store.ts'
import { faultOf } from './fault.ts'

/** The sound that a session's tab carries, or is about to. */
interface Carried {
  readonly media: CallMedia
  readonly calleeId?: string | undefined
  callId?: string | undefined
  carries: boolean
}

const carriedBy = new WeakMap<ConnectStore, Carried>()

/** Calls somebody from browser to browser. The microphone comes first: without one, nobody is called. */
export async function placeBrowserCall(store: ConnectStore, calleeId: string): Promise<void> {
  if (store.state.pending || isLive(store.state.call)) return
  const wish = wishFor(store, calleeId, 'browser')
  store.set({ pending: calleeId, fault: undefined })
  try {
    const own = await open(store, { calleeId }, wish.key)
    if (!(await own.media.ask())) return complain(store, own)
    const call = await createCall(store, wish)
    if (call) await carry(store, own, call)
    else own.media.close()
  } finally {
    if (store.state.pending) store.set({ pending: undefined })
  }
}

/** Answers a call here, takes it over from another tab, or asks for the microphone again. */
export async function takeCall(store: ConnectStore, callId: string): Promise<void> {
  const ringing = liveCall(store, callId)
  if (!ringing) return
  const known = carriedBy.get(store)
  const own = known?.callId === callId ? known : await open(store, { callId })
  if (!(await own.media.ask()) || own.carries) return
  const call = liveCall(store, callId)
  if (call) await carry(store, own, call)
}

export function mute(store: ConnectStore, muted: boolean): void {
  carriedBy.get(store)?.media.mute(muted)
}

export const hear = (store: ConnectStore): Promise<void> | undefined => carriedBy.get(store)?.media.resumeAudio()

/** Gives up what was about to be carried. */
export function letGo(store: ConnectStore): void {
  carriedBy.get(store)?.media.close()
  store.set({ media: undefined, fault: undefined })
}

const liveCall = ({ state: { call } }: ConnectStore, callId: string): Call | undefined =>
  call?.id === callId && isLive(call) ? call : undefined

async function open(store: ConnectStore, about: Pick<Carried, 'calleeId' | 'callId'>, peer?: string): Promise<Carried> {
  const media = await createCallMedia(store.client, peer)
  const own: Carried = { ...about, media, carries: false }
  carriedBy.get(store)?.media.close()
  carriedBy.set(store, own)
  media.on(() => show(store, own))
  store.use(endWithCall)
  return own
}

async function carry(store: ConnectStore, own: Carried, call: Call): Promise<void> {
  const { me } = store.state
  own.callId = call.id
  own.carries = true
  remember(call.id, me)
  try {
    store.take(await own.media.carry(call))
  } catch (error) {
    forget(call.id, me)
    store.set({ fault: { ...faultOf(store, error), callId: call.id } })
  }
}

/** The state shows what the sound is like; when it has ended, what is left is the call itself. */
function show(store: ConnectStore, own: Carried): void {
  if (carriedBy.get(store) !== own) return
  const { callId, calleeId, carries, media } = own
  const { state, problem, muted } = media
  if (state !== 'ended' && !(carries && state === 'failed')) {
    return store.set({ media: { callId, calleeId, carries, state, problem, muted } })
  }
  carriedBy.delete(store)
  if (callId) forget(callId, store.state.me)
  store.set({ media: undefined })
}

function complain(store: ConnectStore, { media: { problem }, calleeId }: Carried): void {
  if (problem) store.set({ fault: { ...faultOf(store, undefined, problem), calleeId } })
}

/** A call that is over takes back the microphone, asked for or given; so does the end of the session. */
const endWithCall: Feed = (store) => {
  const end = () => {
    const own = carriedBy.get(store)
    if (own?.callId && !liveCall(store, own.callId)) own.media.close()
  }
  const stop = store.subscribe(end)
  return () => {
    stop()
    carriedBy.get(store)?.media.close()
  }
}
