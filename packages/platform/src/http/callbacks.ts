import type { Logger } from '../base/logger.ts'
import { Problem, fail } from '../base/problem.ts'
import type { Mode, TenantId } from '../base/tenant.ts'
import type { Inbox } from '../db/inbox.ts'
import type {
  InboundCall,
  IncomingCall,
  Instructions,
  LegReport,
  ProviderName,
  Telephony,
  VerifiedDelivery,
} from '../providers/telephony/port.ts'
import { isIncomingAddress, manners, readAddress, type Destination } from './callback-routes.ts'
import type { RateLimiter } from './rate-limit.ts'

export interface CallbackRequest {
  readonly method: string
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
  /** The caller's leg, where a report tells nothing but that it is one of the call. */
  onlyLegOf(provider: ProviderName, report: LegReport): string | null
  /** Where the world reaches us: signatures are made over it, and the Host header is anybody's word. */
  readonly publicUrl: string
  readonly masterKey: Buffer
  /** The tenant of a call that this provider carries, when the token is that call's (compared in constant time). */
  findCallback(callId: string, token: string, provider: ProviderName): Promise<TenantId | undefined>
  telephonyFor(tenantId: TenantId, provider: string): Promise<Telephony>
  /** A mode's provider; undefined where it is not configured. */
  telephonyOf(mode: Mode, provider: ProviderName): Telephony | undefined
  readonly inbox: Pick<Inbox, 'accept'>
  /** What the provider does with a caller who has picked up: the same each time, until the call is over. */
  answerInstructions(tenantId: TenantId, callId: string): Promise<Instructions>
  /** What the provider does with somebody who calls a virtual number: the same each time it asks about the same leg. */
  incoming(call: IncomingCall): Promise<Instructions>
  readonly limiter: Pick<RateLimiter, 'failed'>
  readonly logger: Logger
}

type To<Kind extends Destination['kind']> = Extract<Destination, { kind: Kind }>

/**
 * What providers send, at `/providers/{provider}/calls/{callId}/{token}/{what}` and `/providers/{provider}/{mode}/incoming[/{secret}]`:
 * checked on the bytes received, stored, acknowledged; the work is done later. A message that is not authentic changes nothing but a counter;
 * a repeated one is answered like the first.
 */
export function createCallbacks(deps: CallbackDeps): CallbackRoutes {
  return async (request) => {
    const to = readAddress(request.path) ?? fail('not_found')
    checkManner(request, to.provider)
    try {
      return await (to.kind === 'call' ? ofCall(deps, request, to) : ofNumber(deps, request, to))
    } catch (error) {
      // Whatever kept the message from being stored, the provider may send it again.
      if (error instanceof Problem) throw error
      return fail('unavailable', { retryAfterSeconds: 2 }, { cause: error })
    }
  }
}

function checkManner({ method, headers }: CallbackRequest, provider: ProviderName): void {
  const { methods, types } = manners[provider]
  if (!methods.includes(method)) fail('method_not_allowed', { headers: { Allow: methods.join(', ') } })
  if (method === 'POST' && !types.test(headers['content-type'] ?? ''))
    fail('unsupported_media_type', { detail: 'This is not a type in which the provider sends.' })
}

/** Only refusals are counted and limited: a forger behind the provider's address must not keep its messages out. */
async function refuse(deps: CallbackDeps, ip: string, code: 'not_found' | 'forbidden', about: object): Promise<never> {
  await deps.limiter.failed(ip)
  deps.logger.warn('callback refused', { code, ...about })
  return fail(code)
}

const deliveryOf = ({ publicUrl }: CallbackDeps, { url, method, headers, raw }: CallbackRequest) => ({
  url: `${publicUrl}${url}`,
  method,
  headers,
  raw,
})

async function ofCall(deps: CallbackDeps, request: CallbackRequest, { provider, callId, token }: To<'call'>): Promise<CallbackAnswer> {
  const tenantId = await deps.findCallback(callId, token, provider)
  if (tenantId === undefined) return refuse(deps, request.ip, 'not_found', { provider })
  const telephony = await deps.telephonyFor(tenantId, provider)
  const verified = await telephony.verify(deliveryOf(deps, request))
  if (verified === undefined) return refuse(deps, request.ip, 'forbidden', { provider, callId })
  return take(deps, telephony, tenantId, callId, verified)
}

async function take(
  deps: CallbackDeps,
  telephony: Telephony,
  tenantId: TenantId,
  callId: string,
  verified: VerifiedDelivery,
): Promise<CallbackAnswer> {
  await deps.inbox.accept(tenantId, {
    provider: telephony.name,
    callId,
    ...verified,
    onlyLeg: deps.onlyLegOf(telephony.name, verified.report),
  })
  const { kind } = verified.report
  if (kind === 'answer_request') return { status: 200, ...(await deps.answerInstructions(tenantId, callId)) }
  if (kind === 'after_request') return { status: 200, ...telephony.hangUpInstructions() }
  return { status: manners[telephony.name].acknowledge }
}

async function ofNumber(deps: CallbackDeps, request: CallbackRequest, to: To<'incoming'>): Promise<CallbackAnswer> {
  const { provider, mode } = to
  const telephony = deps.telephonyOf(mode, provider)
  if (telephony === undefined || !isIncomingAddress(deps.masterKey, to)) return refuse(deps, request.ip, 'not_found', { provider })
  const call = await telephony.verifyInbound(deliveryOf(deps, request))
  if (call === undefined) return refuse(deps, request.ip, 'forbidden', { provider })
  if (call.reference !== null) return ofReference(deps, request.ip, telephony, call, call.reference)
  return { status: 200, ...(await deps.incoming({ mode, telephony, call })) }
}

const reference = /^(call_[0-9a-z]{26})\.([A-Za-z0-9_-]{16,128})$/

/** A provider that asks about outbound calls at the place of those that come in: the caller has picked up. */
async function ofReference(
  deps: CallbackDeps,
  ip: string,
  telephony: Telephony,
  { legId }: InboundCall,
  text: string,
): Promise<CallbackAnswer> {
  const [, callId, token] = reference.exec(text) ?? []
  const tenantId = callId === undefined || token === undefined ? undefined : await deps.findCallback(callId, token, telephony.name)
  if (tenantId === undefined || callId === undefined) return refuse(deps, ip, 'not_found', { provider: telephony.name })
  return take(deps, telephony, tenantId, callId, {
    deliveryId: `${callId}:answer:${legId}`,
    report: {
      kind: 'answer_request',
      leg: 'caller',
      legId,
      otherLegId: null,
      status: 'in_progress',
      sequence: null,
      at: null,
      endedBy: null,
    },
  })
}
