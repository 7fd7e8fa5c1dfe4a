import { ProviderError, type DialWish, type Leg, type ProviderCall } from '../port.ts'
import { callbackUrl } from './callback-address.ts'
import { accept, refused, type Answer, type ExotelClient } from './client.ts'
import { legWire, newBridge, newLeg, readLeg, type ReadLeg } from './leg-wire.ts'
import { exoPhone } from './phone.ts'
import { isOver, sid } from './wire.ts'

/** The Legs API: each phone is rung by a request of its own, joined with the other, and hung up. */

/** The ids go into paths: one that is not Exotel's never gets there. */
const pathOf = (legSid: string): string => `legs/${sid.parse(legSid)}`

/** Between dialling and ringing the network needs its time. */
const setupSeconds = 10
/** From the callee's answer until the two are joined. */
const joinSeconds = 2
const longestLeg = 14_400

interface NewLeg {
  readonly phone: string
  readonly side: 'caller' | 'callee'
  readonly limitSeconds: number
  readonly beside?: string
}

/** Sent once: without an idempotency key at Exotel, a repetition would ring a second time. */
async function ring(client: ExotelClient, wish: DialWish, { phone, side, limitSeconds, beside }: NewLeg): Promise<{ legId: string }> {
  const answer = await client({
    method: 'POST',
    product: 'legs',
    path: 'legs',
    json: {
      contact_uri: phone,
      exophone: exoPhone(wish.from),
      network_type: 'pstn',
      leg_event_endpoint: callbackUrl(wish.urls.callerStatus, 'leg-events', { leg: side }),
      time_limit: Math.min(limitSeconds, longestLeg),
      timeout: wish.ringSeconds + setupSeconds,
      ring_timeout: wish.ringSeconds,
      // Legs that shall be joined must be in one place.
      ...(beside === undefined ? {} : { reference_leg_sid: sid.parse(beside) }),
    },
  })
  return { legId: accept(answer, newLeg).leg_sid }
}

/** Rings the caller. The leg lasts no longer than the platform allows, should nobody be there to hang it up. */
export const dialCaller = (client: ExotelClient, wish: DialWish): Promise<{ legId: string }> =>
  ring(client, wish, { phone: wish.callerPhone, side: 'caller', limitSeconds: wish.maxSeconds })

/** Rings the callee, beside the caller who has answered. */
export const dialCallee = (client: ExotelClient, wish: DialWish, callerLegId: string): Promise<{ legId: string }> =>
  ring(client, wish, { phone: wish.calleePhone, side: 'callee', limitSeconds: wish.limitSeconds + joinSeconds, beside: callerLegId })

/** Joins two legs that have both answered. */
export async function join(client: ExotelClient, wish: Pick<DialWish, 'urls'>, callerLegId: string, calleeLegId: string): Promise<void> {
  const legs = { caller: sid.parse(callerLegId), callee: sid.parse(calleeLegId) }
  const answer = await client({
    method: 'POST',
    product: 'legs',
    path: 'bridges',
    json: { leg_sids: [legs.caller, legs.callee], bridge_event_endpoint: callbackUrl(wish.urls.callerStatus, 'leg-events', legs) },
  })
  // Nobody but us joins these legs: if they are in a bridge, it is the one of an earlier request whose answer was lost.
  if (!answer.ok && answer.refusal.already && refused(answer).failure === 'refused') return
  accept(answer, newBridge)
}

const isUnknownLeg = ({ status, refusal }: Answer): boolean => status === 404 && refusal.isExotels

async function fetchLeg(client: ExotelClient, legSid: string): Promise<ReadLeg | undefined> {
  const answer = await client({ method: 'GET', product: 'legs', path: pathOf(legSid) })
  if (isUnknownLeg(answer)) return undefined
  const wire = accept(answer, legWire)
  if (wire.leg_sid !== legSid) throw new ProviderError('unknown', 'unreadable')
  return readLeg(wire)
}

/**
 * How long both were on the line at the same time, in whole seconds; null where that is not known. They are joined at the callee's answer, and
 * a leg whose other half is gone hears nobody.
 */
function sharedSeconds(caller: ReadLeg, callee: ReadLeg): number | null {
  const from = [caller, callee].map(({ leg }) => leg.startedAt)
  const to = [caller, callee].map(({ leg }) => leg.endedAt)
  if ([...from, ...to].includes(null)) return null
  const ms = Math.min(...to.map(Number)) - Math.max(...from.map(Number))
  return Math.max(0, Math.floor(ms / 1_000))
}

/** The first hang-up ends the talk: the other leg may stay up until it is taken down. */
const talkEnd = (caller: Leg, callee: Leg): Date | null =>
  caller.endedAt !== null && callee.endedAt !== null && callee.status === 'completed' && caller.endedAt < callee.endedAt
    ? caller.endedAt
    : callee.endedAt

/** Both legs. The callee's is asked for second: where the caller's is over, the callee's answer is from after that end. */
export async function fetchCall(client: ExotelClient, callerLegId: string, calleeLegId: string | null): Promise<ProviderCall | undefined> {
  const caller = await fetchLeg(client, callerLegId)
  if (caller === undefined) return undefined
  if (calleeLegId === null) return { caller: caller.leg, callee: null, unreadable: !caller.readable }
  const callee = await fetchLeg(client, calleeLegId)
  if (callee === undefined) return { caller: caller.leg, callee: null, unreadable: true }
  const unreadable = !caller.readable || !callee.readable
  const talked = callee.leg.status === 'completed'
  const over = isOver(caller.leg.status) && isOver(callee.leg.status)
  const seconds = talked ? (over && !unreadable ? secondsOf(caller, callee) : null) : callee.leg.durationSeconds
  return {
    caller: caller.leg,
    callee: { ...callee.leg, durationSeconds: seconds, endedAt: seconds === null ? callee.leg.endedAt : talkEnd(caller.leg, callee.leg) },
    unreadable,
    ...pendingIf(over && talked && !unreadable && seconds === null),
  }
}

/** A caller's leg that was never answered shared nothing. */
const secondsOf = (caller: ReadLeg, callee: ReadLeg): number | null =>
  caller.leg.status === 'completed' ? sharedSeconds(caller, callee) : 0

const pendingIf = (pending: boolean): Pick<ProviderCall, 'figuresPending'> => (pending ? { figuresPending: true } : {})

/** False where Exotel does not know the leg. */
async function hangUpLeg(client: ExotelClient, legSid: string): Promise<boolean> {
  const answer = await client({ method: 'POST', product: 'legs', path: `${pathOf(legSid)}/actions/hangup`, json: {} })
  if (answer.ok) return true
  if (isUnknownLeg(answer)) return false
  const refusal = refused(answer)
  if (refusal.failure !== 'refused') throw refusal
  // What it answers about a leg that is over is not told: the leg itself tells.
  const leg = await fetchLeg(client, legSid)
  if (leg !== undefined && !isOver(leg.leg.status)) throw refusal
  return leg !== undefined
}

/** Ends both legs, ringing or answered; the one is tried though the other fails. False where Exotel does not know the caller's. */
export async function endCall(client: ExotelClient, callerLegId: string, calleeLegId: string | null): Promise<boolean> {
  const [caller, callee] = await Promise.allSettled([
    hangUpLeg(client, callerLegId),
    calleeLegId === null ? true : hangUpLeg(client, calleeLegId),
  ])
  if (caller.status === 'rejected') throw caller.reason
  if (callee.status === 'rejected') throw callee.reason
  return caller.value
}
