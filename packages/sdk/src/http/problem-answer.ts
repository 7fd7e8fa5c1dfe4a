import type { FieldError } from '../contract/problems.ts'
import { ConnectError } from './connect-error.ts'

/** Whether a parsed answer has names to look up. */
export const isObject = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === 'object' && value !== null

const isFieldError = (value: unknown): value is FieldError =>
  isObject(value) && typeof value['pointer'] === 'string' && typeof value['detail'] === 'string'

const textOf = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined)

/** Seconds of a Retry-After header, which is a number or a date. */
export function retryAfterSeconds(headers: Headers): number | undefined {
  const value = headers.get('retry-after')
  if (!value) return undefined
  const seconds = Number(value)
  const wait = Number.isNaN(seconds) ? (Date.parse(value) - Date.now()) / 1000 : seconds
  return Number.isNaN(wait) ? undefined : Math.max(0, wait)
}

/** Reads an answer that is not a success. Whatever stands there (a proxy's HTML too) becomes a ConnectError. */
export async function problemOf(response: Response, cause?: unknown): Promise<ConnectError> {
  const parsed: unknown = await response.json().catch(() => undefined)
  const body = isObject(parsed) ? parsed : {}
  const code = textOf(body['code'])
  const errors: unknown = body['errors']
  return new ConnectError(code ?? 'unexpected_answer', textOf(body['detail']) ?? textOf(body['title']) ?? `HTTP ${response.status}`, {
    status: response.status,
    requestId: textOf(body['requestId']) ?? response.headers.get('x-request-id') ?? undefined,
    errors: Array.isArray(errors) ? errors.filter(isFieldError) : [],
    retryAfterSeconds: retryAfterSeconds(response.headers),
    cause,
  })
}
