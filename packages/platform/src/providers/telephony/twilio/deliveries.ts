import { createHash } from 'node:crypto'
import { fail } from '../../../base/problem.ts'
import type { Delivery, LegReport, VerifiedDelivery } from '../port.ts'
import { isSignedForm, readForm, type Fields } from './signature.ts'
import { callSid, readStatus, readTime } from './wire.ts'

/** `…/{callId}/{token}/{what}`: what a message is about follows from where it was sent. */
const address = /\/([^/]+)\/[^/]+\/(answer|caller-status|callee-status|after)$/

/** What is kept of a message for people who look into a case. Phone numbers and places are not. */
const kept = [
  ...['CallSid', 'ParentCallSid', 'CallStatus', 'Direction', 'CallbackSource', 'SequenceNumber', 'Timestamp', 'CallDuration', 'Duration'],
  ...['SipResponseCode', 'AnsweredBy', 'DialCallSid', 'DialCallStatus', 'DialCallDuration', 'DialBridged', 'ErrorCode'],
]

/** A repeated field is a message that we do not understand. */
const one = (fields: Fields, name: string): string | undefined => {
  const value = fields[name]
  return Array.isArray(value) ? fail('invalid_request') : value
}

const sid = (value: string | undefined): string => {
  const read = callSid.safeParse(value)
  return read.success ? read.data : fail('invalid_request')
}
const optionalSid = (value: string | undefined): string | null => (value === undefined || value === '' ? null : sid(value))

/** Twilio's Dial has no word for who hung up, but the caller's leg outlives a conversation that the callee ended. */
function endedBy(parent: string | undefined, dial: string | undefined, bridged: string | undefined): LegReport['endedBy'] {
  if (dial !== 'completed' || bridged === 'false') return null
  if (parent === 'completed') return 'caller'
  return parent === 'in-progress' ? 'callee' : null
}

function readReport(what: string, fields: Fields): LegReport {
  const sequence = one(fields, 'SequenceNumber') ?? ''
  const base = {
    legId: sid(one(fields, 'CallSid')),
    status: readStatus(one(fields, 'CallStatus')),
    sequence: /^\d{1,9}$/.test(sequence) ? Number(sequence) : null,
    at: readTime(one(fields, 'Timestamp')) ?? null,
    endedBy: null,
  }
  if (what === 'answer') return { ...base, kind: 'answer_request', leg: 'caller', otherLegId: null }
  if (what === 'caller-status') return { ...base, kind: 'status', leg: 'caller', otherLegId: null }
  if (what === 'callee-status') return { ...base, kind: 'status', leg: 'callee', otherLegId: optionalSid(one(fields, 'ParentCallSid')) }
  const dialed = optionalSid(one(fields, 'DialCallSid'))
  // Without a child the callee was never rung: all that the message tells is that the caller is still there.
  if (dialed === null) return { ...base, kind: 'after_request', leg: 'caller', otherLegId: null }
  const dialStatus = one(fields, 'DialCallStatus')
  return {
    ...base,
    kind: 'after_request',
    leg: 'callee',
    legId: dialed,
    otherLegId: base.legId,
    // `answered` is over as well: this request comes when the callee's leg has ended.
    status: dialStatus === 'answered' ? 'completed' : readStatus(dialStatus),
    endedBy: endedBy(one(fields, 'CallStatus'), dialStatus, one(fields, 'DialBridged')),
  }
}

const word = /^[a-z-]{1,40}$/

/** Twilio numbers the status messages of a leg; of the others only a repetition has the same content. */
function deliveryId(callId: string, what: string, fields: Fields, report: LegReport): string {
  const [source, status] = [one(fields, 'CallbackSource') ?? '', one(fields, 'CallStatus') ?? '']
  if (report.kind === 'status' && report.sequence !== null && word.test(source) && word.test(status))
    return `${callId}:${what}:${report.legId}:${source}:${report.sequence}:${status}`
  const sorted = Object.keys(fields)
    .sort()
    .map((name) => [name, fields[name]])
  return `${callId}:${what}:${createHash('sha256').update(JSON.stringify(sorted)).digest('hex')}`
}

/** Checks the signature on what was received and reads it; undefined when it is not Twilio's. */
export function verifyDelivery(tokens: readonly string[], delivery: Delivery): VerifiedDelivery | undefined {
  const fields = readForm(delivery.raw)
  if (fields === undefined) return undefined
  const signature = delivery.headers['x-twilio-signature']
  if (!isSignedForm(tokens, { url: delivery.url, signature }, fields)) return undefined
  const [, callId, what] = address.exec(new URL(delivery.url).pathname) ?? []
  if (callId === undefined || what === undefined) return fail('invalid_request')
  const report = readReport(what, fields)
  const notes: Record<string, string> = {}
  for (const name of kept) {
    const value = fields[name]
    if (typeof value === 'string') notes[name] = value.slice(0, 100)
  }
  return { deliveryId: deliveryId(callId, what, fields, report), report, notes }
}
