import { createHash, createHmac, timingSafeEqual } from 'node:crypto'

const hmac = (secret: string, text: string): string => createHmac('sha256', secret).update(text, 'utf8').digest('hex')

/** What a webhook carries in `X-Razorpay-Signature`: over the bytes of its body. */
export const webhookSignature = (secret: string, rawBody: string): string => hmac(secret, rawBody)

/** What the payment page hands to the merchant's page as `razorpay_signature`. */
export const paymentSignature = (keySecret: string, orderId: string, paymentId: string): string =>
  hmac(keySecret, `${orderId}|${paymentId}`)

const digest = (text: string): Buffer => createHash('sha256').update(text).digest()

/** Compares without telling by its duration how much of it was right. */
export const isSame = (given: string, wanted: string): boolean => timingSafeEqual(digest(given), digest(wanted))
