import { setMaxListeners } from 'node:events'
import { type Clock, realClock } from '../kit/clock.ts'
import { createDeliveries, createGate } from '../kit/deliver-later.ts'
import { createFaultBook } from '../kit/faults.ts'
import { serveSandbox } from '../kit/serve-sandbox.ts'
import { answerApi, failed } from './api.ts'
import { controlOf, controlRoutes, type TwilioControl } from './control.ts'
import { toE164 } from './countries.ts'
import { flowOf, resume } from './exchange.ts'
import { ownNumber } from './numbers-api.ts'
import { openStore } from './store.ts'
import { performDelivery } from './webhooks.ts'
import type { World } from './world.ts'

/** The account that a sandbox has unless it is told otherwise. */
export const SANDBOX_ACCOUNT_SID = 'AC5a4db0c05a4db0c05a4db0c05a4db0c0'
/** Its token. It is public and opens nothing but a sandbox. */
export const SANDBOX_AUTH_TOKEN = 'sandbox0only0token0sandbox0only0'

/** How a sandbox is to be started; each option may be left out. */
export interface TwilioSandboxOptions {
  /** 0, the default, takes any free port. */
  readonly port?: number | undefined
  /** 127.0.0.1 by default: the control surface has no password. */
  readonly host?: string | undefined
  readonly accountSid?: string | undefined
  readonly authToken?: string | undefined
  /** The wall clock by default. */
  readonly clock?: Clock | undefined
  /** Where calls and numbers are kept over a restart; without it they are forgotten. */
  readonly stateFile?: string | undefined
  /** How long phones ring before they are answered: 1500 by default, so that one sees them ring; null for never by themselves. */
  readonly answerAfterMs?: number | null | undefined
  /** Numbers that the account owns from the start. */
  readonly numbers?: readonly string[] | undefined
  /** Told of faults on the customer's side and of our own; silent by default. */
  readonly log?: ((line: string) => void) | undefined
}

/** A sandbox that runs. */
export interface TwilioSandbox {
  /** What stands for `https://api.twilio.com`. */
  readonly url: string
  readonly accountSid: string
  readonly authToken: string
  readonly clock: Clock
  readonly control: TwilioControl
  /** Stops it; what was under way is in the state file. */
  close(): Promise<void>
}

/** Starts a server that speaks Twilio's wire protocol for voice calls and phone numbers. */
export async function startTwilioSandbox(options: TwilioSandboxOptions = {}): Promise<TwilioSandbox> {
  const accountSid = options.accountSid ?? SANDBOX_ACCOUNT_SID
  if (!/^AC[0-9a-f]{32}$/.test(accountSid)) throw new Error('accountSid must be AC and 32 hex digits')
  const closing = new AbortController()
  setMaxListeners(0, closing.signal) // each request on its way listens
  const world = createWorld(accountSid, options, closing.signal)
  const control = controlOf(world)
  for (const phoneNumber of options.numbers ?? []) ownFromStart(world, phoneNumber)
  const server = await serveSandbox(world, closing, {
    handle: (request) => answerApi(world, request),
    refuse: (status) => failed(status),
    routes: controlRoutes(world, control),
    host: options.host,
    port: options.port,
  })
  resume(world)
  return {
    url: server.url,
    accountSid,
    authToken: world.authToken,
    clock: world.clock,
    control,
    close: server.close,
  }
}

function createWorld(accountSid: string, options: TwilioSandboxOptions, closing: AbortSignal): World {
  const clock = options.clock ?? realClock()
  const gate = createGate()
  const faults = createFaultBook()
  const log = options.log ?? (() => undefined)
  const store = openStore(options.stateFile, (error) => log(`twilio sandbox: the state could not be written: ${String(error)}`))
  const world: World = {
    accountSid,
    authToken: options.authToken ?? SANDBOX_AUTH_TOKEN,
    clock,
    gate,
    faults,
    store,
    closing,
    settings: { answerAfterMs: options.answerAfterMs === undefined ? 1_500 : options.answerAfterMs, overrunMs: 0 },
    timers: new Map(),
    notifications: [],
    misreports: new Map(),
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

function ownFromStart(world: World, written: string): void {
  const phoneNumber = toE164(written)
  if (phoneNumber === undefined) throw new Error(`not an E.164 number: ${written}`)
  const taken = [...world.store.numbers.values()].some((one) => one.phoneNumber === phoneNumber)
  if (!taken) ownNumber(world, phoneNumber)
}
