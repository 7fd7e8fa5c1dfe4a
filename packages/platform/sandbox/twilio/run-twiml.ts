import { parseXml, XmlError, type XmlElement } from '../kit/xml.ts'
import { bridge, dialerOf, startDial } from './dial.ts'
import { documentFrom, methodOf, resolveUrl, seconds } from './attributes.ts'
import type { DocumentRequest, Leg } from './leg.ts'
import { endLeg, pickUp, touch, turnTo } from './legs.ts'
import { callParams, fetchDocument } from './webhooks.ts'
import { notify, type World } from './world.ts'

// No audio is made: speech takes its time by its length, a recording a fixed time.
const SPOKEN_CHARACTERS_A_SECOND = 15
const PLAY_SECONDS = 2
const MAX_DOCUMENTS_AT_ONCE = 30

/** Fetches a document and runs it, or its fallback; a call that has turned to something else meanwhile ignores it. */
export function fetchAndRun(world: World, leg: Leg, request: DocumentRequest): void {
  const now = world.clock.now()
  turnTo(leg, { kind: 'fetching', request })
  leg.documents = { atMs: now, count: leg.documents.atMs === now ? leg.documents.count + 1 : 1 }
  touch(world, leg, now)
  if (leg.documents.count > MAX_DOCUMENTS_AT_ONCE) return breakOff(world, leg, 12400, 'documents redirect to each other without end')
  const { epoch } = leg
  const run = async (): Promise<void> => {
    const params = { ...callParams(world, leg), ...request.extra }
    const fetched = await fetchDocument(world, { url: request.url, method: request.method, params })
    if (leg.epoch !== epoch || world.closing.aborted) return
    if ('text' in fetched) runDocument(world, leg, fetched.text, request, world.clock.now())
    else fallBack(world, leg, request, fetched.code, fetched.message)
  }
  const over = run().catch((error: unknown) => {
    world.log(`twilio sandbox: ${leg.sid}: ${error instanceof Error ? error.stack : String(error)}`)
    breakOff(world, leg, 11200, 'the document could not be run')
  })
  world.clock.track(over)
}

/** Runs a document that was given with the call and not fetched. */
export function runInline(world: World, leg: Leg, twiml: string, atMs: number): void {
  turnTo(leg, { kind: 'nothing' })
  runDocument(world, leg, twiml, undefined, atMs)
}

function runDocument(world: World, leg: Leg, text: string, request: DocumentRequest | undefined, atMs: number): void {
  try {
    const root = parseXml(text)
    if (root.name !== 'Response') throw new XmlError('the root element is not Response', 0)
    leg.script = { rest: root.children, base: request?.url }
  } catch (error) {
    if (!(error instanceof XmlError)) throw error
    return request ? fallBack(world, leg, request, 12100, error.message) : breakOff(world, leg, 12100, error.message)
  }
  nextVerb(world, leg, atMs)
}

function fallBack(world: World, leg: Leg, request: DocumentRequest, code: number, message: string): void {
  const { fallback } = request
  if (!fallback) return breakOff(world, leg, code, message)
  notify(world, leg.sid, code, message)
  fetchAndRun(world, leg, { ...fallback, extra: { ...request.extra, ErrorCode: String(code), ErrorUrl: request.url } })
}

/** The caller hears that an application error has occurred, and that is the end. */
function breakOff(world: World, leg: Leg, code: number, message: string): void {
  notify(world, leg.sid, code, message)
  if (leg.status !== 'in-progress') pickUp(world, leg, world.clock.now())
  endLeg(world, leg, 'completed', world.clock.now())
}

/** Runs verbs until one takes time. */
export function nextVerb(world: World, leg: Leg, atMs: number): void {
  for (;;) {
    const [verb, ...rest] = leg.script.rest
    if (!verb) return documentOver(world, leg, atMs)
    leg.script = { ...leg.script, rest }
    const run = verbs[verb.name]
    if (!run) notify(world, leg.sid, 12200, `<${verb.name}> is not known here and was passed over`)
    else if (run(world, leg, verb, atMs) === 'stop') return
  }
}

function documentOver(world: World, leg: Leg, atMs: number): void {
  if (dialerOf(world, leg) && !leg.bridged) return bridge(world, leg, atMs) // the end of a whisper
  if (leg.status !== 'in-progress') pickUp(world, leg, atMs)
  endLeg(world, leg, 'completed', atMs)
}

type Verb = (world: World, leg: Leg, verb: XmlElement, atMs: number) => 'next' | 'stop'

function wait(world: World, leg: Leg, lengthSeconds: number, atMs: number): 'next' | 'stop' {
  if (lengthSeconds === 0) return 'next'
  turnTo(leg, { kind: 'waiting' })
  // loop="0" means without end; the call's own limit is the end then.
  if (Number.isFinite(lengthSeconds)) leg.due.step = atMs + lengthSeconds * 1000
  touch(world, leg, atMs)
  return 'stop'
}

const answered = (world: World, leg: Leg, atMs: number): void => {
  if (leg.status !== 'in-progress') pickUp(world, leg, atMs)
}

function times(verb: XmlElement): number {
  const loop = seconds(verb.attributes['loop'], 0, 1_000, 1)
  return loop === 0 ? Infinity : loop
}

const verbs: Readonly<Record<string, Verb>> = {
  Say(world, leg, verb, atMs) {
    answered(world, leg, atMs)
    const length = Math.ceil(verb.text.trim().length / SPOKEN_CHARACTERS_A_SECOND)
    return wait(world, leg, length === 0 ? 0 : length * times(verb), atMs)
  },
  Play(world, leg, verb, atMs) {
    answered(world, leg, atMs)
    return wait(world, leg, PLAY_SECONDS * times(verb), atMs)
  },
  // A pause before anything else lets the caller wait for the answer.
  Pause: (world, leg, verb, atMs) => wait(world, leg, seconds(verb.attributes['length'], 0, 86_400, 1), atMs),
  Gather(world, leg, verb, atMs) {
    answered(world, leg, atMs)
    const silence = { name: 'Pause', attributes: { length: verb.attributes['timeout'] ?? '5' }, children: [], text: '' }
    leg.script = { ...leg.script, rest: [...verb.children, silence, ...leg.script.rest] } // nobody presses a key
    return 'next'
  },
  Hangup(world, leg, _verb, atMs) {
    answered(world, leg, atMs)
    endLeg(world, leg, 'completed', atMs)
    return 'stop'
  },
  Reject(world, leg, verb, atMs) {
    const refused = leg.direction === 'inbound' && leg.status === 'ringing'
    endLeg(world, leg, !refused ? 'completed' : verb.attributes['reason'] === 'busy' ? 'busy' : 'no-answer', atMs)
    return 'stop'
  },
  Redirect(world, leg, verb) {
    const request = documentFrom(verb.text, verb.attributes['method'], leg.script.base)
    if (request) world.flow.fetch(leg, request)
    else breakOff(world, leg, 11100, 'the address of <Redirect> is not valid')
    return 'stop'
  },
  Dial(world, leg, verb, atMs) {
    if (dialerOf(world, leg)) {
      breakOff(world, leg, 13201, '<Dial> inside <Dial>')
      return 'stop'
    }
    startDial(world, leg, verb, atMs)
    return 'stop'
  },
}

/** The document a number of the account answers with. */
export function voicePlan(voice: {
  voiceUrl: string
  voiceMethod: string
  voiceFallbackUrl: string
  voiceFallbackMethod: string
}): DocumentRequest {
  const fallback = resolveUrl(voice.voiceFallbackUrl, undefined)
  return {
    url: voice.voiceUrl,
    method: methodOf(voice.voiceMethod),
    extra: {},
    ...(fallback === undefined ? {} : { fallback: { url: fallback, method: methodOf(voice.voiceFallbackMethod) } }),
  }
}
