import { setMaxListeners } from 'node:events'
import { type Clock, realClock } from '../kit/clock.ts'
import { createDeliveries, createGate } from '../kit/deliver-later.ts'
import { createFaultBook } from '../kit/faults.ts'
import { serveSandbox } from '../kit/serve-sandbox.ts'
import { answerApi, refused } from './api.ts'
import { controlOf, type ExotelControl } from './control.ts'
import { controlRoutes } from './control-routes.ts'
import { flowOf, resume } from './exchange.ts'
import { ownedNumber, ownNumber } from './numbers-api.ts'
import { performDelivery } from './perform.ts'
import { toE164 } from './phone-number.ts'
import { createRateLimit } from './rate-limit.ts'
import { openStore } from './store.ts'
import { readFlow, type VoiceFlow } from './voice-flow.ts'
import type { Settings, World } from './world.ts'

/** The account that a sandbox has unless it is told otherwise. */
export const SANDBOX_EXOTEL_ACCOUNT_SID = 'sandbox1'
/** Its key. */
export const SANDBOX_EXOTEL_API_KEY = 'sandbox0key0sandbox0key0sandbox0key0sandbox0key0'
/** Its token. Both are public and open nothing but a sandbox. */
export const SANDBOX_EXOTEL_API_TOKEN = 'sandbox0token0sandbox0token0sandbox0token0sandbo'

/** How a sandbox is to be started; each option may be left out. */
export interface ExotelSandboxOptions {
  /** 0, the default, takes any free port. */
  readonly port?: number | undefined
  /** 127.0.0.1 by default: the control surface has no password. */
  readonly host?: string | undefined
  readonly accountSid?: string | undefined
  readonly apiKey?: string | undefined
  readonly apiToken?: string | undefined
  /** The wall clock by default. */
  readonly clock?: Clock | undefined
  /** Where calls, numbers and flows are kept over a restart; without it they are forgotten. */
  readonly stateFile?: string | undefined
  /** How long phones ring before they are answered: 1500 by default, so that one sees them ring; null for never by themselves. */
  readonly answerAfterMs?: number | null | undefined
  /** How long after the end durations and prices are known: 2000 by default; with the real provider it is minutes. */
  readonly figuresAfterMs?: number | undefined
  /** 200 by default, as documented; null for no limit. */
  readonly requestsPerMinute?: number | null | undefined
  /** Whether the Legs API is enabled for the account: so by default. */
  readonly legsEnabled?: boolean | undefined
  /** Whether the list of calls shows those that are not over: not by default, as documented. */
  readonly listsOngoingCalls?: boolean | undefined
  /** From when `TimeLimit` counts, which the documentation does not say: `first-answer` by default. */
  readonly timeLimitFrom?: Settings['timeLimitFrom'] | undefined
  /** Numbers that the account owns from the start. */
  readonly numbers?: readonly string[] | undefined
  /** Flows that are built from the start. */
  readonly flows?: readonly VoiceFlow[] | undefined
  /** Told of faults on the customer's side and of our own; silent by default. */
  readonly log?: ((line: string) => void) | undefined
}

/** A sandbox that runs. */
export interface ExotelSandbox {
  /** What stands for `https://api.in.exotel.com` and `https://cpaas-api.in.exotel.com` alike. */
  readonly url: string
  readonly accountSid: string
  readonly apiKey: string
  readonly apiToken: string
  readonly clock: Clock
  readonly control: ExotelControl
  /** Stops it; what was under way is in the state file. */
  close(): Promise<void>
}

/** Starts a server that speaks Exotel's wire protocols for calls and phone numbers. */
export async function startExotelSandbox(options: ExotelSandboxOptions = {}): Promise<ExotelSandbox> {
  const accountSid = options.accountSid ?? SANDBOX_EXOTEL_ACCOUNT_SID
  if (!/^[\w-]{1,64}$/.test(accountSid)) throw new Error('accountSid must be letters, digits, _ and -')
  const closing = new AbortController()
  setMaxListeners(0, closing.signal) // each request on its way listens
  const world = createWorld(accountSid, options, closing.signal)
  const control = controlOf(world)
  furnish(world, options)
  const server = await serveSandbox(world, closing, {
    handle: (request) => answerApi(world, request),
    refuse: refused,
    routes: controlRoutes(world, control),
    host: options.host,
    port: options.port,
  })
  resume(world)
  const { apiKey, apiToken, clock } = world
  return {
    url: server.url,
    accountSid,
    apiKey,
    apiToken,
    clock,
    control,
    close: server.close,
  }
}

const settingsOf = (options: ExotelSandboxOptions): Settings => ({
  answerAfterMs: options.answerAfterMs === undefined ? 1_500 : options.answerAfterMs,
  figuresAfterMs: options.figuresAfterMs ?? 2_000,
  requestsPerMinute: options.requestsPerMinute === undefined ? 200 : options.requestsPerMinute,
  legsEnabled: options.legsEnabled ?? true,
  overrunMs: 0,
  listsOngoingCalls: options.listsOngoingCalls ?? false,
  timeLimitFrom: options.timeLimitFrom ?? 'first-answer',
})

function createWorld(accountSid: string, options: ExotelSandboxOptions, closing: AbortSignal): World {
  const clock = options.clock ?? realClock()
  const gate = createGate()
  const faults = createFaultBook()
  const log = options.log ?? (() => undefined)
  const store = openStore(options.stateFile, (error) => log(`exotel sandbox: the state could not be written: ${String(error)}`))
  const world: World = {
    accountSid,
    apiKey: options.apiKey ?? SANDBOX_EXOTEL_API_KEY,
    apiToken: options.apiToken ?? SANDBOX_EXOTEL_API_TOKEN,
    clock,
    gate,
    faults,
    store,
    closing,
    settings: settingsOf(options),
    rate: createRateLimit(),
    timers: new Map(),
    notifications: [],
    misreports: new Map(),
    dnd: new Set(),
    log,
    deliveries: createDeliveries({
      clock,
      gate,
      faults,
      perform: (delivery, spoilt) => performDelivery(world, delivery, spoilt !== undefined),
      changed(delivery, pending) {
        // What a closing sandbox could not send any more is sent by the next one.
        if (!closing.aborted) store.saveDelivery(delivery, pending)
      },
    }),
    flow: flowOf(() => world),
  }
  return world
}

/** Numbers and flows that are there from the start. */
function furnish(world: World, { numbers = [], flows = [] }: ExotelSandboxOptions): void {
  for (const written of numbers) {
    const phoneNumber = toE164(written)
    if (phoneNumber === undefined) throw new Error(`not a phone number: ${written}`)
    if (!ownedNumber(world, phoneNumber)) ownNumber(world, phoneNumber)
  }
  for (const one of flows) {
    const flow = readFlow(one)
    if (!flow) throw new Error(`not a flow: ${one.appId}`)
    world.store.flows.save(flow.appId, flow)
  }
}
