import type { Answer, Incoming } from '../kit/listen.ts'
import { isRecord, type Json, readJson } from '../kit/json.ts'
import { fateOf } from '../kit/magic-identities.ts'
import { normalized, type Entry } from '../kit/people.ts'
import { newId, type World } from './world.ts'

/** A request to the API, authenticated and taken apart. */
export interface ApiRequest {
  readonly version: 'v2' | 'v3'
  readonly body: { readonly [name: string]: Json }
  readonly incoming: Incoming
}

/** An answer in the envelope of its version: v2 says its code as text, v3 as a number. */
export function say(version: ApiRequest['version'], code: number, result?: Json, clientData?: Json): Answer {
  const about = clientData === undefined ? {} : { clientData }
  return version === 'v2'
    ? { status: 200, json: { result: result ?? {}, request_id: newId(), 'status-code': String(code), ...about } }
    : { status: 200, json: { requestId: newId(), result: result ?? {}, statusCode: code, ...about } }
}

const errors: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  402: 'Insufficient Credits',
  404: 'Not Found',
  405: 'Method Not Allowed',
  413: 'Payload Too Large',
  503: 'Source Unavailable',
  504: 'Endpoint Request Timed Out',
}

/** What is wrong with the request, or with Karza. */
export const failed = (status: number): Answer => ({
  status,
  json: { status, error: errors[status] ?? 'Internal Server Error', requestId: newId() },
})

export const text = (body: ApiRequest['body'], name: string): string => {
  const value = body[name]
  return typeof value === 'string' ? value.trim() : ''
}

export const readBody = ({ body, headers }: Incoming): ApiRequest['body'] | undefined => {
  if (/^multipart\//i.test(headers['content-type'] ?? '')) return {}
  const json = readJson(body)
  return isRecord(json) ? json : undefined
}

/** Asks the registry behind a call about a number, and answers with what it has; a number's fate may be another answer, or none. */
export function lookUp(
  world: World,
  { version, body }: ApiRequest,
  number: string,
  isWellFormed: (number: string) => boolean,
  found: (entry: Entry) => Answer,
): Answer {
  const key = normalized(number)
  const wanted = world.codes.get(key)
  if (wanted !== undefined)
    return wanted >= 400 ? failed(wanted) : wanted === 101 ? found(world.registry.entryOf(key, world.clock.now())) : say(version, wanted)
  if (text(body, 'consent').toUpperCase() !== 'Y') return say(version, 105)
  if (!isWellFormed(key)) return say(version, 102)
  const fate = fateOf(key)
  if (fate === 'down') return failed(503)
  if (fate === 'silent') return 'hang'
  if (fate === 'no-record') return say(version, 103)
  return fate === 'multiple' ? say(version, 106) : found(world.registry.entryOf(key, world.clock.now()))
}
