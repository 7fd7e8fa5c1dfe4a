import { isRecord, type Json, readJson } from '../kit/json.ts'
import type { Answer, Incoming } from '../kit/listen.ts'
import { fateOf } from '../kit/magic-identities.ts'
import { normalized, type Entry } from '../kit/people.ts'
import type { World } from './world.ts'

export type Body = { readonly [name: string]: Json }

export interface ApiRequest {
  readonly body: Body
  readonly incoming: Incoming
  /** The variable parts of the path. */
  readonly at: readonly string[]
}

const names: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  401: 'Authorization Required',
  403: 'Access Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  409: 'Conflict',
  413: 'Payload Too Large',
  422: 'Entity cannot be processed',
  502: 'Signzy is down',
  504: 'Gateway Timeout',
}

/** A refusal: v2 wraps it in `error`, v3 does not. */
export class Refusal extends Error {
  readonly status: number
  constructor(status: number, message = names[status] ?? 'Internal Server Error') {
    super(message)
    this.name = 'Refusal'
    this.status = status
  }
}

export const refusalOf = (path: string, { status, message }: Refusal): Answer => ({
  status,
  json: path.includes('/v3/') ? { status, message } : { error: { name: 'Error', status, message } },
})

export const ok = (json: Json): Answer => ({ status: 200, json })

export const text = (body: Body, name: string): string => {
  const value = body[name]
  return typeof value === 'string' ? value.trim() : ''
}

export const textsOf = (value: Json | undefined): string[] =>
  (Array.isArray(value) ? value : value === undefined ? [] : [value]).flatMap((one: Json) => (typeof one === 'string' ? [one] : []))

export function readBody({ body, headers }: Incoming): Body {
  if (/^multipart\//i.test(headers['content-type'] ?? '') || body === '') return {}
  const json = readJson(body)
  if (isRecord(json)) return json
  throw new Refusal(422)
}

/** What the registry behind a call has of a number; a number's fate may be a refusal, or no answer at all. */
export function lookUp(world: World, number: string, isWellFormed: (number: string) => boolean): Entry | 'silent' {
  const key = normalized(number)
  if (!isWellFormed(key)) throw new Refusal(422, 'Please provide a valid number')
  const fate = fateOf(key)
  if (fate === 'no-record') throw new Refusal(404, 'No record found')
  if (fate === 'down') throw new Refusal(502)
  if (fate === 'multiple') throw new Refusal(409, 'Multiple records found')
  return fate === 'silent' ? 'silent' : world.registry.entryOf(key, world.clock.now())
}

export const isPan = (pan: string): boolean => /^[A-Z]{3}[ABCEFGHJLPT][A-Z]\d{4}[A-Z]$/.test(pan)
export const isLicence = (number: string): boolean => /^[A-Z]{2}[A-Z0-9]{7,15}$/.test(number)
