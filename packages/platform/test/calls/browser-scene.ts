import { createClient } from '@impacthub/sdk'
import type { Call, CallSignal } from '@impacthub/sdk/contract'
import { createServer } from '@impacthub/sdk/server'
import { TestClient } from '../realtime/test-client.ts'
import type { TestApp, TestPlatform, TestUser } from '../start-platform.ts'

/** One of the two of a browser call, with a live connection. */
export interface Talker extends TestUser {
  readonly live: TestClient
  /** Their first tab. */
  readonly peer: string
}

export interface BrowserPair {
  readonly caller: Talker
  readonly callee: Talker
}

export const liveUrl = ({ url }: Pick<TestPlatform, 'url'>): string => `${url.replace('http', 'ws')}/v1/realtime`

/** A live connection that has its snapshot. */
export async function connect(here: Pick<TestPlatform, 'url'>, user: TestUser): Promise<TestClient> {
  const live = await TestClient.hello(liveUrl(here), { token: await user.token() })
  await live.nextOf('session.snapshot')
  return live
}

let tabs = 0
export const newPeer = (): string => `tab-${String(++tabs).padStart(16, '0')}`

let pairs = 0

/** A caller with coins and a callee, both with the app open and without phones. */
export async function browserPair(
  here: TestPlatform,
  app: TestApp,
  { coins = 10, rate }: { coins?: number; rate?: { coins: number; seconds: number } } = {},
): Promise<BrowserPair> {
  const n = ++pairs
  const talker = async (user: TestUser): Promise<Talker> => ({ ...user, live: await connect(here, user), peer: newPeer() })
  return {
    caller: await talker(await app.user(`web-caller-${n}`, { phone: null, ...(coins === 0 ? {} : { coins }) })),
    callee: await talker(await app.user(`web-callee-${n}`, { phone: null, ...(rate === undefined ? {} : { rate }) })),
  }
}

export const ring = ({ caller, callee }: BrowserPair): Promise<Call> =>
  caller.client.calls.create({ calleeId: callee.userId, channel: 'browser', peer: caller.peer })

export const accept = ({ callee }: BrowserPair, callId: string): Promise<Call> => callee.client.calls.accept({ callId, peer: callee.peer })

/** The same person as they reach another process, or the platform that came after. */
export async function movedTo(there: Pick<TestPlatform, 'url'>, { publishableKey, secretKey }: TestApp, talker: Talker): Promise<Talker> {
  const server = createServer({ baseUrl: there.url, secretKey })
  const token = async () => (await server.users.createToken({ userId: talker.userId })).token
  const moved = { ...talker, token, client: createClient({ baseUrl: there.url, publishableKey, getToken: token }) }
  return { ...moved, live: await connect(there, moved) }
}

let bytes = 0

/** A proof as a tab sends it: inbound audio has grown since the last one. */
export const prove = (
  talker: Pick<Talker, 'client' | 'peer'>,
  callId: string,
  media: 'connecting' | 'connected' | 'interrupted' = 'connected',
): Promise<void> => talker.client.calls.sendProof({ callId, peer: talker.peer, media, bytesReceived: (bytes += 4_000) })

/** Both prove that they hear each other, every 2 s, for so long; the last proof is of the last instant. */
export async function talk(here: TestPlatform, two: BrowserPair, callId: string, seconds: number): Promise<void> {
  for (let passed = 0; passed <= seconds; passed += 2) {
    await Promise.all([prove(two.caller, callId), prove(two.callee, callId)])
    if (passed < seconds) await here.advance(Math.min(2, seconds - passed))
  }
  if (seconds % 2 === 1) await Promise.all([prove(two.caller, callId), prove(two.callee, callId)])
}

/** Rings, is accepted, and both are connected at this instant. */
export async function connected(here: TestPlatform, two: BrowserPair): Promise<Call> {
  const { id } = await ring(two)
  await here.quiet()
  await accept(two, id)
  await talk(here, two, id, 0)
  await here.advance(1)
  return two.caller.client.calls.get({ callId: id })
}

/** One side proves on, the other is silent. */
export async function alone(
  here: TestPlatform,
  talker: Talker,
  callId: string,
  seconds: number,
  media: 'connected' | 'interrupted' = 'interrupted',
) {
  for (let passed = 0; passed < seconds; passed += 2) {
    await here.advance(Math.min(2, seconds - passed))
    await prove(talker, callId, media).catch(() => undefined)
  }
}

export const offer = (length = 20): CallSignal => ({ kind: 'offer', sdp: 'v=0'.padEnd(length, '-') })
