import type { Logger } from '../base/logger.ts'
import { Problem, fail } from '../base/problem.ts'
import type { TenantId } from '../base/tenant.ts'
import type { Inbox } from '../db/inbox.ts'
import type { Instructions, Telephony, VerifiedDelivery } from '../providers/telephony/port.ts'
import type { RateLimiter } from './rate-limit.ts'

export interface CallbackRequest {
  readonly path: string
  /** Path and query as received. */
  readonly url: string
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>
  readonly raw: Buffer
  readonly ip: string
}

export interface CallbackAnswer {
  readonly status: number
  readonly contentType?: string
  readonly body?: string
}

/** Answers what providers send. Refusals are thrown as problems. */
export type CallbackRoutes = (request: CallbackRequest) => Promise<CallbackAnswer>

export interface CallbackDeps {
  /** Where the world reaches us: signatures are made over it, and the Host header is anybody's word. */
  readonly publicUrl: string
  /** The tenant of a call, when the token is that call's (compared in constant time). */
  findCallback(callId: string, token: string): Promise<TenantId | undefined>
  telephonyFor(tenantId: TenantId): Promise<Telephony>
  readonly inbox: Pick<Inbox, 'accept'>
  /** What the provider does with a caller who has picked up: the same each time, until the call is over. */
  answerInstructions(tenantId: TenantId, callId: string): Promise<Instructions>
  readonly limiter: Pick<RateLimiter, 'failed'>
  readonly logger: Logger
}

const address = /^\/providers\/twilio\/calls\/(call_[0-9a-z]{26})\/([A-Za-z0-9_-]{16,128})\/(answer|caller-status|callee-status|after)$/
const formType = /^application\/x-www-form-urlencoded(?:\s*;\s*charset="?utf-8"?)?\s*$/i

/**
 * `POST /providers/twilio/calls/{callId}/{token}/{what}`: checked on the bytes received, stored, acknowledged; the work is done later.
 * A message that is not authentic changes nothing but a counter; a repeated one is answered like the first.
 */
export function createCallbacks(deps: CallbackDeps): CallbackRoutes {
  // Only refusals are counted and limited: a forger behind the provider's address must not keep its messages out.
  async function refuse(ip: string, code: 'not_found' | 'forbidden', callId?: string): Promise<never> {
    await deps.limiter.failed(ip)
    deps.logger.warn('callback refused', { code, callId, provider: 'twilio' })
    return fail(code)
  }

  async function read(
    request: CallbackRequest,
  ): Promise<{ tenantId: TenantId; callId: string; what: string; verified: VerifiedDelivery; telephony: Telephony }> {
    const [, callId, token, what] = address.exec(request.path) ?? []
    if (callId === undefined || token === undefined || what === undefined) return fail('not_found')
    if (!formType.test(request.headers['content-type'] ?? ''))
      return fail('unsupported_media_type', { detail: 'Send application/x-www-form-urlencoded.' })
    const tenantId = await deps.findCallback(callId, token)
    if (tenantId === undefined) return refuse(request.ip, 'not_found')
    const telephony = await deps.telephonyFor(tenantId)
    const { headers, raw } = request
    const verified = await telephony.verify({ url: `${deps.publicUrl}${request.url}`, method: 'POST', headers, raw })
    if (verified === undefined) return refuse(request.ip, 'forbidden', callId)
    return { tenantId, callId, what, verified, telephony }
  }

  return async (request) => {
    try {
      const { tenantId, callId, what, verified, telephony } = await read(request)
      await deps.inbox.accept(tenantId, { provider: telephony.name, callId, ...verified })
      if (what === 'answer') return { status: 200, ...(await deps.answerInstructions(tenantId, callId)) }
      if (what === 'after') return { status: 200, ...telephony.hangUpInstructions() }
      return { status: 204 }
    } catch (error) {
      // Whatever kept the message from being stored, the provider may send it again.
      if (error instanceof Problem) throw error
      return fail('unavailable', { retryAfterSeconds: 2 }, { cause: error })
    }
  }
}
