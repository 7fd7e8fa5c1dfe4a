import { ProviderError, type ProviderFailure } from '../port.ts'

/** The number dialled is wrong or cannot be reached. */
const invalidNumber: ReadonlySet<number> = new Set([21211, 21217, 21214, 13223, 13224])
const tooMany = 20429

/** The request never left: no address, or nobody listens there. Any other break may come after Twilio has begun to work. */
const neverSent: ReadonlySet<string> = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN'])

/** What a refusal with this status and Twilio error code means for us. */
export function failureOf(status: number, code: number | undefined): ProviderFailure {
  if (status === 429 || code === tooMany) return 'not_sent'
  if (status === 408 || status < 400 || status >= 500) return 'unknown'
  return code !== undefined && invalidNumber.has(code) ? 'invalid_number' : 'refused'
}

/**
 * A request without an answer. The error behind it is left out: it carries the request, and with it phone numbers and the credentials.
 */
export function unanswered(error: unknown): ProviderError {
  const code = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined
  return new ProviderError(code !== undefined && neverSent.has(code) ? 'not_sent' : 'unknown', code)
}
