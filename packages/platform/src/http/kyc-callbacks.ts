import { createHmac, timingSafeEqual } from 'node:crypto'
import type { Logger } from '../base/logger.ts'
import { fail } from '../base/problem.ts'
import { tenantId, type TenantId } from '../base/tenant.ts'
import type { CallbackRoutes } from './callbacks.ts'
import type { RateLimiter } from './rate-limit.ts'

export interface KycCallbackDeps {
  readonly masterKey: Buffer
  /** Has the submission's provider asked again, now. */
  askAgain(tenantId: TenantId, submissionId: string): Promise<void>
  readonly limiter: Pick<RateLimiter, 'failed'>
  readonly logger: Logger
}

const tokenOf = (masterKey: Buffer, tenant: TenantId, submissionId: string): string =>
  createHmac('sha256', masterKey).update(`identity checks:signzy:${tenant}:${submissionId}`).digest('base64url')

/** Where Signzy tells that it is done with a submission. It signs nothing: that the address is known is all that shows who speaks. */
export const kycCallbackPath = (masterKey: Buffer, tenant: TenantId, submissionId: string): string =>
  `/providers/signzy/${tenant}/${submissionId}/${tokenOf(masterKey, tenant, submissionId)}`

const path = /^\/providers\/signzy\/([1-9]\d{0,9})\/(kyc_[0-9a-z]{26})\/([A-Za-z0-9_-]{43})$/

/**
 * Puts the addresses of identity providers before the others. What a message says is neither read nor kept: it may hold a whole Aadhaar
 * number, and nothing proves it. It is a reason to ask the provider anew, and nothing more; repeated or invented it costs one question.
 */
export function withKycCallbacks({ masterKey, askAgain, limiter, logger }: KycCallbackDeps, others: CallbackRoutes): CallbackRoutes {
  return async (request) => {
    const [, tenant = '', submissionId = '', token = ''] = path.exec(request.path) ?? []
    if (token === '') return others(request)
    if (request.method !== 'POST') fail('method_not_allowed', { headers: { Allow: 'POST' } })
    const id = tenantId(Number(tenant))
    const [given, wanted] = [Buffer.from(token), Buffer.from(tokenOf(masterKey, id, submissionId))]
    if (given.length !== wanted.length || !timingSafeEqual(given, wanted)) {
      await limiter.failed(request.ip)
      logger.warn('identity callback refused', { code: 'not_found' })
      return fail('not_found')
    }
    await askAgain(id, submissionId)
    return { status: 204 }
  }
}
