import type { TopupCheckout } from '@impacthub/sdk'
import type { TopupWish } from '../base/events.ts'
import { loadScript, onBlocked } from './checkout-script.ts'
import type { TopupProof } from './topup-memory.ts'
import type { CheckoutStop } from './topup-view.ts'

/** What came of the provider's window: a proof of a payment, or why there is none. */
export type CheckoutEnd = TopupProof | { readonly why: CheckoutStop }

/** As much of Razorpay's checkout.js as is used here. */
interface Razorpay {
  on(event: 'payment.failed', listener: () => void): unknown
  open(): void
  close(): void
}
type RazorpayClass = new (options: object) => Razorpay

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === 'object' && value !== null
const isClass = (value: unknown): value is RazorpayClass => typeof value === 'function'

function proofIn(answer: unknown): TopupProof | undefined {
  if (!isRecord(answer)) return undefined
  const { razorpay_payment_id: paymentId, razorpay_order_id: orderId, razorpay_signature: signature } = answer
  if (typeof paymentId !== 'string' || typeof orderId !== 'string' || typeof signature !== 'string') return undefined
  return { paymentId, orderId, signature }
}

/** The colour as Razorpay takes it. */
function hexOf(color = ''): string | undefined {
  if (/^#[0-9a-f]{6}$/i.test(color)) return color
  const [, ...parts] = /^rgb\((\d+), (\d+), (\d+)\)$/.exec(color) ?? []
  return parts.length > 0 ? `#${parts.map((part) => Number(part).toString(16).padStart(2, '0')).join('')}` : undefined
}

/** Only what the platform has named is loaded, and only over TLS, but for a page that is itself served without, as on a laptop. */
const isSafe = (url: string): boolean => URL.canParse(url) && ['https:', location.protocol].includes(new URL(url).protocol)

/**
 * Runs Razorpay's checkout for an order: resolves when its window has closed. Within it somebody may try again after a failure, so a
 * failed try is not the end. `begin` is asked just before the window opens, and may say no.
 */
export async function runCheckout(
  checkout: TopupCheckout,
  { prefill, color: wished, webView }: TopupWish,
  begin: () => boolean,
): Promise<CheckoutEnd> {
  const { scriptUrl, keyId: key, orderId: order_id, name, description, amount, currency } = checkout
  const color = hexOf(wished)
  if (!isSafe(scriptUrl)) return { why: 'blocked' }
  const why = await loadScript(scriptUrl)
  if (why) return { why }
  const found: unknown = Reflect.get(globalThis, 'Razorpay')
  if (!isClass(found)) return { why: 'unreachable' }
  if (!begin()) return { why: 'dismissed' }
  return new Promise((resolve) => {
    let hasFailed = false
    const end = (how: CheckoutEnd) => {
      stopHearing()
      resolve(how)
    }
    const stopHearing = onBlocked(scriptUrl, 'frame-src', () => {
      end({ why: 'blocked' })
      razorpay.close()
    })
    const razorpay = new found({
      ...{ key, order_id, name, description, amount, currency },
      prefill: { ...checkout.prefill, ...prefill },
      ...(color && { theme: { color } }),
      ...(webView && { webview_intent: true }),
      handler: (answer: unknown) => end(proofIn(answer) ?? { why: 'dismissed' }),
      modal: { ondismiss: () => end({ why: hasFailed ? 'other' : 'dismissed' }), confirm_close: true },
    })
    razorpay.on('payment.failed', () => (hasFailed = true))
    razorpay.open()
  })
}
