import type { Delivery, InboundCall } from '../port.ts'
import { isSignedForm, readForm } from './signature.ts'
import { callSid } from './wire.ts'

/** What Twilio shows of a caller who does not show a number: words spelled on the keys of a telephone, as if they were numbers. */
const withheld: ReadonlySet<string> = new Set([
  '+7378742833', // RESTRICTED
  '+2562533', // BLOCKED
  '+8566696', // UNKNOWN
  '+266696687', // ANONYMOUS
  '+86282452253', // UNAVAILABLE
])

const e164 = /^\+[1-9][0-9]{6,14}$/

/** A call to one of the account's numbers (Twilio's voice URL request); undefined when it is not Twilio's or not readable as one. */
export function verifyInbound(tokens: readonly string[], delivery: Delivery): InboundCall | undefined {
  const fields = readForm(delivery.raw)
  if (fields === undefined) return undefined
  if (!isSignedForm(tokens, { url: delivery.url, signature: delivery.headers['x-twilio-signature'] }, fields)) return undefined
  const legId = callSid.safeParse(fields['CallSid'])
  const { From: from, To: to } = fields
  if (!legId.success || typeof to !== 'string' || !e164.test(to)) return undefined
  const shown = typeof from === 'string' && e164.test(from) && !withheld.has(from)
  return { legId: legId.data, from: shown ? from : null, to, reference: null }
}
