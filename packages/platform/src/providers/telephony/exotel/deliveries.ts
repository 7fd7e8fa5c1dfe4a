import { createHash } from 'node:crypto'
import * as z from 'zod'
import { fail } from '../../../base/problem.ts'
import type { Delivery, LegReport, LegStatus, VerifiedDelivery } from '../port.ts'
import { calleeLegOf } from './call-details.ts'
import { readAddress } from './callback-address.ts'
import { readFields, type Fields } from './fields.ts'
import { readLegEvent, type EventLogin } from './leg-events.ts'
import { isOver, readLegStatus, readStamp, readStatus, sid } from './wire.ts'

export interface Reading {
  readonly offsetMinutes: number
  /** Whether an answered phone is the callee's, as far as a message without a leg can tell: where Exotel rings both by itself. */
  readonly answeredMeansCallee: boolean
  /** Asked of messages about legs, where the account is set up so. */
  readonly login: EventLogin | undefined
}

/** What is kept of a message for people who look into a case. Phone numbers, and our reference with its secret, are not. */
const kept = [
  ...['CallSid', 'EventType', 'Status', 'Direction', 'ConversationDuration', 'DateCreated', 'DateUpdated', 'StartTime', 'EndTime'],
  ...['CallType', 'DialCallStatus', 'DialCallDuration', 'CurrentTime'],
]

const text = (fields: Fields, name: string): string => {
  const value = fields.get(name)
  return typeof value === 'string' ? value : ''
}

const callSidOf = (fields: Fields): string => {
  const read = sid.safeParse(fields.get('CallSid'))
  return read.success ? read.data : fail('invalid_request')
}

const word = /^[A-Za-z-]{1,40}$/

/** Exotel numbers nothing: one call has each event with each status once. Words that are none are told apart by their digest. */
const keyOf = (...parts: readonly string[]): string =>
  parts.map((part) => (word.test(part) ? part : createHash('sha256').update(part).digest('hex'))).join(':')

interface Read {
  readonly key: string
  readonly report: LegReport
}

const reportOf = (callSid: string, leg: 'caller' | 'callee', status: LegStatus, at: Date | null): LegReport => ({
  kind: 'status',
  leg,
  legId: leg === 'caller' ? callSid : calleeLegOf(callSid),
  otherLegId: leg === 'caller' ? null : callSid,
  status,
  sequence: null,
  at,
  endedBy: null,
})

const legsWire = z.array(z.object({ Status: z.unknown() }).nullish()).min(2)

/** What is told of the callee's leg, the second one; undefined where nothing is, in JSON or as a form flattens it. */
function calleeTold(fields: Fields): LegStatus | null | undefined {
  const legs = legsWire.safeParse(fields.get('Legs'))
  if (legs.success) return readLegStatus(legs.data[1]?.Status)
  return fields.has('Legs[1][Status]') ? readLegStatus(fields.get('Legs[1][Status]')) : undefined
}

/**
 * A status callback. Which phone `answered` is about, Exotel does not say: where both are rung by it, it is taken for the callee's unless that
 * leg is told to be none, as an estimate that only the running timer shows. What comes after the end is about the end, whatever it is called.
 */
function readStatusCallback(fields: Fields, { offsetMinutes, answeredMeansCallee }: Reading): Read {
  const callSid = callSidOf(fields)
  const told = text(fields, 'Status')
  const event = text(fields, 'EventType') || 'terminal'
  const status = readStatus(told)
  const at = (name: string): Date | null => readStamp(fields.get(name), offsetMinutes) ?? null
  if (event === 'answered' && !isOver(status)) {
    const leg = answeredMeansCallee && calleeTold(fields) !== null ? 'callee' : 'caller'
    return { key: `${callSid}:${keyOf(event, told)}:${leg}`, report: reportOf(callSid, leg, 'in_progress', at('DateUpdated')) }
  }
  return { key: `${callSid}:${keyOf(event, told)}`, report: reportOf(callSid, 'caller', status, at('EndTime') ?? at('DateUpdated')) }
}

const dialEvents: ReadonlyMap<string, LegStatus> = new Map([
  ['dial', 'queued'],
  ['ringing', 'ringing'],
  ['answered', 'in_progress'],
])
const dialEnds: ReadonlySet<string> = new Set(['completed', 'terminal', 'cancelled', 'canceled', ''])

/** What a flow's Connect applet tells about the phone that it rings for us. Its end comes with the outcome, or is taken for an end all the same. */
function readDialEvent(fields: Fields, { offsetMinutes }: Reading): Read {
  const callSid = callSidOf(fields)
  const event = text(fields, 'EventType').toLowerCase()
  const outcome = text(fields, 'DialCallStatus')
  const ended = isOver(readStatus(outcome)) ? readStatus(outcome) : 'completed'
  const status = dialEvents.get(event) ?? (dialEnds.has(event) ? ended : 'unknown')
  const at = readStamp(fields.get('CurrentTime'), offsetMinutes) ?? null
  return { key: `${callSid}:dial:${keyOf(event || 'terminal', outcome)}`, report: reportOf(callSid, 'callee', status, at) }
}

function notesOf(fields: Fields): Record<string, string> {
  const notes: Record<string, string> = {}
  for (const name of kept) {
    const value = fields.get(name)
    if (typeof value === 'string' || typeof value === 'number') notes[name] = String(value).slice(0, 100)
  }
  return notes
}

/**
 * Reads a message that came to one of a call's own addresses. Exotel signs nothing: the secret in the address, checked before, is what shows
 * that it is Exotel's. So nothing it says is more than a hint. Undefined when a login was agreed and is not there.
 */
export async function verifyDelivery(reading: Reading, delivery: Delivery): Promise<VerifiedDelivery | undefined> {
  const { callId, about, query } = readAddress(delivery.url) ?? fail('invalid_request')
  if (about === 'leg-events') return readLegEvent(callId, query, delivery, reading.login)
  const fields = await readFields(delivery)
  const { key, report } = about === 'status' ? readStatusCallback(fields, reading) : readDialEvent(fields, reading)
  return { deliveryId: `${callId}:${about}:${key}`, report, notes: notesOf(fields) }
}
