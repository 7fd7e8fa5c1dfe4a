import type { IncomingMessage } from 'node:http'
import type { FieldError, ParsedRequest, Route, RouteSchemas } from '@impacthub/sdk/contract'
import type * as z from 'zod'
import { hideAadhaar } from '../base/hide-aadhaar.ts'
import { fail } from '../base/problem.ts'
import { jsonText, readBody } from './read-body.ts'
import { readForm } from './read-form.ts'
import { JsonRefused, parseStrictJson } from './strict-json.ts'
import type { Hold } from './upload-room.ts'

const maxErrors = 20

/** Checks headers, path, query and body against the route's schemas; what a handler gets has passed. */
export async function validate(
  request: IncomingMessage,
  schemas: RouteSchemas,
  given: {
    params: Record<string, string | undefined>
    query: Iterable<[string, string]>
  } & Taken,
): Promise<ParsedRequest<RouteSchemas>> {
  const errors: FieldError[] = []
  const headers = schemas.headers && check(schemas.headers, ownHeaders(request, schemas.headers), '/headers', errors)
  const params = check(schemas.params, given.params, '/params', errors)
  const query = check(schemas.query, flatten(given.query, errors), '/query', errors)
  const body = check(schemas.body, await readContent(request, given), '', errors)
  if (errors.length > 0) fail('invalid_request', { errors: errors.slice(0, maxErrors) })
  return { headers, params, query, body } as ParsedRequest<RouteSchemas>
}

/** Those that the route knows; what else is sent is nobody's business here. */
function ownHeaders(request: IncomingMessage, schema: z.ZodObject): Record<string, unknown> {
  const names = Object.keys(schema.shape).filter((name) => request.headers[name] !== undefined)
  return Object.fromEntries(names.map((name) => [name, request.headers[name]]))
}

interface Taken {
  /** What the body may be. */
  readonly route: Pick<Route, 'takes' | 'longestText' | 'longestBody'>
  /** Room for a file. */
  readonly hold: Hold
}

async function readContent(request: IncomingMessage, { route, hold }: Taken): Promise<unknown> {
  if (request.method === 'GET' || request.method === 'HEAD' || request.method === 'DELETE') return {}
  // Octets are worked on as they come.
  if (route.takes === 'octets') return {}
  return route.takes === 'form' ? readForm(request, hold, route.longestBody) : readJson(request, route)
}

async function readJson(request: IncomingMessage, { longestText, longestBody }: Taken['route']): Promise<unknown> {
  const text = jsonText(request, await readBody(request, { kibibytes: longestBody }))
  if (text === undefined) return {}
  try {
    return parseStrictJson(text, longestText)
  } catch (error) {
    if (error instanceof JsonRefused) return fail('invalid_request', { errors: [{ pointer: error.pointer, detail: error.message }] })
    throw error
  }
}

function flatten(query: Iterable<[string, string]>, errors: FieldError[]): Record<string, string> {
  const fields: Record<string, string> = Object.create(null) as Record<string, string>
  for (const [name, value] of query) {
    if (name in fields) errors.push({ pointer: `/query/${shown(name)}`, detail: 'is given twice' })
    else if (value.includes('\u0000') || !value.isWellFormed())
      errors.push({ pointer: `/query/${shown(name)}`, detail: 'holds a character that is not allowed' })
    fields[name] = value
  }
  return { ...fields }
}

/** A name as a step of a JSON pointer (RFC 6901). */
const shown = (name: string) => hideAadhaar(name).slice(0, 64).replaceAll('~', '~0').replaceAll('/', '~1')

function check(schema: z.ZodObject | undefined, value: unknown, base: string, errors: FieldError[]): unknown {
  if (schema === undefined) {
    const extra = value !== null && typeof value === 'object' && !Array.isArray(value) ? Object.keys(value) : ['']
    // Parameters of the path are the router's own; anything else that was sent here has no meaning.
    if (base !== '/params')
      for (const name of extra)
        errors.push({ pointer: name === '' ? base : `${base}/${shown(name)}`, detail: 'is not a field of this request' })
    return undefined
  }
  const result = schema.safeParse(value)
  if (result.success) return result.data
  for (const issue of result.error.issues) {
    const path = [base, ...issue.path.map((part) => shown(String(part)))].join('/')
    if (issue.code === 'unrecognized_keys')
      for (const key of issue.keys) errors.push({ pointer: `${path}/${shown(key)}`, detail: 'is not a field of this request' })
    else {
      const detail = describe(issue)
      // Two checks of one field may find the same, one after the other: of a whole number, its own bound and that of whole numbers.
      const last = errors.at(-1)
      if (last?.pointer !== path || last.detail !== detail) errors.push({ pointer: path, detail })
    }
  }
  return undefined
}

/** What is wrong in a few words; the value that was sent is not repeated. */
function describe(issue: z.core.$ZodIssue): string {
  if (issue.code === 'invalid_type') return `must be ${issue.expected === 'int' ? 'a whole number' : `of type ${issue.expected}`}`
  if (issue.code === 'invalid_format' && issue.message.startsWith('must')) return issue.message
  if (issue.code === 'invalid_value') return `must be one of ${issue.values.map(String).join(', ')}`
  if (issue.code === 'too_big') return bound('at most', issue.maximum, issue.origin)
  if (issue.code === 'too_small') return bound('at least', issue.minimum, issue.origin)
  return issue.message.startsWith('must') ? issue.message : 'is not valid'
}

/** `must be at most 100`, `must have at least 1 item`. */
function bound(side: string, limit: number | bigint, origin: string): string {
  const counted = origin === 'string' ? 'character' : origin === 'array' ? 'item' : undefined
  return counted === undefined ? `must be ${side} ${limit}` : `must have ${side} ${limit} ${counted}${Number(limit) === 1 ? '' : 's'}`
}
