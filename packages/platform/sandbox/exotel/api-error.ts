import { randomUUID } from 'node:crypto'
import type { Json } from '../kit/json.ts'
import type { Answer } from '../kit/listen.ts'
import { xmlDocument } from './xml-answer.ts'

/** A refusal in Exotel's words. */
export class ApiError extends Error {
  readonly status: number
  readonly code: number
  constructor(status: number, message: string, code = 34_000 + status) {
    super(message)
    this.name = 'ApiError'
    this.status = status
    this.code = code
  }
}

/** Refuses a request: its parameters are wrong. */
export function refuse(message: string): never {
  throw new ApiError(400, message)
}

/** What is not there, or not this account's. */
export function notFound(what: string): never {
  throw new ApiError(404, `${what} not found`)
}

/** What a path asks for; the v2 products have their own wrapping. */
export type Format = 'json' | 'xml' | 'v2'

/** An answer in the form the path asks for. */
export function answer(format: Format, status: number, body: Record<string, unknown>): Answer {
  return format !== 'xml' ? { status, json: body } : { status, text: { type: 'application/xml', body: xmlDocument(body) } }
}

/** The answer that says what was wrong. */
export function errorAnswer(
  format: Format,
  method: string,
  { status, message, code }: Pick<ApiError, 'status' | 'message' | 'code'>,
): Answer {
  const headers = status === 401 ? { 'www-authenticate': 'Basic realm="Exotel API"' } : {}
  const said =
    format === 'v2'
      ? envelope(method, status, null, { code, message, description: message })
      : answer(format, status, { RestException: { Status: status, Message: message, Code: code } })
  return typeof said === 'string' ? said : { ...said, headers }
}

/** The wrapping that the v2 products have around every answer. */
export function envelope(method: string, status: number, data: Json, error: Json = null): Answer {
  const request_id = randomUUID().replaceAll('-', '')
  return { status, json: { request_id, method, http_code: status, response: { error_data: error, data } } }
}
