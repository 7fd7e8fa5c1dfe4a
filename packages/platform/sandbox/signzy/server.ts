import { setMaxListeners } from 'node:events'
import { type Clock, realClock } from '../kit/clock.ts'
import { commonControls, controlError, type ControlRoute, ok } from '../kit/control.ts'
import { createDeliveries, createGate, type Delivery, type DeliveryRecord, type Outcome } from '../kit/deliver-later.ts'
import { type ApiFault, createFaultBook } from '../kit/faults.ts'
import { createRegistry, peopleControls, type Person } from '../kit/people.ts'
import { SendError, sendRequest } from '../kit/send-request.ts'
import { serveSandbox } from '../kit/serve-sandbox.ts'
import { answerApi, failed } from './api.ts'
import { newId, type Settings, type World } from './world.ts'

/** The token that a sandbox has unless it is told otherwise. */
export const SANDBOX_SIGNZY_TOKEN = 'sandbox0signzy0token'
/** The name and password to log in with. All three are public and open nothing but a sandbox. */
export const SANDBOX_SIGNZY_USERNAME = 'sandbox'
export const SANDBOX_SIGNZY_PASSWORD = 'sandbox0signzy0password'

/** How a sandbox is to be started; each option may be left out. */
export interface SignzySandboxOptions {
  /** 0, the default, takes any free port. */
  readonly port?: number | undefined
  /** 127.0.0.1 by default: the control surface has no password, and pictures are fetched from whatever address it is given. */
  readonly host?: string | undefined
  readonly token?: string | undefined
  readonly username?: string | undefined
  readonly password?: string | undefined
  /** The wall clock by default. */
  readonly clock?: Clock | undefined
  /** Told of our own faults; silent by default. */
  readonly log?: ((line: string) => void) | undefined
}

/** What a test may do to it. */
export interface SignzyControl {
  /** Tells the registries of somebody; their pictures are known by the case they are named after. */
  enter(person: Person, caseId?: string): void
  change(settings: Partial<Settings>): void
  faultApi(fault: ApiFault): string
  clearFaults(): void
  callbacks(): readonly DeliveryRecord[]
  reset(): void
}

/** A sandbox that runs. It remembers nothing over a restart: registries are not ours to keep. */
export interface SignzySandbox {
  /** What stands for `https://api.signzy.app`, `https://signzy.tech` and `https://persist.signzy.tech` alike. */
  readonly url: string
  readonly token: string
  readonly username: string
  readonly password: string
  readonly control: SignzyControl
  close(): Promise<void>
}

// A picture of 2 MB is 2.7 MB in base64; what is larger is for the API to refuse, in its own words.
const MAX_BODY_BYTES = 4 * 1024 * 1024

/** Starts a server that speaks Signzy's wire protocol for identity papers, v3 and v2, with the store of its pictures. */
export async function startSignzySandbox(options: SignzySandboxOptions = {}): Promise<SignzySandbox> {
  const closing = new AbortController()
  setMaxListeners(0, closing.signal)
  const world = createWorld(options, closing.signal)
  const control = controlOf(world)
  const server = await serveSandbox({ gate: world.gate, timers: new Map(), store: { close: () => undefined } }, closing, {
    handle: (request) => answerApi(world, request),
    refuse: (status, { path }) => failed(status, path),
    maxBodyBytes: MAX_BODY_BYTES,
    routes: controlRoutes(world, control),
    host: options.host,
    port: options.port,
  })
  world.url = server.url
  const { token, username, password } = world
  return { url: server.url, token, username, password, control, close: server.close }
}

function createWorld(options: SignzySandboxOptions, closing: AbortSignal): World {
  const clock = options.clock ?? realClock()
  const gate = createGate()
  const faults = createFaultBook()
  const world: World = {
    token: options.token ?? SANDBOX_SIGNZY_TOKEN,
    username: options.username ?? SANDBOX_SIGNZY_USERNAME,
    password: options.password ?? SANDBOX_SIGNZY_PASSWORD,
    patronId: newId(),
    clock,
    gate,
    faults,
    deliveries: createDeliveries({ clock, gate, faults, perform: (delivery) => callBack(world, delivery), changed: () => undefined }),
    registry: createRegistry(),
    settings: { answersLater: false },
    sessions: new Map(),
    files: new Map(),
    items: new Map(),
    putOff: new Set(),
    passwords: new Map(),
    url: '',
    closing,
    log: options.log ?? (() => undefined),
  }
  return world
}

/** The callback is not signed: none is documented. It is sent once. */
async function callBack({ closing }: World, { url, json }: Delivery): Promise<Outcome> {
  try {
    const { status } = await sendRequest({
      url,
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: '*/*' },
      body: JSON.stringify(json ?? null),
      connectTimeoutMs: 5_000,
      readTimeoutMs: 5_000,
      maxBytes: 64 * 1024,
      signal: closing,
    })
    return { status }
  } catch (error) {
    return { error: error instanceof SendError ? error.message : 'unknown' }
  }
}

function controlOf(world: World): SignzyControl {
  const { registry, settings, faults, deliveries } = world
  return {
    enter: registry.enter,
    change: (change) => void Object.assign(settings, change),
    faultApi: faults.addApi,
    clearFaults: faults.clear,
    callbacks: () => deliveries.log(),
    reset() {
      for (const known of [world.sessions, world.files, world.items, world.putOff, world.passwords]) known.clear()
      registry.clear()
      faults.clear()
      deliveries.clear()
      settings.answersLater = false
    },
  }
}

const controlRoutes = (world: World, control: SignzyControl): ControlRoute[] => [
  ...commonControls(world),
  ...peopleControls('signzy', world.registry),
  { method: 'GET', path: /^\/settings$/, run: () => ok(world.settings) },
  {
    method: 'POST',
    path: /^\/settings$/,
    run({ body: { answersLater } }) {
      if (typeof answersLater !== 'boolean') return controlError(400, 'expected { answersLater }')
      control.change({ answersLater })
      return ok(world.settings)
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
