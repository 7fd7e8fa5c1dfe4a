import { setMaxListeners } from 'node:events'
import { type Clock, realClock } from '../kit/clock.ts'
import { commonControls, controlError, type ControlRoute } from '../kit/control.ts'
import { createDeliveries, createGate } from '../kit/deliver-later.ts'
import { type ApiFault, createFaultBook } from '../kit/faults.ts'
import { createRegistry, normalized, peopleControls, type Person } from '../kit/people.ts'
import { serveSandbox } from '../kit/serve-sandbox.ts'
import { failed } from './answers.ts'
import { answerApi } from './api.ts'
import type { World } from './world.ts'

/** The key that a sandbox has unless it is told otherwise. Public; it opens nothing but a sandbox. */
export const SANDBOX_KARZA_API_KEY = 'sandbox0karza0key'

/** How a sandbox is to be started; each option may be left out. */
export interface KarzaSandboxOptions {
  /** 0, the default, takes any free port. */
  readonly port?: number | undefined
  /** 127.0.0.1 by default: the control surface has no password. */
  readonly host?: string | undefined
  readonly apiKey?: string | undefined
  /** The wall clock by default. */
  readonly clock?: Clock | undefined
  /** Told of our own faults; silent by default. */
  readonly log?: ((line: string) => void) | undefined
}

/** What a test may do to it. */
export interface KarzaControl {
  /** Tells the registries of somebody. */
  enter(person: Person, caseId?: string): void
  /** What is answered about a number from now on: a code of the body, or an HTTP status. Undefined: as its digits say. */
  answer(number: string, code: number | undefined): void
  faultApi(fault: ApiFault): string
  clearFaults(): void
  reset(): void
}

/** A sandbox that runs. It remembers nothing over a restart: registries are not ours to keep. */
export interface KarzaSandbox {
  /** What stands for `https://api.karza.in`, and with `/api/kyc` behind it for `https://hub.perfios.com/api/kyc`. */
  readonly url: string
  readonly apiKey: string
  readonly control: KarzaControl
  close(): Promise<void>
}

// A picture of 2 MB is 2.7 MB in base64; what is larger is for the API to refuse, in its own words.
const MAX_BODY_BYTES = 4 * 1024 * 1024

/** Starts a server that speaks Karza's wire protocol for identity papers, of both hosts. */
export async function startKarzaSandbox(options: KarzaSandboxOptions = {}): Promise<KarzaSandbox> {
  const closing = new AbortController()
  setMaxListeners(0, closing.signal)
  const world = createWorld(options)
  const control = controlOf(world)
  const server = await serveSandbox({ gate: world.gate, timers: new Map(), store: { close: () => undefined } }, closing, {
    handle: (request) => answerApi(world, request),
    refuse: (status) => failed(status),
    maxBodyBytes: MAX_BODY_BYTES,
    routes: controlRoutes(world, control),
    host: options.host,
    port: options.port,
  })
  return { url: server.url, apiKey: world.apiKey, control, close: server.close }
}

function createWorld({ apiKey = SANDBOX_KARZA_API_KEY, clock = realClock(), log = () => undefined }: KarzaSandboxOptions): World {
  const gate = createGate()
  const faults = createFaultBook()
  const perform = () => Promise.resolve({ error: 'Karza calls nobody back' })
  return {
    apiKey,
    clock,
    gate,
    faults,
    deliveries: createDeliveries({ clock, gate, faults, perform, changed: () => undefined }),
    registry: createRegistry(),
    codes: new Map(),
    passwords: new Map(),
    log,
  }
}

function controlOf({ registry, codes, passwords, faults }: World): KarzaControl {
  return {
    enter: registry.enter,
    answer(number, code) {
      if (code === undefined) codes.delete(normalized(number))
      else codes.set(normalized(number), code)
    },
    faultApi: faults.addApi,
    clearFaults: faults.clear,
    reset() {
      registry.clear()
      codes.clear()
      passwords.clear()
      faults.clear()
    },
  }
}

const isCode = (value: unknown): value is number => typeof value === 'number' && Number.isInteger(value) && value >= 101 && value <= 599

const controlRoutes = (world: World, control: KarzaControl): ControlRoute[] => [
  ...commonControls(world),
  ...peopleControls('karza', world.registry),
  {
    method: 'POST',
    path: /^\/answers$/,
    run({ body: { number, code } }) {
      if (typeof number !== 'string' || number.length > 24 || !(code === null || isCode(code)))
        return controlError(400, 'expected { number, code }, the code 101 to 599 or null')
      control.answer(number, code ?? undefined)
      return { status: 204 }
    },
  },
  {
    method: 'POST',
    path: /^\/reset$/,
    run() {
      control.reset()
      return { status: 204 }
    },
  },
]
