import type { CallMessage, Call, MediaClient, RealtimeEvents } from '../src/index.ts'

type Side = 'caller' | 'callee'
type Listener = (data: never) => void
type Calls = MediaClient['calls']

const never = (): Promise<never> => new Promise(() => {})

/** A call that nobody has taken yet. */
export const ringingCall: Call = {
  id: 'call_01hzy8f2k3m4n5p6q7r8s9t0vw',
  direction: 'outbound',
  callerId: 'asha',
  calleeId: 'ravi',
  callerName: 'Asha',
  calleeName: 'Ravi',
  channel: 'browser',
  provider: 'browser',
  status: 'ringing',
  endReason: null,
  rate: { coins: 1, seconds: 60 },
  heldCoins: 10,
  chargedCoins: 0,
  earnedCoins: 0,
  durationSeconds: 0,
  limitSeconds: 600,
  estimated: true,
  settled: false,
  number: null,
  canEnd: true,
  peers: { caller: null, callee: null },
  missed: false,
  disputed: false,
  refundedCoins: 0,
  routing: null,
  providerIds: null,
  hangupCauses: { caller: null, callee: null },
  createdAt: '2026-01-05T10:00:00Z',
  acceptedAt: null,
  answeredAt: null,
  endedAt: null,
}

/** What a platform does for one browser call, in the page: it keeps who carries the sound, and relays between the two. */
export function callRelay({ iceTransportPolicy = 'all' }: { iceTransportPolicy?: 'all' | 'relay' } = {}) {
  let call = ringingCall
  const listeners: Record<Side, Map<string, Set<Listener>>> = { caller: new Map(), callee: new Map() }
  const stateListeners: Record<Side, Set<(state: 'open' | 'polling' | 'offline') => void>> = { caller: new Set(), callee: new Set() }
  const states: Record<Side, 'open' | 'polling' | 'offline'> = { caller: 'open', callee: 'open' }
  const proofs: Record<Side, Extract<CallMessage, { type: 'call.proof' }>[]> = { caller: [], callee: [] }
  const signals: { from: Side; kind: string; by: 'socket' | 'request' }[] = []
  let refusal: Error | undefined

  const emit = (side: Side, type: keyof RealtimeEvents, data: unknown) =>
    setTimeout(() => listeners[side].get(type)?.forEach((listener) => listener(data as never)))
  const change = (news: Partial<Call>) => {
    call = { ...call, ...news }
    for (const side of ['caller', 'callee'] as const) if (states[side] !== 'offline') emit(side, 'call.updated', call)
    return call
  }
  const relay = (from: Side, message: CallMessage, by: 'socket' | 'request') => {
    if (call.peers?.[from] !== message.peer || call.endedAt) return
    if (message.type === 'call.proof') return void proofs[from].push(message)
    signals.push(...message.signals.map(({ kind }) => ({ from, kind, by })))
    const { callId, peer } = message
    emit(from === 'caller' ? 'callee' : 'caller', 'call.signal', { callId, from, peer, signals: message.signals })
  }

  const clientOf = (side: Side): MediaClient => {
    const calls: Partial<Calls> = {
      get: () => Promise.resolve(call),
      accept: ({ peer = null }) =>
        refusal ? Promise.reject(refusal) : Promise.resolve(change({ peers: { ...ringingPeers(call), [side]: peer } })),
      iceServers: () => Promise.resolve({ iceServers: [], iceTransportPolicy, expiresAt: '2026-01-05T12:00:00Z' }),
      sendSignals: async (message) => relay(side, { type: 'call.signal', ...message }, 'request'),
      sendProof: async (message) => relay(side, { type: 'call.proof', ...message }, 'request'),
    }
    return {
      // The rest of the calls is not for sound.
      calls: calls as Calls,
      realtime: {
        get state() {
          return states[side]
        },
        on: (type, listener) => {
          const own: Listener = (data) => listener(data)
          const heard = listeners[side].get(type) ?? new Set()
          listeners[side].set(type, heard.add(own))
          return () => void heard.delete(own)
        },
        onState: (listener) => {
          stateListeners[side].add(listener)
          return () => void stateListeners[side].delete(listener)
        },
        send: (message) => {
          if (states[side] !== 'open') return false
          relay(side, message, 'socket')
          return true
        },
        watch: () => () => {},
        connect: () => {},
        close: () => {},
      },
    }
  }

  return {
    clients: { caller: clientOf('caller'), callee: clientOf('callee') },
    get call() {
      return call
    },
    proofs,
    signals,
    change,
    refuse: (error: Error) => void (refusal = error),
    /** How the live connection of one side stands from now on. */
    connection(side: Side, state: 'open' | 'polling' | 'offline') {
      states[side] = state
      stateListeners[side].forEach((listener) => listener(state))
    },
    snapshot: (side: Side, calls: readonly Call[]) => emit(side, 'session.snapshot', { calls }),
    listening: (side: Side) => [...listeners[side].values()].reduce((sum, { size }) => sum + size, stateListeners[side].size),
    never,
  }
}

const ringingPeers = ({ peers }: Call) => peers ?? { caller: null, callee: null }
