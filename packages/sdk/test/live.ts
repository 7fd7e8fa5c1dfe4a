import { expect } from 'vitest'
import type { ConnectionState, Realtime } from '../src/client-types.ts'
import type { RealtimeEvents } from '../src/contract/events.ts'
import type { Answer, ContractServer, Peer } from './contract-server.ts'
import { createQueue } from './queue.ts'

export const snapshot = (session: string): RealtimeEvents['session.snapshot'] => ({
  session,
  userId: 'asha',
  calls: [],
  wallet: null,
  presence: [],
})

export const meter = (elapsedSeconds: number): RealtimeEvents['call.meter'] => ({
  callId: 'call_1',
  elapsedSeconds,
  chargedCoins: 1,
  secondsLeft: 60,
})

const events = ['session.snapshot', 'session.resumed', 'call.meter', 'presence.changed'] as const

/** Notes what listeners hear and how the state changes. */
export function listenTo(realtime: Realtime) {
  const states: ConnectionState[] = []
  const heard = createQueue<{ type: string; data: object }>()
  realtime.onState((state) => states.push(state))
  for (const type of events) realtime.on(type, (data) => heard.push({ type, data }))
  return {
    states,
    heard,
    until: (state: ConnectionState) => expect.poll(() => realtime.state, { interval: 2 }).toBe(state),
  }
}

/** Every ticket is given out; tells how many were. */
export function giveTickets(platform: ContractServer): void {
  let count = 0
  platform.on('POST /v1/realtime/tickets', (): Answer => {
    const body = { ticket: `ticket-${++count}`, expiresAt: new Date().toISOString(), url: 'wss://elsewhere.example' }
    return { status: 201, body }
  })
}

/** Takes the next socket and its hello. */
export async function nextHello(platform: ContractServer): Promise<{ peer: Peer; hello: Record<string, unknown> }> {
  const peer = await platform.sockets.next()
  return { peer, hello: await peer.messages.next() }
}

/** Takes the next socket and welcomes it with a snapshot. */
export async function welcome(platform: ContractServer, session = 'ses_1'): Promise<{ peer: Peer; hello: Record<string, unknown> }> {
  const met = await nextHello(platform)
  met.peer.send(1, 'session.snapshot', snapshot(session))
  return met
}
