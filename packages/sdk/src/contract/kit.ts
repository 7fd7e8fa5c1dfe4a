import type * as z from 'zod'

/** What a secret key may be allowed to do: an area and a verb. A key without scopes may do all. */
export type Scope =
  | 'app:read'
  | 'app:write'
  | 'keys:write'
  | 'users:read'
  | 'users:write'
  | 'tokens:write'
  | 'presence:read'
  | 'presence:write'
  | 'calls:read'
  | 'calls:write'
  | 'wallet:read'
  | 'wallet:write'
  | 'numbers:read'
  | 'numbers:write'
  | 'realtime:read'
  | 'webhooks:read'
  | 'webhooks:write'
  | 'events:read'
  | 'disputes:read'
  | 'disputes:write'
  | 'topups:read'
  | 'topups:write'
  | 'withdrawals:read'
  | 'withdrawals:write'
  | 'kyc:read'
  | 'kyc:review'
  | 'kyc:reveal'
  | 'referrals:read'
  | 'referrals:write'

/**
 * Who may use a route. What is not named is refused; a route that names nobody does not start.
 * `user`: a user token, for that user's own things only. `secret`: a secret key with the scope, for any user of its app and mode.
 * `publishable`: a publishable key from an allowed origin. `anyone`: no credential at all.
 */
export interface RouteAccess {
  readonly user?: true
  readonly secret?: Scope
  readonly publishable?: true
  readonly anyone?: true
}

/** One operation of the API as plain data; everything that happens around its handler follows from it. */
export interface Route {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** Path with `{name}` for each parameter. */
  readonly path: `/${string}`
  readonly access: RouteAccess
  /** One line for the reference. */
  readonly summary: string
  /** Status of success, 200 unless told. */
  readonly success?: 200 | 201 | 204
  /**
   * POST only. `required`: without `Idempotency-Key` the request is refused (it moves coins or starts a call). Otherwise a POST
   * takes the header when it is given. `read`: a POST without lasting effect, or whose answer holds a secret: the key is accepted and
   * the answer is not kept.
   */
  readonly idempotency?: 'required' | 'optional' | 'read'
  /**
   * true: what is sent holds an identity or account number, or a word that opens one. Of the request only keyed digests are kept, also of
   * its Idempotency-Key: from a plain one the number could be guessed.
   */
  readonly isPrivate?: true
  /** Characters that one text of the body may have, where 4,096 are too few. */
  readonly longestText?: number
  /** KiB that the body may have, where 64 are too few. */
  readonly longestBody?: number
  /** What the body is, where it is not JSON: a form with a file in it (multipart/form-data), or bytes as they are. */
  readonly takes?: 'form' | 'octets'
  /** What the answer is, where it is not JSON. */
  readonly gives?: 'image/jpeg'
}

export type RouteTable = Readonly<Record<string, Route>>

/** The schemas of one route. Every object is strict: an unknown field is refused. */
export interface RouteSchemas {
  /** Headers of its own, in lower case; clients send them by themselves. */
  readonly headers?: z.ZodObject
  readonly params?: z.ZodObject
  readonly query?: z.ZodObject
  readonly body?: z.ZodObject
  /** Absent for 204. */
  readonly answer?: z.ZodType
}

/** Checks at compile time that a set of schemas fits its table: `satisfies SchemasFor<typeof callRoutes>`. */
export type SchemasFor<Table extends RouteTable> = { readonly [Name in keyof Table]: RouteSchemas }

type InputOf<Schema> = Schema extends z.ZodType ? z.input<Schema> : unknown
type OutputOf<Schema> = Schema extends z.ZodType ? z.output<Schema> : undefined

type Flatten<T> = { [K in keyof T]: T[K] }

/** What a client gives: path parameters, query and body in one flat object. */
export type RequestOf<S extends RouteSchemas> = Flatten<InputOf<S['params']> & InputOf<S['query']> & InputOf<S['body']>>

/** What a client gets. */
export type AnswerOf<S extends RouteSchemas> = S['answer'] extends z.ZodType ? z.output<S['answer']> : void

export interface CallOptions {
  /** Kept over retries; one is made when none is given. At most 255 visible ASCII characters. */
  readonly idempotencyKey?: string
  readonly signal?: AbortSignal
}

/** The client of a feature: one method a route. The input may be left out where nothing in it is required. */
export type ClientOf<Schemas extends Readonly<Record<string, RouteSchemas>>> = {
  readonly [Name in keyof Schemas]: object extends RequestOf<Schemas[Name]>
    ? (input?: RequestOf<Schemas[Name]>, options?: CallOptions) => Promise<AnswerOf<Schemas[Name]>>
    : (input: RequestOf<Schemas[Name]>, options?: CallOptions) => Promise<AnswerOf<Schemas[Name]>>
}

/** What a handler on the server receives, after validation. */
export interface ParsedRequest<S extends RouteSchemas> {
  readonly headers: OutputOf<S['headers']>
  readonly params: OutputOf<S['params']>
  readonly query: OutputOf<S['query']>
  readonly body: OutputOf<S['body']>
}
