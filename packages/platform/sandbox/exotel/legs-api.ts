import { isRecord, type Json, readJson } from '../kit/json.ts'
import type { Answer } from '../kit/listen.ts'
import { ApiError, envelope, notFound, refuse } from './api-error.ts'
import type { ApiRequest } from './api-request.ts'
import { runExoml } from './exoml.ts'
import type { Bridge, Leg } from './leg.ts'
import { presentBridge, presentLeg } from './leg-events.ts'
import { createBridge, endBridge, hangUpLeg, placeLeg } from './legs.ts'
import { behaviourOf } from '../kit/magic-numbers.ts'
import { ownedNumber } from './numbers-api.ts'
import { toE164 } from './phone-number.ts'
import type { World } from './world.ts'

const MAX_LIVE_LEGS = 40_000
const MAX_LEGS_IN_BRIDGE = 10

type Body = { readonly [name: string]: Json }

function bodyOf(world: World, { body }: ApiRequest): Body {
  enabled(world)
  const json = readJson(body === '' ? '{}' : body)
  return isRecord(json) ? json : refuse('The body must be a JSON object')
}

function enabled(world: World): void {
  if (!world.settings.legsEnabled) throw new ApiError(403, 'The Legs API is not enabled for the account')
}

function text(body: Body, name: string, most = 1_000): string | undefined {
  const value = body[name]
  if (value === undefined || value === null || value === '') return undefined
  return typeof value === 'string' && value.length <= most ? value : refuse(`Invalid ${name}`)
}

function seconds(body: Body, name: string, otherwise: number, most: number): number {
  const value = body[name]
  if (value === undefined || value === null) return otherwise
  return typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= most ? value : refuse(`Invalid ${name}`)
}

/** This sandbox speaks HTTP only; the older way over gRPC is not there. */
function endpointIn(body: Body, name: string): string {
  const address = text(body, name) ?? refuse(`Mandatory parameter ${name} is missing`)
  return /^https?:$/.test(URL.parse(address)?.protocol ?? '') ? address : refuse(`Invalid ${name}: must be an https address`)
}

/** `POST /legs` */
export function createLeg(world: World, request: ApiRequest): Answer {
  const body = bodyOf(world, request)
  const contactUri = text(body, 'contact_uri') ?? refuse('Mandatory parameter contact_uri is missing')
  const number = toE164(contactUri)
  if (number === undefined || behaviourOf(number).does === 'invalid') return refuse('Invalid contact_uri: not a valid phone number')
  const exophone = text(body, 'exophone') ?? refuse('Mandatory parameter exophone is missing')
  if (!ownedNumber(world, toE164(exophone) ?? '')) refuse('Invalid exophone: not an ExoPhone of the account')
  if ((text(body, 'network_type') ?? 'pstn') !== 'pstn') refuse('Invalid network_type: only pstn here')
  const endpoint = endpointIn(body, 'leg_event_endpoint')
  const ringForSeconds = Math.min(seconds(body, 'timeout', 30, 600), seconds(body, 'ring_timeout', 30, 600))
  seconds(body, 'setup_timeout', 30, 600)
  if (world.store.legs.live() >= MAX_LIVE_LEGS) throw new ApiError(429, 'Too many legs at a time')
  const leg = placeLeg(world, {
    contactUri,
    number,
    exophone,
    endpoint,
    customParam: text(body, 'custom_param') ?? '',
    timeLimitMs: seconds(body, 'time_limit', 14_400, 14_400) * 1_000,
    ringForMs: ringForSeconds * 1_000,
  })
  const data = { ...presentLeg(world, leg), leg_event_endpoint: endpoint, created_at: new Date(leg.createdAtMs).toISOString() }
  return envelope('POST', 202, data)
}

const legAt = (world: World, { at: [sid = ''] }: ApiRequest): Leg => world.store.legs.all.get(sid) ?? notFound('The leg')

/** Only legs somebody is on can be worked with. */
function active(world: World, leg: Leg): Leg {
  return world.store.lines.all.get(leg.line)?.state === 'in-progress' ? leg : refuse(`The leg ${leg.sid} is not active`)
}

/** `GET /legs/{sid}` */
export function fetchLeg(world: World, request: ApiRequest): Answer {
  enabled(world)
  const leg = legAt(world, request)
  return envelope('GET', 200, presentLeg(world, leg))
}

/** `POST /legs/{sid}/actions/hangup` */
export function hangUp(world: World, request: ApiRequest): Answer {
  bodyOf(world, request)
  const leg = legAt(world, request)
  const line = world.store.lines.all.get(leg.line)
  if (!line || line.endedAtMs !== undefined) throw new ApiError(409, 'The leg is over already')
  hangUpLeg(world, leg)
  return envelope('POST', 202, { leg_sid: leg.sid, account_sid: world.accountSid, action: 'hangup' })
}

/** `POST /legs/{sid}/actions` */
export function runAction(world: World, request: ApiRequest): Answer {
  const body = bodyOf(world, request)
  const leg = legAt(world, request)
  const exoml = text(body, 'exoml', 16_000) ?? refuse('Mandatory parameter exoml is missing')
  const customParam = text(body, 'action_custom_param') ?? ''
  const actionSid = runExoml(world, active(world, leg), exoml, customParam)
  return envelope('POST', 202, { action_sid: actionSid, leg_sid: leg.sid, account_sid: world.accountSid })
}

/** `POST /bridges` */
export function postBridge(world: World, request: ApiRequest): Answer {
  const body = bodyOf(world, request)
  const listed = body['leg_sids']
  const sids = Array.isArray(listed) ? (listed as readonly Json[]) : refuse('Mandatory parameter leg_sids is missing')
  if (sids.length < 2 || sids.length > MAX_LEGS_IN_BRIDGE || new Set(sids).size < sids.length) refuse('Invalid leg_sids')
  const endpoint = endpointIn(body, 'bridge_event_endpoint')
  const legs = sids.map((sid) => active(world, (typeof sid === 'string' && world.store.legs.all.get(sid)) || notFound('The leg')))
  if (legs.some((leg) => leg.bridge !== undefined)) throw new ApiError(409, 'A leg is in a bridge already')
  const bridge = createBridge(world, legs, endpoint)
  return envelope('POST', 202, {
    bridge_sid: bridge.sid,
    created_at: new Date(bridge.createdAtMs).toISOString(),
    account_sid: world.accountSid,
    leg_sids: bridge.legs,
    bridge_event_endpoint: endpoint,
  })
}

const bridgeAt = (world: World, { at: [sid = ''] }: ApiRequest): Bridge => world.store.bridges.all.get(sid) ?? notFound('The bridge')

/** `GET /bridges/{sid}` */
export function fetchBridge(world: World, request: ApiRequest): Answer {
  enabled(world)
  return envelope('GET', 200, presentBridge(world, bridgeAt(world, request)))
}

/** `PUT /bridges/{sid}` with `{ "action": "stop" }` */
export function stopBridge(world: World, request: ApiRequest): Answer {
  const body = bodyOf(world, request)
  const bridge = bridgeAt(world, request)
  if (body['action'] !== 'stop') refuse('Invalid action: must be stop')
  if (bridge.endedAtMs !== undefined) throw new ApiError(409, 'The bridge is over already')
  endBridge(world, bridge, world.clock.now())
  return envelope('PUT', 202, { bridge_sid: bridge.sid, account_sid: world.accountSid, action: 'stop' })
}
