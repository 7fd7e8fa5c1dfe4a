import type { FieldError, ProblemCode } from '../contract/problems.ts'

/**
 * What can go wrong without an answer of the platform.
 * `network_error`: no answer came. `timeout`: none in time. `aborted`: the caller's own signal. `token_unavailable`: `getToken` failed.
 * `unexpected_answer`: something else than the platform answered, e.g. a proxy. `invalid_argument`: the request cannot be sent as it is.
 */
export type ClientErrorCode = 'network_error' | 'timeout' | 'aborted' | 'token_unavailable' | 'unexpected_answer' | 'invalid_argument'

/** A code of the contract or of the client; a newer platform may know codes that this version does not. */
export type ConnectErrorCode = ProblemCode | ClientErrorCode | (string & Record<never, never>)

export interface ConnectErrorDetails {
  readonly status?: number | undefined
  readonly requestId?: string | undefined
  readonly errors?: readonly FieldError[] | undefined
  readonly retryAfterSeconds?: number | undefined
  readonly cause?: unknown
}

/** The one error that the client throws. Tell errors apart by `code`, never by the text. */
export class ConnectError extends Error {
  override readonly name = 'ConnectError'
  readonly code: ConnectErrorCode
  /** The HTTP status; absent when no answer came. */
  readonly status: number | undefined
  /** Names this request in the platform's log. */
  readonly requestId: string | undefined
  /** What happened this time, for people. */
  readonly detail: string
  /** The fields that were refused, by JSON pointer. */
  readonly errors: readonly FieldError[]
  /** How long the platform asks to wait before another try. */
  readonly retryAfterSeconds: number | undefined

  constructor(code: ConnectErrorCode, detail: string, details: ConnectErrorDetails = {}) {
    super(`${code}: ${detail}`, { cause: details.cause })
    this.code = code
    this.detail = detail
    this.status = details.status
    this.requestId = details.requestId
    this.errors = details.errors ?? []
    this.retryAfterSeconds = details.retryAfterSeconds
  }
}
