import type { Logger } from '../base/logger.ts'
import { Problem, fail } from '../base/problem.ts'
import type { Mode } from '../base/tenant.ts'
import type { Delivery, PaymentProviderName } from '../providers/payments/port.ts'
import type { CallbackRequest, CallbackRoutes } from './callbacks.ts'
import type { RateLimiter } from './rate-limit.ts'

export interface PaymentCallbackDeps {
  hear(mode: Mode, delivery: Delivery): Promise<'taken' | 'not_configured' | 'not_authentic'>
  readonly limiter: Pick<RateLimiter, 'failed'>
  readonly logger: Logger
}

/** Where a payment provider's webhooks go: one address for each mode's account, without a secret, since every message is signed. */
export const paymentCallbackPath = (provider: PaymentProviderName, mode: Mode): string => `/providers/${provider}/${mode}/webhook`

const path = /^\/providers\/(razorpay)\/(test|live)\/webhook$/
const json = /^application\/json(?:\s*;\s*charset="?utf-8"?)?\s*$/i

/**
 * Puts the addresses of payment providers before those of telephone providers. A message is acknowledged once it is stored; one that is not
 * authentic changes nothing but a counter; one that cannot be stored is answered so that the provider sends it again.
 */
export function withPaymentCallbacks(deps: PaymentCallbackDeps, others: CallbackRoutes): CallbackRoutes {
  return async (request) => {
    const [, , mode] = path.exec(request.path) ?? []
    if (mode !== 'test' && mode !== 'live') return others(request)
    if (request.method !== 'POST') fail('method_not_allowed', { headers: { Allow: 'POST' } })
    if (!json.test(request.headers['content-type'] ?? ''))
      fail('unsupported_media_type', { detail: 'This is not a type in which the provider sends.' })
    const hearing = await take(deps, mode, request)
    if (hearing === 'taken') return { status: 204 }
    // Only refusals are counted and limited: a forger behind the provider's address must not keep its messages out.
    await deps.limiter.failed(request.ip)
    const code = hearing === 'not_configured' ? 'not_found' : 'forbidden'
    deps.logger.warn('payment callback refused', { code, mode })
    return fail(code)
  }
}

async function take({ hear }: PaymentCallbackDeps, mode: Mode, { headers, raw }: CallbackRequest) {
  try {
    return await hear(mode, { headers, raw })
  } catch (error) {
    if (error instanceof Problem) throw error
    return fail('unavailable', { retryAfterSeconds: 2 }, { cause: error })
  }
}
