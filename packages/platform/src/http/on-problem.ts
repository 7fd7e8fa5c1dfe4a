import { problems, type ProblemBody } from '@impacthub/sdk/contract'
import { Problem } from '../base/problem.ts'
import { isConnectionLost } from '../db/sql-state.ts'

export interface ProblemAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: ProblemBody
}

/** Whatever was thrown, as a problem: what is not one of ours says nothing of what is inside. */
export function asProblem(error: unknown): Problem {
  if (error instanceof Problem) return error
  if (isConnectionLost(error)) return new Problem('unavailable', { retryAfterSeconds: 2 }, { cause: error })
  return new Problem('internal', {}, { cause: error })
}

/** RFC 9457. `type` is the code's place in the reference. */
export function presentProblem(problem: Problem, requestId: string, docsUrl: string): ProblemAnswer {
  const { status, title, remedy } = problems[problem.code]
  const { detail, errors, retryAfterSeconds, headers } = problem.details
  return {
    status,
    // RFC 9110, 11.6.1: a 401 says how to sign in.
    headers: {
      ...(status === 401 ? { 'WWW-Authenticate': 'Bearer' } : {}),
      ...headers,
      ...(retryAfterSeconds === undefined ? {} : { 'Retry-After': String(retryAfterSeconds) }),
    },
    body: {
      type: `${docsUrl}/docs/problems#${problem.code}`,
      title,
      status,
      detail: detail ?? remedy,
      code: problem.code,
      requestId,
      ...(errors === undefined ? {} : { errors }),
    },
  }
}
