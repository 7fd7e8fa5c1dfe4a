import { createHmac, timingSafeEqual } from 'node:crypto'

const shape = /^[0-9a-f]{64}$/

const isSame = (given: string, wanted: Buffer): boolean => shape.test(given) && timingSafeEqual(Buffer.from(given, 'hex'), wanted)

const hmac = (secret: string, content: string | Buffer): Buffer => createHmac('sha256', secret).update(content).digest()

/** Whether the account's key signed that this payment is of this order. The order's id is the one that we stored, never one from a page. */
export const isSignedPayment = (keySecret: string, orderId: string, paymentId: string, signature: string): boolean =>
  isSame(signature, hmac(keySecret, `${orderId}|${paymentId}`))

/** Which of the secrets signed these bytes. There is no time in a signature: repetitions verify too. */
export function signerOf(
  { current, previous }: { readonly current: string; readonly previous: string | undefined },
  raw: Buffer,
  signature: string | undefined,
): 'current' | 'previous' | undefined {
  if (signature === undefined) return undefined
  if (isSame(signature, hmac(current, raw))) return 'current'
  return previous !== undefined && isSame(signature, hmac(previous, raw)) ? 'previous' : undefined
}
