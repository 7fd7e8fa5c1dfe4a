import * as z from 'zod'

/** One Razorpay account: where it is, and what it shares with us. */
export interface RazorpayAccountSettings {
  /** Its API, such as `https://api.razorpay.com`. */
  readonly baseUrl: string
  /** Where its payment page comes from: the script is at `/v1/checkout.js` below it. */
  readonly checkoutUrl: string
  readonly keyId: string
  readonly keySecret: string
  /** Shared for webhooks only; not the key secret. */
  readonly webhookSecret: string
  /** Accepted as well while a rotation goes on: what is retried still carries the old signature. */
  readonly previousWebhookSecret?: string | undefined
  /** The RazorpayX account that pays people out, reached with the same key; without it withdrawals are paid by hand. */
  readonly payoutAccount?: string | undefined
}

// A live key in test mode would take people's money, a test key in live mode nobody's.
const testKeyId = z.string().regex(/^rzp_test_[A-Za-z0-9]{8,32}$/, 'must be the id of a test key, rzp_test_…')
const liveKeyId = z.string().regex(/^rzp_live_[A-Za-z0-9]{8,32}$/, 'must be the id of a live key, rzp_live_…')
const secret = z.string().min(16).max(256)
const accountNumber = z.string().regex(/^[0-9A-Za-z]{6,34}$/, 'must be the number of a RazorpayX account')

/** One account's settings, of test mode and, with `LIVE_` in their names, of live mode. */
export const razorpayFields = (url: z.ZodType<string, string>) => ({
  RAZORPAY_BASE_URL: url.optional(),
  /** Default: the same address as the API, as with our sandbox; for Razorpay's own, https://checkout.razorpay.com. */
  RAZORPAY_CHECKOUT_URL: url.optional(),
  RAZORPAY_KEY_ID: testKeyId.optional(),
  RAZORPAY_KEY_SECRET: secret.optional(),
  RAZORPAY_WEBHOOK_SECRET: secret.optional(),
  RAZORPAY_PREVIOUS_WEBHOOK_SECRET: secret.optional(),
  RAZORPAY_PAYOUT_ACCOUNT: accountNumber.optional(),
  RAZORPAY_LIVE_BASE_URL: url.default('https://api.razorpay.com'),
  RAZORPAY_LIVE_CHECKOUT_URL: url.default('https://checkout.razorpay.com'),
  RAZORPAY_LIVE_KEY_ID: liveKeyId.optional(),
  RAZORPAY_LIVE_KEY_SECRET: secret.optional(),
  RAZORPAY_LIVE_WEBHOOK_SECRET: secret.optional(),
  RAZORPAY_LIVE_PREVIOUS_WEBHOOK_SECRET: secret.optional(),
  RAZORPAY_LIVE_PAYOUT_ACCOUNT: accountNumber.optional(),
})

type Given = Readonly<z.output<z.ZodObject<ReturnType<typeof razorpayFields>>>>

/** A credential without the others is a slip. */
export const razorpayTogether = [
  ['RAZORPAY_LIVE_KEY_ID', 'RAZORPAY_LIVE_KEY_SECRET'],
  ['RAZORPAY_LIVE_KEY_ID', 'RAZORPAY_LIVE_WEBHOOK_SECRET'],
] as const

/** Razorpay's own hosts: API and payment page have different ones; everywhere else one address serves both. */
const checkoutFor = (baseUrl: string): string => (baseUrl === 'https://api.razorpay.com' ? 'https://checkout.razorpay.com' : baseUrl)

/** Test mode's account, when it is not our sandbox; given in part, the rest is the sandbox's. */
export function razorpayTestOf(given: Given): Partial<RazorpayAccountSettings> {
  const baseUrl = given.RAZORPAY_BASE_URL
  const found = {
    baseUrl,
    checkoutUrl: given.RAZORPAY_CHECKOUT_URL ?? (baseUrl === undefined ? undefined : checkoutFor(baseUrl)),
    keyId: given.RAZORPAY_KEY_ID,
    keySecret: given.RAZORPAY_KEY_SECRET,
    webhookSecret: given.RAZORPAY_WEBHOOK_SECRET,
    previousWebhookSecret: given.RAZORPAY_PREVIOUS_WEBHOOK_SECRET,
    payoutAccount: given.RAZORPAY_PAYOUT_ACCOUNT,
  }
  return Object.fromEntries(Object.entries(found).filter(([, value]) => value !== undefined))
}

export function razorpayLiveOf(given: Given): RazorpayAccountSettings | undefined {
  const { RAZORPAY_LIVE_KEY_ID: keyId, RAZORPAY_LIVE_KEY_SECRET: keySecret, RAZORPAY_LIVE_WEBHOOK_SECRET: webhookSecret } = given
  if (keyId === undefined || keySecret === undefined || webhookSecret === undefined) return undefined
  return {
    baseUrl: given.RAZORPAY_LIVE_BASE_URL,
    checkoutUrl: given.RAZORPAY_LIVE_CHECKOUT_URL,
    keyId,
    keySecret,
    webhookSecret,
    previousWebhookSecret: given.RAZORPAY_LIVE_PREVIOUS_WEBHOOK_SECRET,
    payoutAccount: given.RAZORPAY_LIVE_PAYOUT_ACCOUNT,
  }
}
