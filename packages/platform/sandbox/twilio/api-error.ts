/** A refusal in Twilio's words. */
export class ApiError extends Error {
  readonly status: number
  readonly code: number
  constructor(status: number, code: number, message: string) {
    super(message)
    this.name = 'ApiError'
    this.status = status
    this.code = code
  }
}

/** Refuses a request: 400 with one of Twilio's codes. */
export function refuse(code: number, message: string): never {
  throw new ApiError(400, code, message)
}

/** What is not there, or not this account's. */
export function notFound(path: string): never {
  throw new ApiError(404, 20404, `The requested resource ${path} was not found`)
}

/** The body of a refusal. */
export function errorBody({ status, code, message }: { status: number; code: number; message: string }): Record<string, string | number> {
  return { code, message, more_info: `https://www.twilio.com/docs/errors/${code}`, status }
}
