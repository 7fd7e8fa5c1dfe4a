import { hash } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { ParsedRequest, RouteSchemas } from '@impacthub/sdk/contract'
import type { Clock } from '../base/clock.ts'
import { after } from '../base/clock.ts'
import { fail, Problem } from '../base/problem.ts'
import type { Actor } from '../base/tenant.ts'
import type { Vault } from '../base/vault.ts'
import type { Db, Tx } from '../db/connect.ts'
import { authorize, isGuess, type Authenticator } from './authenticate.ts'
import { isAnswered, keepRefusal, keeps, refuseUnlessMine, runOnce, type Answer, type Once } from './idempotency.ts'
import { Reply, type OnceKey, type Operation, type RequestContext } from './implement.ts'
import type { RateLimiter } from './rate-limit.ts'
import type { Match } from './router.ts'
import { readOctets } from './read-octets.ts'
import { canonicalJson } from './strict-json.ts'
import { holdUploadRoom } from './upload-room.ts'
import { validate } from './validate.ts'

export interface DispatchDeps {
  readonly vault: Pick<Vault, 'fingerprint'>
  readonly db: Db
  readonly clock: Clock
  readonly auth: Authenticator
  readonly limiter: RateLimiter
}

export interface Incoming {
  readonly request: IncomingMessage
  readonly match: Match
  readonly path: string
  readonly query: Iterable<[string, string]>
  readonly requestId: string
  readonly ip: string
  /** Fires when the client hangs up. */
  readonly gone: () => AbortSignal
  /** Tells the log who asks, as soon as that is known. */
  readonly seen: (actor: Actor) => void
}

const keptForMs = 24 * 3_600_000
const keyPattern = /^[\x21-\x7e]{1,255}$/

/** From a matched request to its answer: who, may they, how often, what, and once. */
export async function dispatch(deps: DispatchDeps, incoming: Incoming): Promise<Answer> {
  const { operation, params } = incoming.match
  const actor = await identify(deps, incoming)
  incoming.seen(actor)
  // What is refused is counted too, or refusals would be free.
  await deps.limiter.request(actor, incoming.ip)
  authorize(operation.route, actor)
  const seldom = deps.limiter.seldom(operation.name, actor)
  if (seldom !== undefined) await seldom
  const hold = holdUploadRoom(callerOf(actor))
  try {
    const parsed = await validate(incoming.request, operation.schemas, { params, query: incoming.query, route: operation.route, hold })
    return await carryOut(deps, incoming, actor, parsed)
  } finally {
    hold.release()
  }
}

async function carryOut(deps: DispatchDeps, incoming: Incoming, actor: Actor, parsed: ParsedRequest<RouteSchemas>): Promise<Answer> {
  const { operation } = incoming.match
  const run = new Run(deps, incoming, actor, readKey(deps, incoming, operation, actor, parsed))
  try {
    return run.answer(await operation.handler(parsed, run))
  } catch (error) {
    if (error instanceof Problem && !run.claimed && keeps(error) && run.kept !== undefined) return keepRefusal(run.kept, error)
    throw error
  }
}

async function identify({ auth, limiter }: DispatchDeps, { request, ip }: Incoming): Promise<Actor> {
  const { authorization, origin } = request.headers
  try {
    return await auth.actor({ authorization, origin, ip })
  } catch (error) {
    // Only failures are limited: behind a carrier's address a guesser must not shut out those who sign in rightly.
    if (isGuess(error)) await limiter.failed(ip)
    throw error
  }
}

/** By whom a key was used, and who has which share of the room. */
function callerOf(actor: Actor): string {
  if (actor.kind === 'user') return actor.userId
  if (actor.kind === 'secret') return actor.callerId
  return actor.kind === 'anyone' ? '' : actor.keyId
}

function readKey(
  { clock, vault }: DispatchDeps,
  incoming: Incoming,
  operation: Operation,
  actor: Actor,
  parsed: ParsedRequest<RouteSchemas>,
): OnceKey | undefined {
  const { route } = operation
  if (route.method !== 'POST') return undefined
  const key = incoming.request.headers['idempotency-key']
  if (key === undefined) {
    if (route.idempotency === 'required') fail('idempotency_key_required')
    return undefined
  }
  if (typeof key !== 'string' || !keyPattern.test(key))
    fail('invalid_request', { detail: 'Idempotency-Key must be 1 to 255 visible ASCII characters.' })
  if (route.idempotency === 'read' || actor.kind === 'anyone') return undefined
  const said = canonicalJson(parsed.headers === undefined ? parsed.body : [parsed.headers, parsed.body])
  const what = (bodyHash: string) => JSON.stringify([route.method, incoming.path, sorted(incoming.query), bodyHash])
  const kept = { caller: callerOf(actor), since: after(clock.now(), -keptForMs) }
  const plain = { key, fingerprint: hash('sha256', what(hash('sha256', said)), 'buffer') }
  if (route.isPrivate !== true) return { ...kept, ...plain }
  const digest = (kind: string, text: string): Buffer => vault.fingerprint(actor.tenant.id, kind, text)
  const fingerprint = digest('request', what(digest('request body', said).toString('hex')))
  // Its writer may have put anything into a key.
  return { ...kept, key: digest('request key', key).toString('base64url'), fingerprint, plain }
}

const sorted = (query: Iterable<[string, string]>): [string, string][] => [...query].sort(([a], [b]) => (a < b ? -1 : 1))

/**
 * One request while its handler works. A class, since an object literal with a getter gets a shape of its own for each request; handlers
 * take the functions out of it, so those know whose they are.
 */
class Run implements RequestContext<Actor> {
  readonly actor: Actor
  readonly requestId: string
  readonly ip: string
  readonly onceKey: OnceKey | undefined
  claimed = false
  readonly #deps: DispatchDeps
  readonly #incoming: Incoming
  #settled: Answer | undefined

  constructor(deps: DispatchDeps, incoming: Incoming, actor: Actor, onceKey: OnceKey | undefined) {
    this.actor = actor
    this.requestId = incoming.requestId
    this.ip = incoming.ip
    this.onceKey = onceKey
    this.#deps = deps
    this.#incoming = incoming
  }

  get signal(): AbortSignal {
    return this.#incoming.gone()
  }

  /** How the answer is to be kept; undefined: it is not. */
  get kept(): Once | undefined {
    const { actor, onceKey } = this
    if (onceKey === undefined || actor.kind === 'anyone') return undefined
    return { db: this.#deps.db, tenantId: actor.tenant.id, key: onceKey, now: this.#deps.clock.now(), success: this.#success }
  }

  readonly octets = (): AsyncIterable<Buffer> => {
    const { route, name } = this.#incoming.match.operation
    if (route.takes !== 'octets') throw new Error(`${name} takes no octets`)
    return readOctets(this.#incoming.request, (route.longestBody ?? 64) * 1_024)
  }

  readonly isAnswered = async (): Promise<boolean> => {
    const { kept } = this
    return kept !== undefined && (await isAnswered(kept))
  }

  readonly once = async <Result>(work: (tx: Tx) => Promise<Result>): Promise<Result> => {
    const { actor, kept } = this
    if (actor.kind === 'anyone') throw new Error(`${this.#incoming.match.operation.name} has no tenant`)
    this.claimed = true
    if (kept === undefined) return this.#deps.db.transact(actor.tenant.id, work)
    this.#settled = await runOnce(kept, work)
    // What is remembered went through JSON, and came out of this route's own handler the first time.
    return this.#settled.body as Result
  }

  readonly settleOnce = (outcome: 'new' | 'replay' | 'reused' | 'in_progress'): void => {
    this.claimed = true
    refuseUnlessMine(outcome)
    this.#settled = { status: this.#success, body: undefined, replayed: outcome === 'replay' }
  }

  answer(result: unknown): Answer {
    const { route, name } = this.#incoming.match.operation
    if (route.method === 'POST' && route.idempotency !== 'read' && !this.claimed) throw new Error(`${name} did its work outside once()`)
    const replayed = this.#settled?.replayed ?? false
    if (result instanceof Reply) return { status: result.status, body: result.body, headers: result.headers, replayed }
    return { status: this.#settled?.status ?? this.#success, body: result, replayed }
  }

  get #success(): number {
    return this.#incoming.match.operation.route.success ?? 200
  }
}
