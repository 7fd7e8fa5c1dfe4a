import { Problem } from '../../../base/problem.ts'
import type { Delivery, InboundCall } from '../port.ts'
import { readFields, type Fields } from './fields.ts'
import { toE164 } from './phone.ts'
import { sid } from './wire.ts'

const reference = /^[\w.-]{1,128}$/

/** Which of its values a message holds depends on the applet's place in the flow. */
const isIncoming = (direction: unknown): boolean => direction === undefined || direction === '' || direction === 'incoming'

/** Undefined where the message cannot be read at all. */
const fieldsOf = async (delivery: Delivery): Promise<Fields | undefined> => {
  try {
    return await readFields(delivery)
  } catch (error) {
    if (error instanceof Problem) return undefined
    throw error
  }
}

/**
 * A flow's Connect applet asks whom to ring: about a call that comes in to a virtual number, or about one of ours whose caller has picked up,
 * which hands back our reference. Undefined when it is not readable as one.
 */
export async function readInbound(delivery: Delivery): Promise<InboundCall | undefined> {
  const fields = await fieldsOf(delivery)
  const legId = sid.safeParse(fields?.get('CallSid'))
  const to = toE164(fields?.get('CallTo'))
  if (fields === undefined || !legId.success || to === undefined) return undefined
  const custom = fields.get('CustomField')
  const ours = typeof custom === 'string' && reference.test(custom) ? custom : null
  // One of ours without its reference must not pass for somebody who calls in.
  if (ours === null && !isIncoming(fields.get('Direction'))) return undefined
  return {
    legId: legId.data,
    // Withheld numbers come as words, or not at all.
    from: toE164(fields.get('CallFrom')) ?? null,
    to,
    reference: ours,
  }
}
