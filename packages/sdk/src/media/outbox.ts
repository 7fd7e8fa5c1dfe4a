import type { CallSignal, ClientMessage } from '../contract/events.ts'
import type { MediaClient } from './media-types.ts'

export type CallProof = Pick<Extract<ClientMessage, { type: 'call.proof' }>, 'media' | 'bytesReceived'>

/** The way to the other side of one call: over the open socket, or by requests where only polling works. */
export interface Outbox {
  signal(...signals: readonly CallSignal[]): void
  /** A proof that cannot be sent now is worth nothing later. */
  prove(proof: CallProof): void
  close(): void
}

/** The platform takes 20 in 16,000 characters: an offer and its candidates are well within that. */
const mostSignals = 10

export function openOutbox({ calls, realtime }: MediaClient, callId: string, peer: string): Outbox {
  let waiting: CallSignal[] = []
  let requests = Promise.resolve()
  let proving = false

  // One after the other: a candidate that overtakes its offer is lost.
  const request = (send: () => Promise<unknown>) => void (requests = requests.then(send).then(none, none))
  const deliver = (signals: CallSignal[]): boolean => {
    if (realtime.send({ type: 'call.signal', callId, peer, signals })) return true
    if (realtime.state !== 'polling') return false
    request(() => calls.sendSignals({ callId, peer, signals }))
    return true
  }
  const flush = () => {
    while (waiting.length > 0 && deliver(waiting.slice(0, mostSignals))) waiting = waiting.slice(mostSignals)
  }
  const stop = realtime.onState(flush)

  return {
    signal: (...signals) => {
      // What was said before a new description belongs to an older one.
      if (signals.some(({ kind }) => kind === 'offer' || kind === 'answer')) waiting = []
      waiting.push(...signals)
      flush()
    },
    prove: (proof) => {
      if (realtime.send({ type: 'call.proof', callId, peer, ...proof }) || realtime.state !== 'polling' || proving) return
      // Behind a request that hangs, proofs would pile up and be taken for the present when they arrive.
      proving = true
      request(() => calls.sendProof({ callId, peer, ...proof }).finally(() => (proving = false)))
    },
    close: stop,
  }
}

const none = () => undefined
