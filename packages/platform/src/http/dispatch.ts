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
  await deps.limiter.seldom(operation.name, actor)
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
  const onceKey = readKey(deps, incoming, operation, actor, parsed)
  const run = createRun(deps, incoming, operation, actor, onceKey)
  try {
    const result = await operation.handler(parsed, run.context)
    return run.answer(result)
  } catch (error) {
    if (error instanceof Problem && run.once !== undefined && !run.claimed() && keeps(error)) return keepRefusal(run.once, error)
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
  const query = [...incoming.query].sort(([a], [b]) => (a < b ? -1 : 1))
  const said = parsed.headers === undefined ? parsed.body : [parsed.headers, parsed.body]
  const digest = (kind: string, text: string): Buffer =>
    route.isPrivate === true ? vault.fingerprint(actor.tenant.id, kind, text) : Buffer.from(hash('sha256', text, 'hex'), 'hex')
  const bodyHash = digest('request body', canonicalJson(said)).toString('hex')
  const fingerprint = digest('request', JSON.stringify([route.method, incoming.path, query, bodyHash]))
  const caller = callerOf(actor)
  // Its writer may have put anything into a key.
  const kept = route.isPrivate === true ? digest('request key', key).toString('base64url') : key
  return { caller, key: kept, fingerprint, since: after(clock.now(), -keptForMs) }
}

interface Run {
  readonly context: RequestContext<Actor>
  readonly once: Once | undefined
  claimed(): boolean
  answer(result: unknown): Answer
}

function createRun(deps: DispatchDeps, incoming: Incoming, operation: Operation, actor: Actor, onceKey: OnceKey | undefined): Run {
  const { route, name } = operation
  const success = route.success ?? 200
  const tenantId = actor.kind === 'anyone' ? undefined : actor.tenant.id
  const once: Once | undefined =
    onceKey === undefined || tenantId === undefined ? undefined : { db: deps.db, tenantId, key: onceKey, now: deps.clock.now(), success }
  let settled: Answer | undefined
  let claimed = false
  return {
    once,
    claimed: () => claimed,
    context: {
      actor,
      requestId: incoming.requestId,
      ip: incoming.ip,
      get signal() {
        return incoming.gone()
      },
      octets() {
        if (route.takes !== 'octets') throw new Error(`${name} takes no octets`)
        return readOctets(incoming.request, (route.longestBody ?? 64) * 1_024)
      },
      onceKey,
      isAnswered: async () => once !== undefined && (await isAnswered(once)),
      async once<Result>(work: (tx: Tx) => Promise<Result>) {
        if (tenantId === undefined) throw new Error(`${name} has no tenant`)
        claimed = true
        if (once === undefined) return deps.db.transact(tenantId, work)
        settled = await runOnce(once, work)
        // What is remembered went through JSON, and came out of this route's own handler the first time.
        return settled.body as Result
      },
      settleOnce(outcome) {
        claimed = true
        refuseUnlessMine(outcome)
        settled = { status: success, body: undefined, replayed: outcome === 'replay' }
      },
    },
    answer(result) {
      if (route.method === 'POST' && route.idempotency !== 'read' && !claimed) throw new Error(`${name} did its work outside once()`)
      const replayed = settled?.replayed ?? false
      if (result instanceof Reply) return { status: result.status, body: result.body, headers: result.headers, replayed }
      return { status: settled?.status ?? success, body: result, replayed }
    },
  }
}
