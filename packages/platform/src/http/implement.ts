import type { ParsedRequest, Route, RouteSchemas, RouteTable, SchemasFor, AnswerOf } from '@impacthub/sdk/contract'
import type { Actor, Anyone, PublishableActor, SecretActor, UserActor } from '../base/tenant.ts'
import type { Tx } from '../db/connect.ts'

/** Who can stand before a handler, by what its route declares. */
export type ActorOf<R extends Route> =
  | (R['access'] extends { user: true } ? UserActor : never)
  | (R['access'] extends { secret: string } ? SecretActor : never)
  | (R['access'] extends { publishable: true } ? PublishableActor : never)
  | (R['access'] extends { anyone: true } ? Anyone : never)

/** An answer whose status is not the route's usual one, or that has headers of its own. */
export class Reply<T> {
  readonly status: 200 | 201 | 204
  readonly body: T
  readonly headers: Readonly<Record<string, string>>
  constructor(status: 200 | 201 | 204, body: T, headers: Readonly<Record<string, string>> = {}) {
    this.status = status
    this.body = body
    this.headers = headers
  }
}

/** The idempotency of one request, for a statement that claims the key itself. */
export interface OnceKey {
  /** `usr_…` or `key_…`: keys are scoped to app, mode and caller. */
  readonly caller: string
  readonly key: string
  readonly fingerprint: Buffer
  /** Of a private route: how a process remembers the same request whose version does not take the route for private yet. Never written. */
  readonly plain?: { readonly key: string; readonly fingerprint: Buffer }
  /** Keys claimed before this are forgotten. */
  readonly since: Date
}

export interface RequestContext<A extends Actor> {
  readonly actor: A
  readonly requestId: string
  readonly ip: string
  readonly signal: AbortSignal
  /**
   * Runs the effect in one transaction together with the claim of the Idempotency-Key, and answers a repeated request with the first
   * answer. What it returns is the response. Every POST whose answer is kept goes through it exactly once; nothing in it may wait for a network.
   * A `Reply` is to be passed on as it comes: of a repeated request only the body is left, and its status is remembered.
   */
  once<Result>(work: (tx: Tx) => Promise<Result>): Promise<Result>
  /**
   * Whether the Idempotency-Key has its answer already: `once` will give it, and what would have to be prepared for the work, at length or from
   * things that may be gone since, need not be.
   */
  isAnswered(): Promise<boolean>
  /**
   * The body of a route that takes octets, as it comes: pieces of 256 KiB, the last one shorter. When the connection breaks, the last piece
   * is what had arrived, and then it fails.
   */
  octets(): AsyncIterable<Buffer>
  /** For effects that are one SQL statement which claims the key itself (see `idempotency_claim`): the key, and how to tell its outcome. */
  readonly onceKey: OnceKey | undefined
  /** Says that a statement claimed `onceKey` itself; `replayed`: its answer is the first one's. Throws the refusals of the key. */
  settleOnce(outcome: 'new' | 'replay' | 'reused' | 'in_progress'): void
}

export type Handler<R extends Route, S extends RouteSchemas> = (
  request: ParsedRequest<S>,
  context: RequestContext<ActorOf<R>>,
) => Promise<AnswerOf<S> | Reply<AnswerOf<S>>>

export type HandlersOf<Table extends RouteTable, Schemas extends SchemasFor<Table>> = {
  readonly [Name in keyof Table]: Handler<Table[Name], Schemas[Name]>
}

/** A route with what checks it and what does it. */
export interface Operation {
  /** `calls.create`: the name in clients and in OpenAPI. */
  readonly name: string
  readonly route: Route
  readonly schemas: RouteSchemas
  readonly handler: (request: ParsedRequest<RouteSchemas>, context: RequestContext<Actor>) => Promise<unknown>
}

/** Ties a table of routes to its schemas and handlers. A route without a declared access does not start. */
export function implement<const Table extends RouteTable, Schemas extends SchemasFor<Table>>(
  area: string,
  table: Table,
  schemas: Schemas,
  handlers: HandlersOf<Table, Schemas>,
): Operation[] {
  return Object.entries(table).map(([name, route]) => {
    if (Object.keys(route.access).length === 0) throw new Error(`${area}.${name} does not say who may use it`)
    // The loop forgets which name has which types; the signature above has already checked each pair.
    return {
      name: `${area}.${name}`,
      route,
      schemas: schemas[name] as RouteSchemas,
      handler: handlers[name] as unknown as Operation['handler'],
    }
  })
}
