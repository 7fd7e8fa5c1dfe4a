import { commonControls, controlError, type ControlRoute, ok } from '../kit/control.ts'
import type { Json } from '../kit/json.ts'
import type { Answer } from '../kit/listen.ts'
import type { ExotelControl, Who } from './control.ts'
import { callIn } from './exchange.ts'
import { readMisreport } from './misreport.ts'
import { ownedNumber, ownNumber, presentNumber } from './numbers-api.ts'
import { toE164 } from './phone-number.ts'
import { presentCall } from './present-call.ts'
import { appIdOf, readFlow } from './voice-flow.ts'
import type { Settings, World } from './world.ts'

const DONE: Answer = { status: 204 }

/** The control surface over HTTP. */
export function controlRoutes(world: World, control: ExotelControl): ControlRoute[] {
  return [
    ...commonControls(world),
    ...callControls(world, control),
    {
      method: 'GET',
      path: /^\/numbers$/,
      run: () => ok({ numbers: [...world.store.numbers.all.values()].map((one) => presentNumber(world, one)) }),
    },
    { method: 'POST', path: /^\/numbers$/, run: ({ body }) => giveNumber(world, body['phoneNumber'], body['voiceUrl']) },
    { method: 'GET', path: /^\/flows$/, run: () => ok({ flows: [...world.store.flows.all.values()] }) },
    { method: 'POST', path: /^\/flows$/, run: ({ body }) => buildFlow(world, body) },
    { method: 'POST', path: /^\/dnd$/, run: ({ body }) => markDnd(world, body['phoneNumber'], body['dnd']) },
    { method: 'GET', path: /^\/settings$/, run: () => ok(world.settings) },
    { method: 'POST', path: /^\/settings$/, run: ({ body }) => changeSettings(world, body) },
    { method: 'GET', path: /^\/notifications$/, run: () => ok({ notifications: world.notifications }) },
    {
      method: 'POST',
      path: /^\/reset$/,
      run() {
        control.reset()
        return DONE
      },
    },
  ]
}

function callControls(world: World, control: ExotelControl): ControlRoute[] {
  const person = (verb: string, run: (sid: string, who?: Who) => boolean): ControlRoute => ({
    method: 'POST',
    path: new RegExp(`^/(?:calls|legs)/(\\w{1,64})/${verb}$`),
    run({ at: [sid = ''], body: { who } }) {
      if (who !== undefined && who !== 'caller' && who !== 'callee') return controlError(400, 'who must be caller or callee')
      return run(sid, who) ? DONE : controlError(409, 'the call or leg is unknown, over, or not in a state for this')
    },
  })
  return [
    { method: 'GET', path: /^\/calls$/, run: ({ query }) => ok({ calls: control.calls({ all: query.get('all') === 'true' }) }) },
    { method: 'GET', path: /^\/legs$/, run: ({ query }) => ok({ legs: control.legs({ all: query.get('all') === 'true' }) }) },
    { method: 'POST', path: /^\/calls$/, run: ({ body }) => dialIn(world, body['from'], body['to']) },
    person('answer', control.answer),
    person('hangup', control.hangUp),
    person('busy', control.decline),
    {
      method: 'POST',
      path: /^\/(?:calls|legs)\/(\w{1,64}|\*)\/misreport$/,
      run({ at: [sid = ''], body }) {
        const wrong = readMisreport(body)
        if (!wrong) return controlError(400, 'expected { conversationDuration?, duration?, status?, where?: callbacks | details }')
        control.misreport(sid, Object.keys(body).length === 0 ? undefined : wrong)
        return DONE
      },
    },
  ]
}

const numberIn = (value: Json | undefined): string | undefined => (typeof value === 'string' ? toE164(value) : undefined)

function dialIn(world: World, from: Json | undefined, to: Json | undefined): Answer {
  const caller = numberIn(from)
  const called = numberIn(to)
  if (caller === undefined || called === undefined) return controlError(400, 'from and to must be phone numbers')
  const call = callIn(world, caller, called)
  return call ? { status: 201, json: presentCall(world, call) } : controlError(404, `${called} is not a number of this account`)
}

function giveNumber(world: World, phoneNumber: Json | undefined, voiceUrl: Json | undefined): Answer {
  const number = numberIn(phoneNumber)
  const url = typeof voiceUrl === 'string' ? voiceUrl : ''
  if (number === undefined || (url !== '' && appIdOf(url, world.accountSid) === undefined)) {
    return controlError(400, 'phoneNumber must be a phone number, voiceUrl the address of a flow')
  }
  if (ownedNumber(world, number)) return controlError(409, `${number} is taken`)
  return { status: 201, json: presentNumber(world, ownNumber(world, number, url)) }
}

function buildFlow(world: World, body: { readonly [name: string]: Json }): Answer {
  const flow = readFlow(body)
  if (!flow) return controlError(400, 'expected { appId, connectUrl, fallbackUrl?, passthruUrl? }')
  world.store.flows.save(flow.appId, flow)
  return { status: 201, json: flow }
}

function markDnd(world: World, phoneNumber: Json | undefined, dnd: Json | undefined): Answer {
  const number = numberIn(phoneNumber)
  if (number === undefined || typeof dnd !== 'boolean') return controlError(400, 'phoneNumber must be a phone number, dnd true or false')
  if (dnd) world.dnd.add(number)
  else world.dnd.delete(number)
  return DONE
}

const isNumber = (value: Json, most: number): boolean => typeof value === 'number' && value >= 0 && value <= most
const checks: Readonly<Record<keyof Settings, (value: Json) => boolean>> = {
  answerAfterMs: (value) => value === null || isNumber(value, 600_000),
  figuresAfterMs: (value) => isNumber(value, 86_400_000),
  requestsPerMinute: (value) => value === null || isNumber(value, 1e9),
  legsEnabled: (value) => typeof value === 'boolean',
  overrunMs: (value) => isNumber(value, 3_600_000),
  listsOngoingCalls: (value) => typeof value === 'boolean',
  timeLimitFrom: (value) => value === 'first-answer' || value === 'bridge',
}
const isSetting = (name: string): name is keyof Settings => Object.hasOwn(checks, name)

function changeSettings(world: World, body: { readonly [name: string]: Json }): Answer {
  for (const [name, value] of Object.entries(body)) {
    if (!isSetting(name) || !checks[name](value)) return controlError(400, `not a setting, or out of range: ${name.slice(0, 40)}`)
  }
  Object.assign(world.settings, body)
  return ok(world.settings)
}
