import { timingSafeEqual } from 'node:crypto'
import { answerWith } from '../kit/faults.ts'
import type { Answer, Incoming } from '../kit/listen.ts'
import { type ApiRequest, failed, readBody } from './answers.ts'
import * as passwords from './one-time-passwords.ts'
import { readCard } from './read-card.ts'
import * as registries from './registries.ts'
import type { World } from './world.ts'

type Handler = (world: World, request: ApiRequest) => Answer

/** The same paths below Karza's host and below the hub's `/api/kyc`. */
const handlers: Readonly<Record<string, Handler>> = {
  '/v2/pan': registries.panName,
  '/v2/pan-authentication': registries.panAuthentication,
  '/v3/pan-profile': registries.panProfile,
  '/v3/dl': registries.drivingLicence,
  '/v3/name': registries.compareNames,
  '/v3/ocr/kyc': readCard,
  '/v3/kycocr': readCard,
  '/v3/aadhaar-consent': passwords.consent,
  '/v3/get-aadhaar-otp': passwords.sendPassword('accessKey'),
  '/v3/get-aadhaar-file': passwords.openFile,
  '/v3/aadhaar-xml/otp': passwords.sendPassword('requestId'),
  '/v3/aadhaar-xml/file': passwords.openFile,
  '/v3/eaadhaar/otp': passwords.sendPassword('accessKey'),
  '/v3/eaadhaar/file': passwords.openFile,
}

const isKey = (world: World, given: string): boolean => {
  const [one, other] = [Buffer.from(given), Buffer.from(world.apiKey)]
  return one.length === other.length && timingSafeEqual(one, other)
}

/** Answers a request to the API. */
export function answerApi(world: World, incoming: Incoming): Answer {
  const fault = world.faults.forApi(incoming.method, incoming.path)
  if (fault?.action === 'hang') return 'hang'
  if (fault?.action === 'fail') return failed(fault.status ?? 503)
  return answerWith(fault, route(world, incoming))
}

function route(world: World, incoming: Incoming): Answer {
  const path = incoming.path.replace(/^\/api\/kyc(?=\/)/, '').replace(/\/$/, '')
  const handler = Object.hasOwn(handlers, path) ? handlers[path] : undefined
  if (handler === undefined) return failed(404)
  if (incoming.method !== 'POST') return failed(405)
  const { 'x-karza-key': older, 'x-auth-key': newer } = incoming.headers
  const key = older ?? newer
  if (typeof key !== 'string' || !isKey(world, key)) return failed(401)
  const body = readBody(incoming)
  return body === undefined ? failed(400) : handler(world, { version: path.startsWith('/v2/') ? 'v2' : 'v3', body, incoming })
}
