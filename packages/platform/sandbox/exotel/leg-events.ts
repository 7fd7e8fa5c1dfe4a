import type { Json } from '../kit/json.ts'
import type { Bridge, Leg } from './leg.ts'
import type { Line } from './line.ts'
import { misreportOf } from './misreport.ts'
import { newLegSid } from './sid.ts'
import type { World } from './world.ts'

const iso = (ms: number | undefined): string | null => (ms === undefined ? null : new Date(ms).toISOString())

/** `connecting`, `ringing`, `in-progress`, and `terminal` when it is over; how it was over is said beside it. */
function stateOf(line: Line | undefined): { state: string; terminal_status: string | null } {
  if (!line) return { state: 'terminal', terminal_status: 'failed' }
  const { state } = line
  if (state === 'connecting' || state === 'ringing' || state === 'in-progress') return { state, terminal_status: null }
  return { state: 'terminal', terminal_status: state }
}

/** A leg as its events show it. */
function presentInEvent(world: World, leg: Leg): Record<string, Json> {
  const line = world.store.lines.all.get(leg.line)
  return {
    leg_sid: leg.sid,
    account_sid: world.accountSid,
    contact_uri: leg.contactUri,
    exophone: leg.exophone,
    custom_param: leg.customParam,
    ...stateOf(line),
    start_time: iso(leg.createdAtMs),
    end_time: iso(line?.endedAtMs),
    date_created: iso(leg.createdAtMs),
    date_updated: iso(leg.updatedAtMs),
  }
}

/** A leg as the API shows it: what is not known before the end is left out until then, and somebody who has answered is `connected`. */
export function presentLeg(world: World, leg: Leg): Record<string, Json> {
  const line = world.store.lines.all.get(leg.line)
  const { state, terminal_status, end_time, custom_param: _, ...shown } = presentInEvent(world, leg)
  const wrong = misreportOf(world.misreports, leg.sid, 'details')
  const isOver = line?.endedAtMs !== undefined
  return {
    ...shown,
    caller_id: leg.exophone,
    direction: 'outbound',
    network_type: 'pstn',
    time_limit: leg.timeLimitMs / 1_000,
    state: state === 'in-progress' ? 'connected' : (state ?? null),
    ...(isOver
      ? {
          terminal_status: wrong.status ?? terminal_status ?? null,
          end_time: end_time ?? null,
          on_call_duration_ms: wrong.duration === undefined ? onCallMs(line) : wrong.duration,
        }
      : {}),
  }
}

const onCallMs = ({ answeredAtMs, endedAtMs }: Line): number =>
  answeredAtMs === undefined || endedAtMs === undefined ? 0 : endedAtMs - answeredAtMs

/** A bridge as its events and the API show it. */
export function presentBridge(world: World, bridge: Bridge): Record<string, Json> {
  const isOver = bridge.endedAtMs !== undefined
  return {
    bridge_sid: bridge.sid,
    sid: bridge.sid,
    account_sid: world.accountSid,
    state: isOver ? 'terminal' : 'active',
    terminal_status: isOver ? 'completed' : null,
    date_created: iso(bridge.createdAtMs),
    date_updated: iso(bridge.updatedAtMs),
    start_time: iso(bridge.createdAtMs),
    end_time: iso(bridge.endedAtMs),
    active_legs: bridge.active,
    leg_sids: bridge.legs,
  }
}

interface Told {
  readonly name: string
  readonly type: 'leg_lifecycle_event' | 'leg_action_event' | 'bridge_lifecycle_event'
  readonly actionSid?: string | undefined
  readonly customParam?: string | undefined
  readonly eventData?: Json
  readonly data: Record<string, Json>
}

function send(world: World, about: Record<string, string>, endpoint: string, told: Told, atMs: number): void {
  const sid = newLegSid()
  world.deliveries.add({
    id: sid,
    key: about['sid'] ?? sid,
    about: { ...about, event: told.name },
    url: endpoint,
    method: 'POST',
    params: {},
    json: {
      event_sid: sid,
      event_type: told.type,
      event_name: told.name,
      event_timestamp: new Date(atMs).toISOString(),
      action_sid: told.actionSid ?? null,
      action_custom_parameter: told.customParam ?? '',
      event_data: told.eventData ?? { data: {} },
      data: told.data,
    },
  })
}

/** What happened to a leg itself. */
export type LegEvent =
  'leg_connecting' | 'leg_ringing' | 'leg_answered' | 'leg_terminated' | 'leg_failed_to_create' | 'leg_joined_bridge' | 'leg_left_bridge'

/** Tells the leg's endpoint. */
export function tellLeg(world: World, leg: Leg, name: LegEvent, atMs: number, eventData?: Json): void {
  leg.updatedAtMs = Math.max(leg.updatedAtMs, atMs)
  world.store.legs.save(leg.sid, leg)
  const about = { kind: 'leg', sid: leg.sid, to: leg.contactUri }
  send(
    world,
    about,
    leg.endpoint,
    { name, type: 'leg_lifecycle_event', ...(eventData === undefined ? {} : { eventData }), data: presentInEvent(world, leg) },
    atMs,
  )
}

/** Tells the leg's endpoint how an action goes. */
export function tellAction(world: World, leg: Leg, name: string, action: { sid: string; customParam: string }, atMs: number): void {
  const about = { kind: 'leg', sid: leg.sid, to: leg.contactUri }
  const told: Told = {
    name,
    type: 'leg_action_event',
    actionSid: action.sid,
    customParam: action.customParam,
    data: presentInEvent(world, leg),
  }
  send(world, about, leg.endpoint, told, atMs)
}

/** Tells the bridge's endpoint. */
export function tellBridge(world: World, bridge: Bridge, name: 'bridge_created' | 'bridge_terminal', atMs: number): void {
  bridge.updatedAtMs = Math.max(bridge.updatedAtMs, atMs)
  world.store.bridges.save(bridge.sid, bridge)
  const told: Told = { name, type: 'bridge_lifecycle_event', data: presentBridge(world, bridge) }
  send(world, { kind: 'bridge', sid: bridge.sid }, bridge.endpoint, told, atMs)
}
