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

/** What a path asks for. */
export type Format = 'json' | 'xml'

/** An answer in the form the path asks for. */
export function answer(format: Format, status: number, body: Record<string, unknown>): Answer {
  return format === 'json' ? { status, json: body } : { status, text: { type: 'application/xml', body: xmlDocument(body) } }
}

/** The answer that says what was wrong. */
export function errorAnswer(format: Format, { status, message, code }: { status: number; message: string; code: number }): Answer {
  const headers = status === 401 ? { 'www-authenticate': 'Basic realm="Exotel API"' } : {}
  const said = answer(format, status, { RestException: { Status: status, Message: message, Code: code } })
  return typeof said === 'string' ? said : { ...said, headers }
}
