import type { Json } from '../kit/json.ts'

/** What Razorpay says beside the description. */
interface Detail {
  readonly code?: 'BAD_REQUEST_ERROR' | 'GATEWAY_ERROR' | 'SERVER_ERROR'
  readonly field?: string | undefined
  readonly source?: string
  readonly step?: string
  readonly reason?: string
  readonly metadata?: Readonly<Record<string, string>>
}

/** A refusal in Razorpay's words. */
export class ApiError extends Error {
  readonly status: number
  readonly detail: Detail
  constructor(status: number, description: string, detail: Detail = {}) {
    super(description)
    this.name = 'ApiError'
    this.status = status
    this.detail = detail
  }
}

/** Refuses what is wrong with a request's own fields. */
export function invalid(description: string, field?: string): never {
  throw new ApiError(400, description, { source: 'business', step: 'payment_initiation', reason: 'input_validation_failed', field })
}

/** Refuses what the state of things does not allow. */
export function refuse(description: string, metadata: Readonly<Record<string, string>> = {}): never {
  throw new ApiError(400, description, { source: 'business', step: 'payment_initiation', reason: 'input_validation_failed', metadata })
}

/** What is not there: 400, as Razorpay answers. */
export function unknownId(): never {
  throw new ApiError(400, 'The id provided does not exist', {
    source: 'business',
    step: 'payment_initiation',
    reason: 'input_validation_failed',
  })
}

/** The body of a refusal. */
export function errorBody(description: string, detail: Detail = {}): { error: Record<string, Json> } {
  const { code = 'BAD_REQUEST_ERROR', source = 'NA', step = 'NA', reason = 'NA', metadata = {}, field } = detail
  return { error: { code, description, source, step, reason, metadata, ...(field === undefined ? {} : { field }) } }
}
