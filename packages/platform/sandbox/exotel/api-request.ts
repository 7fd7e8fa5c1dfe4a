import { type Format, refuse } from './api-error.ts'

/** A request to the API, authenticated and taken apart. */
export interface ApiRequest {
  /** Without the ending that asks for JSON. */
  readonly path: string
  readonly format: Format
  readonly query: URLSearchParams
  readonly form: URLSearchParams
  readonly body: string
  /** The variable parts of the path. */
  readonly at: readonly string[]
}

/** The whole number a parameter holds, if it is given. */
export function wholeNumber(params: URLSearchParams, name: string, low: number, high: number): number | undefined {
  const text = params.get(name)
  if (text === null || text === '') return undefined
  const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN
  return value >= low && value <= high ? value : refuse(`Invalid ${name}: must be a whole number from ${low} to ${high}`)
}

/** An address, if one is given. */
export function urlParam(params: URLSearchParams, name: string): string | undefined {
  const text = params.get(name)?.trim()
  if (text === undefined || text === '') return undefined
  const fine = /^https?:$/.test(URL.parse(text)?.protocol ?? '') && text.length <= 4_000
  return fine ? text : refuse(`Invalid ${name}: must be an http or https address`)
}
