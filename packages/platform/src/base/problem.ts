import { problems, type FieldError, type ProblemCode } from '@impacthub/sdk/contract'

export interface ProblemDetails {
  /** Told to the caller in `detail`; without it the code's remedy is. */
  readonly detail?: string
  readonly errors?: readonly FieldError[]
  readonly retryAfterSeconds?: number
  readonly headers?: Readonly<Record<string, string>>
}

/** A refusal with a code of the contract. `details` go to the caller, `cause` only to the log. */
export class Problem extends Error {
  readonly code: ProblemCode
  readonly details: ProblemDetails

  constructor(code: ProblemCode, details: ProblemDetails = {}, options?: ErrorOptions) {
    super(details.detail ?? problems[code].title, options)
    this.name = 'Problem'
    this.code = code
    this.details = details
  }

  get status(): number {
    return problems[this.code].status
  }
}

export function fail(code: ProblemCode, details?: ProblemDetails, options?: ErrorOptions): never {
  throw new Problem(code, details, options)
}
