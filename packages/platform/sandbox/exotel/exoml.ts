import { parseXml, XmlError, type XmlElement } from '../kit/xml.ts'
import { refuse } from './api-error.ts'
import type { Leg } from './leg.ts'
import { actionOver, hangUpLeg, startAction } from './legs.ts'
import { newLegSid } from './sid.ts'
import type { World } from './world.ts'

// No audio is made or fetched: speech takes its time by its length, a sound a fixed time.
const SPOKEN_CHARACTERS_A_SECOND = 15
const PLAY_MS = 2_000
const MAX_LOOPS = 10

type Verb = (world: World, leg: Leg, verb: XmlElement, customParam: string) => string

const verbs: Readonly<Record<string, Verb>> = {
  StartSay(world, leg, verb, customParam) {
    const text = verb.text.trim()
    if (text === '') refuse('StartSay has nothing to say')
    const sid = newLegSid()
    leg.heard.push(text)
    startAction(world, leg, { sid, kind: 'say', customParam }, Math.ceil(text.length / SPOKEN_CHARACTERS_A_SECOND) * 1_000)
    return sid
  },
  StartPlay(world, leg, verb, customParam) {
    const address = verb.text.trim()
    if (!/^(?:https?:\/\/|sound:)\S+$/.test(address)) refuse('StartPlay needs an address')
    const loops = /^\d{1,2}$/.test(verb.attributes['loop'] ?? '1')
      ? Number(verb.attributes['loop'] ?? '1')
      : refuse('loop must be a number')
    const sid = newLegSid()
    leg.heard.push(address)
    startAction(world, leg, { sid, kind: 'play', customParam }, PLAY_MS * Math.min(loops === 0 ? MAX_LOOPS : loops, MAX_LOOPS))
    return sid
  },
  StopSay: stop,
  StopPlay: stop,
  Hangup(world, leg) {
    hangUpLeg(world, leg)
    return newLegSid()
  },
}

function stop(world: World, leg: Leg): string {
  if (leg.action) actionOver(world, leg, 'interrupted', world.clock.now())
  return newLegSid()
}

/** Runs an action: one verb within `<Flow>`. The result is the action's sid. */
export function runExoml(world: World, leg: Leg, exoml: string, customParam: string): string {
  const [verb, ...more] = verbsIn(exoml)
  if (!verb || more.length > 0) return refuse('exoml must have one verb within <Flow>')
  const run = Object.hasOwn(verbs, verb.name) ? verbs[verb.name] : undefined
  return run ? run(world, leg, verb, customParam) : refuse(`<${verb.name}> is not known here`)
}

function verbsIn(exoml: string): readonly XmlElement[] {
  try {
    const root = parseXml(exoml)
    return root.name === 'Flow' ? root.children : []
  } catch (error) {
    if (error instanceof XmlError) return refuse(`exoml could not be read: ${error.message}`)
    throw error
  }
}
