import { createHash, timingSafeEqual } from 'node:crypto'
import * as z from 'zod'
import { fail } from '../../../base/problem.ts'
import type { Delivery, LegReport, LegStatus, VerifiedDelivery } from '../port.ts'
import { legStatusOf } from './leg-wire.ts'
import { readInstant, sid } from './wire.ts'

/** What the Legs API sends with its events, when the account is set up so. */
export interface EventLogin {
  readonly username: string
  readonly password: string
}

const digest = (text: string): Buffer => createHash('sha256').update(text).digest()

function isLoggedIn({ username, password }: EventLogin, authorization: string | undefined): boolean {
  const given = /^Basic ([A-Za-z0-9+/]+={0,2})$/.exec(authorization ?? '')?.[1] ?? ''
  return timingSafeEqual(digest(Buffer.from(given, 'base64').toString('utf8')), digest(`${username}:${password}`))
}

const field = z.unknown().optional()
const eventWire = z.object({
  event_sid: sid,
  event_name: z.string().regex(/^[a-z_]{1,40}$/),
  event_timestamp: field,
  data: z.looseObject({ leg_sid: field, state: field, terminal_status: field }).nullish().catch(undefined),
})
type EventWire = z.output<typeof eventWire>

/** Which legs an address of ours is about: one side's, or both once they are to be joined. */
const sidesOf = (query: URLSearchParams) => {
  const [leg, caller, callee] = ['leg', 'caller', 'callee'].map((name) => query.get(name))
  if (leg === 'caller' || leg === 'callee') return { side: leg, caller: null, callee: null } as const
  const both = [caller, callee].map((value) => sid.safeParse(value).data)
  return both[0] === undefined || both[1] === undefined ? fail('invalid_request') : { side: null, caller: both[0], callee: both[1] }
}

const legSidOf = (event: EventWire): string => sid.safeParse(event.data?.leg_sid).data ?? fail('invalid_request')

/** Events of one leg, sent to that leg's own address. */
const ofLeg: ReadonlyMap<string, (event: EventWire) => LegStatus> = new Map<string, (event: EventWire) => LegStatus>([
  ['leg_connecting', () => 'queued'],
  ['leg_ringing', () => 'ringing'],
  ['leg_answered', () => 'in_progress'],
  ['leg_joined_bridge', () => 'in_progress'],
  // The phone is still on the line: what that means, the legs tell when asked.
  ['leg_left_bridge', () => 'unknown'],
  // Without a word for the outcome it is over all the same.
  ['leg_terminated', ({ data }) => overOr(legStatusOf('terminal', data?.terminal_status), 'completed')],
  ['leg_failed_to_create', () => 'failed'],
])

const overOr = (status: LegStatus, otherwise: LegStatus): LegStatus => (status === 'unknown' ? otherwise : status)

/** Events of the bridge as a whole are told as the callee's, who is there only while it lasts. */
const ofBridge: ReadonlyMap<string, LegStatus> = new Map([
  ['bridge_created', 'in_progress'],
  ['bridge_terminal', 'unknown'],
  ['bridge_failed_to_create', 'failed'],
])

function reportOf(event: EventWire, query: URLSearchParams): LegReport {
  const { side, caller, callee } = sidesOf(query)
  const base = { kind: 'status', sequence: null, endedBy: null } as const
  const at = readInstant(event.event_timestamp) ?? null
  const bridged = side === null ? ofBridge.get(event.event_name) : undefined
  if (bridged !== undefined && callee !== null) return { ...base, leg: 'callee', legId: callee, otherLegId: caller, status: bridged, at }
  const status = ofLeg.get(event.event_name)?.(event) ?? 'unknown'
  const legId = legSidOf(event)
  if (side !== null) return { ...base, leg: side, legId, otherLegId: null, status, at }
  if (legId === caller) return { ...base, leg: 'caller', legId, otherLegId: callee, status, at }
  // An address that names both legs hears of no third one.
  return legId === callee ? { ...base, leg: 'callee', legId, otherLegId: caller, status, at } : fail('invalid_request')
}

function parsed(raw: Buffer): unknown {
  try {
    return JSON.parse(raw.toString('utf8'))
  } catch (cause) {
    return fail('invalid_request', {}, { cause })
  }
}

/** Reads an event of the Legs API; undefined when a login was agreed and is not there. Each event has an id of its own, the same each time. */
export function readLegEvent(
  callId: string,
  query: URLSearchParams,
  { headers, raw }: Pick<Delivery, 'headers' | 'raw'>,
  login: EventLogin | undefined,
): VerifiedDelivery | undefined {
  if (login !== undefined && !isLoggedIn(login, headers['authorization'])) return undefined
  const read = eventWire.safeParse(parsed(raw))
  if (!read.success) return fail('invalid_request')
  const event = read.data
  const notes: Record<string, string> = { event_name: event.event_name }
  for (const [name, value] of Object.entries({ event_timestamp: event.event_timestamp, state: event.data?.state }))
    if (typeof value === 'string') notes[name] = value.slice(0, 100)
  return { deliveryId: `${callId}:leg-events:${event.event_sid}`, report: reportOf(event, query), notes }
}
