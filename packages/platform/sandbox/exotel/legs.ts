import { setAlarm } from '../kit/alarms.ts'
import { type Bridge, type Leg, type LegAction, legDues } from './leg.ts'
import { tellAction, tellBridge, tellLeg } from './leg-events.ts'
import type { Line } from './line.ts'
import { dialLine, dropLine, touchLine } from './lines.ts'
import { newLegSid } from './sid.ts'
import type { World } from './world.ts'

/** A leg to be dialled. */
export type NewLeg = Pick<Leg, 'contactUri' | 'exophone' | 'endpoint' | 'customParam' | 'timeLimitMs'> & {
  readonly number: string
  readonly ringForMs: number
}

/** Writes the leg down and sets its alarm. */
export function touchLeg(world: World, leg: Leg): void {
  world.store.legs.save(leg.sid, leg)
  setAlarm(world, `leg:${leg.sid}`, leg, legDues, (_kind, atMs) => actionOver(world, leg, 'completed', atMs))
}

/** Dials a phone of its own. */
export function placeLeg(world: World, { number, ringForMs, ...wish }: NewLeg): Leg {
  const now = world.clock.now()
  const sid = newLegSid()
  const line = dialLine(world, { role: 'leg', owner: sid, number, ringForMs }, now)
  const leg: Leg = { ...wish, sid, line: line.id, createdAtMs: now, updatedAtMs: now, heard: [], due: {} }
  tellLeg(world, leg, 'leg_connecting', now)
  return leg
}

const legOf = (world: World, line: Line): Leg | undefined => world.store.legs.all.get(line.owner)

/** The phone of a leg rings. */
export function legRings(world: World, line: Line, atMs: number): void {
  const leg = legOf(world, line)
  if (leg) tellLeg(world, leg, 'leg_ringing', atMs)
}

/** The phone of a leg was picked up: its time runs. */
export function legAnswered(world: World, line: Line, atMs: number): void {
  const leg = legOf(world, line)
  if (!leg) return dropLine(world, line, atMs)
  line.due.limit = atMs + leg.timeLimitMs + world.settings.overrunMs
  touchLine(world, line)
  tellLeg(world, leg, 'leg_answered', atMs)
}

/** The phone of a leg is done with: so is what it was doing, and its part in a bridge. */
export function legEnded(world: World, line: Line, atMs: number): void {
  const leg = legOf(world, line)
  if (!leg) return
  if (leg.action) actionOver(world, leg, 'interrupted', atMs)
  const bridge = bridgeOf(world, leg)
  if (bridge) leave(world, bridge, leg, atMs)
  // A phone the network could not reach never was a leg.
  if (line.state === 'failed')
    tellLeg(world, leg, 'leg_failed_to_create', atMs, { error: { error_code: 503, message: 'The number could not be reached' } })
  else tellLeg(world, leg, 'leg_terminated', atMs)
  touchLeg(world, leg)
}

/** Ends a leg from the customer's side. */
export function hangUpLeg(world: World, leg: Leg): void {
  const line = world.store.lines.all.get(leg.line)
  if (line) dropLine(world, line, world.clock.now())
}

const bridgeOf = (world: World, leg: Leg): Bridge | undefined => world.store.bridges.all.get(leg.bridge ?? '')

/** Lets legs hear each other. */
export function createBridge(world: World, legs: readonly Leg[], endpoint: string): Bridge {
  const now = world.clock.now()
  const sids = legs.map(({ sid }) => sid)
  const bridge: Bridge = { sid: newLegSid(), legs: sids, active: sids, endpoint, createdAtMs: now, updatedAtMs: now }
  tellBridge(world, bridge, 'bridge_created', now)
  for (const leg of legs) {
    leg.bridge = bridge.sid
    tellLeg(world, leg, 'leg_joined_bridge', now, { bridge_sid: bridge.sid })
  }
  return bridge
}

function leave(world: World, bridge: Bridge, leg: Leg, atMs: number): void {
  bridge.active = bridge.active.filter((sid) => sid !== leg.sid)
  leg.bridge = undefined
  tellLeg(world, leg, 'leg_left_bridge', atMs, { bridge_sid: bridge.sid })
  if (bridge.active.length < 2) endBridge(world, bridge, atMs)
}

/** Ends a bridge; its legs stay on the line, each by itself. */
export function endBridge(world: World, bridge: Bridge, atMs: number): void {
  if (bridge.endedAtMs !== undefined) return
  bridge.endedAtMs = atMs
  const { active } = bridge
  bridge.active = []
  for (const sid of active) {
    const leg = world.store.legs.all.get(sid)
    if (!leg) continue
    leg.bridge = undefined
    tellLeg(world, leg, 'leg_left_bridge', atMs, { bridge_sid: bridge.sid })
  }
  tellBridge(world, bridge, 'bridge_terminal', atMs)
}

/** Something is said or played on a leg; what was on is interrupted. */
export function startAction(world: World, leg: Leg, action: LegAction, lengthMs: number): void {
  const now = world.clock.now()
  if (leg.action) actionOver(world, leg, 'interrupted', now)
  leg.action = action
  leg.due.heard = now + lengthMs
  tellAction(world, leg, `${action.kind}_started`, action, now)
  touchLeg(world, leg)
}

/** What was on has been heard, or was interrupted. */
export function actionOver(world: World, leg: Leg, how: 'completed' | 'interrupted', atMs: number): void {
  const { action } = leg
  delete leg.due.heard
  leg.action = undefined
  if (action) tellAction(world, leg, `${action.kind}_${how}`, action, atMs)
  touchLeg(world, leg)
}
