import type { XmlElement } from '../kit/xml.ts'
import { randomUUID } from 'node:crypto'
import { joinConference } from './conference.ts'
import { toE164 } from './countries.ts'
import { documentFrom, flag, methodOf, resolveUrl, seconds, targetFrom } from './attributes.ts'
import { type Dialing, durationSeconds, isLive, type Leg } from './leg.ts'
import { DEFAULT_TIME_LIMIT_MS, endLeg, hangUp, pickUp, placeLeg, touch, turnTo } from './legs.ts'
import { callParams } from './webhooks.ts'
import { notify, type World } from './world.ts'

const MAX_NUMBERS = 10

/** Runs a `<Dial>`: a conference, or one call for each number, all at once. */
export function startDial(world: World, leg: Leg, verb: XmlElement, atMs: number): void {
  const { base } = leg.script
  const action = verb.attributes['action'] ? resolveUrl(verb.attributes['action'], base) : undefined
  const dialing: Dialing = {
    kind: 'dialing',
    children: [],
    action: action === undefined ? undefined : { url: action, method: methodOf(verb.attributes['method']) },
    timeLimitMs: seconds(verb.attributes['timeLimit'], 1, 86_400, DEFAULT_TIME_LIMIT_MS / 1000) * 1000,
    answerOnBridge: flag(verb.attributes['answerOnBridge'], false),
  }
  const room = verb.children.find((noun) => noun.name === 'Conference')
  if (leg.status !== 'in-progress' && (room || !dialing.answerOnBridge)) pickUp(world, leg, atMs)
  if (room) return enterRoom(world, leg, dialing, room, atMs)
  const callerId = toE164(verb.attributes['callerId'] ?? leg.from)
  if (callerId === undefined || !mayShow(world, leg, callerId)) {
    notify(world, leg.sid, 13214, 'the callerId is not a number of this account')
    turnTo(leg, dialing)
    return dialOver(world, leg, dialing, undefined, atMs)
  }
  const ringForMs = seconds(verb.attributes['timeout'], 1, 600, 30) * 1000
  const children = nounsOf(verb).map((noun) => dialNumber(world, leg, noun, callerId, ringForMs))
  turnTo(leg, { ...dialing, children: children.map((child) => child.sid) })
  touch(world, leg, atMs)
  if (children.length === 0) {
    notify(world, leg.sid, 13223, 'nothing in <Dial> that this sandbox can call')
    dialOver(world, leg, dialing, undefined, atMs)
  }
}

/** Only numbers of the account, or the number that the caller himself showed, may be shown to the callee. */
function mayShow(world: World, leg: Leg, callerId: string): boolean {
  if (leg.direction === 'inbound' && callerId === leg.from) return true
  return [...world.store.numbers.values()].some((number) => number.phoneNumber === callerId)
}

function nounsOf(verb: XmlElement): readonly XmlElement[] {
  const plain = verb.text.trim()
  const nouns = plain === '' ? [] : [{ name: 'Number', attributes: {}, children: [], text: plain }]
  return [...nouns, ...verb.children.filter((noun) => noun.name === 'Number')].slice(0, MAX_NUMBERS)
}

function dialNumber(world: World, parent: Leg, noun: XmlElement, from: string, ringForMs: number): Leg {
  const written = noun.text.trim()
  return placeLeg(world, {
    to: toE164(written) ?? written.slice(0, 64),
    from,
    direction: 'outbound-dial',
    parentSid: parent.sid,
    statusTarget: targetFrom(noun, parent.script.base),
    plan: { document: documentFrom(noun.attributes['url'], noun.attributes['method'], parent.script.base) },
    ringForMs,
  })
}

function enterRoom(world: World, leg: Leg, dialing: Dialing, room: XmlElement, atMs: number): void {
  const conferenceSid = joinConference(world, leg, room, atMs)
  turnTo(leg, conferenceSid === undefined ? dialing : { kind: 'conference', conferenceSid, action: dialing.action })
  if (conferenceSid === undefined) dialOver(world, leg, dialing, undefined, atMs)
  else {
    leg.due.dialLimit = atMs + dialing.timeLimitMs + world.settings.overrunMs
    touch(world, leg, atMs)
  }
}

/** The parent whose `<Dial>` the leg belongs to, if that is still so. */
export function dialerOf(world: World, child: Leg): { parent: Leg; dialing: Dialing } | undefined {
  const parent = child.detached ? undefined : world.store.legs.get(child.parentSid ?? '')
  const dialing = parent?.doing
  return parent && dialing?.kind === 'dialing' && dialing.children.includes(child.sid) ? { parent, dialing } : undefined
}

const childrenOf = (world: World, dialing: Dialing): Leg[] => dialing.children.flatMap((sid) => world.store.legs.get(sid) ?? [])

/** A dialled phone was picked up: the others stop ringing; a whisper comes before the two are joined. */
export function childAnswered(world: World, child: Leg, atMs: number): void {
  const dialer = dialerOf(world, child)
  if (!dialer || dialer.dialing.winner !== undefined) return hangUp(world, child, atMs)
  dialer.parent.doing = { ...dialer.dialing, winner: child.sid }
  for (const other of childrenOf(world, dialer.dialing)) if (other !== child) hangUp(world, other, atMs)
  touch(world, dialer.parent, atMs)
  if (child.plan.document) world.flow.fetch(child, child.plan.document)
  else bridge(world, child, atMs)
}

/** The two can hear each other from here on. */
export function bridge(world: World, child: Leg, atMs: number): void {
  const dialer = dialerOf(world, child)
  if (!dialer) return hangUp(world, child, atMs)
  child.bridged = true
  turnTo(child, { kind: 'bridged' })
  child.due.dialLimit = atMs + dialer.dialing.timeLimitMs + world.settings.overrunMs
  if (dialer.parent.status !== 'in-progress') pickUp(world, dialer.parent, atMs)
  touch(world, dialer.parent, atMs)
  touch(world, child, atMs)
}

/** A dialled leg is over; so is the `<Dial>` when nobody else can still pick up. */
export function childEnded(world: World, child: Leg, atMs: number): void {
  const dialer = dialerOf(world, child)
  if (!dialer || !isLive(dialer.parent)) return
  const { winner } = dialer.dialing
  const others = childrenOf(world, dialer.dialing).filter((leg) => leg !== child)
  if (winner === child.sid || (winner === undefined && !others.some(isLive))) dialOver(world, dialer.parent, dialer.dialing, child, atMs)
}

/** What `<Dial>` reports about its outcome. */
export function dialParams(child: Leg | undefined, status = 'failed'): Record<string, string> {
  return {
    ...(child ? { DialCallSid: child.sid } : {}),
    DialCallStatus: child && !isLive(child) ? child.status : status,
    DialCallDuration: String(child ? durationSeconds(child) : 0),
    DialBridged: String(child?.bridged ?? false),
  }
}

/** Goes on behind a `<Dial>`: with its action document if it has one, else with the next verb. */
export function dialOver(
  world: World,
  parent: Leg,
  { action }: Pick<Dialing, 'action'>,
  child: Leg | undefined,
  atMs: number,
  status?: string,
): void {
  delete parent.due.dialLimit
  turnTo(parent, { kind: 'nothing' })
  if (action) world.flow.fetch(parent, { ...action, extra: dialParams(child, status) })
  else world.flow.proceed(parent, atMs)
}

/** The dialling call ended first: the dialled ones end with it, and the action is told, though its answer cannot be run. */
export function dialerEnded(world: World, parent: Leg, dialing: Dialing, atMs: number): void {
  const children = childrenOf(world, dialing)
  for (const child of children) {
    if (child.status === 'in-progress') endLeg(world, child, 'completed', atMs)
    else hangUp(world, child, atMs)
  }
  reportAction(world, parent, dialing.action, dialParams(children.find((child) => child.sid === dialing.winner) ?? children[0]))
}

/** Tells the action of a `<Dial>` how it went after the call itself is over. */
export function reportAction(world: World, parent: Leg, action: Dialing['action'], outcome: Record<string, string>): void {
  if (!action) return
  world.deliveries.add({
    id: randomUUID(),
    key: `${parent.sid}:action`,
    about: { kind: 'action', event: 'action', sid: parent.sid, leg: 'parent', to: parent.to },
    ...action,
    params: { ...callParams(world, parent), ...outcome },
  })
}
