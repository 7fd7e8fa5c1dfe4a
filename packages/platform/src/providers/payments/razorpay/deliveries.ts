import { createHash } from 'node:crypto'
import type { Delivery, PaymentNews, VerifiedNews } from '../port.ts'
import { signerOf } from './signature.ts'
import { eventWire } from './wire.ts'

const eventIdForm = /^[A-Za-z0-9_-]{1,128}$/

/** What a webhook says; undefined when none of the secrets signed it. */
export function verifyDelivery(
  secrets: { readonly current: string; readonly previous: string | undefined },
  { headers, raw }: Delivery,
): VerifiedNews | undefined {
  const signedBy = signerOf(secrets, raw, headers['x-razorpay-signature'])
  if (signedBy === undefined) return undefined
  const told = headers['x-razorpay-event-id'] ?? ''
  const eventId = eventIdForm.test(told) ? told : createHash('sha256').update(raw).digest('hex')
  return { eventId, news: readNews(raw), signedBy }
}

function readNews(raw: Buffer): PaymentNews {
  const nothing = { payment: null, refund: null, dispute: null }
  const read = eventWire.safeParse(json(raw))
  if (!read.success) return { type: 'unreadable', ...nothing }
  const { event: type, payload } = read.data
  return {
    type,
    payment: payload?.payment?.entity ?? null,
    refund: payload?.refund?.entity ?? null,
    dispute: payload?.dispute?.entity ?? null,
  }
}

function json(raw: Buffer): unknown {
  try {
    return JSON.parse(raw.toString('utf8'))
  } catch {
    return undefined
  }
}
