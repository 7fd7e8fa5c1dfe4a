import { createServer, type IncomingMessage, type Server } from 'node:http'
import Koa from 'koa'
import type { Logger } from '../base/logger.ts'
import { fail } from '../base/problem.ts'
import type { Actor } from '../base/tenant.ts'
import type { Directory } from '../features/tenants/index.ts'
import { newId } from '../base/ids.ts'
import type { CallbackRoutes } from './callbacks.ts'
import { clientIp } from './client-ip.ts'
import { answersBrowser } from './cors.ts'
import { dispatch, type DispatchDeps } from './dispatch.ts'
import type { Operation } from './implement.ts'
import type { Metrics } from './metrics.ts'
import { asProblem, presentProblem } from './on-problem.ts'
import { readBody } from './read-body.ts'
import { refuseSocket } from './refuse-socket.ts'
import { createFinder } from './router.ts'
import type { StaticPages } from './pages.ts'
import { securityHeaders } from './security-headers.ts'

export interface ServerDeps extends DispatchDeps {
  readonly operations: readonly Operation[]
  readonly callbacks: CallbackRoutes
  readonly pages: StaticPages
  readonly directory: Directory
  readonly metrics: Metrics
  readonly logger: Logger
  readonly publicUrl: string
  readonly trustedProxies: readonly string[]
  /** True while requests can be served. */
  readonly ready: () => Promise<boolean>
}

const maxUrlBytes = 8 * 1024
const maxHeaderBytes = 16 * 1024
const maxOneHeaderBytes = 8 * 1024
const maxHeaderCount = 100

/** Served as a WebSocket; whoever asks for it without the handshake is told so. */
const realtimePath = '/v1/realtime'

interface State extends Koa.DefaultState {
  requestId: string
  route: string
  /** Those of every answer, and what `cors` adds to them. */
  headers: Record<string, string>
  actor?: Actor
}
type Context = Koa.ParameterizedContext<State>

export function createHttpServer(deps: ServerDeps): Server {
  const koa = new Koa<State>()
  koa.silent = true
  koa.use(frame(deps, answering(deps)))
  const handle = koa.callback()
  const server = createServer(
    {
      // Node counts the URL too; `checkShape` tells the two apart.
      maxHeaderSize: maxUrlBytes + maxHeaderBytes + 1_024,
      headersTimeout: 10_000,
      // The longest that an upload may take; any other body has 30 s (`usualPace`).
      requestTimeout: 120_000,
      keepAliveTimeout: 60_000,
      connectionsCheckingInterval: 5_000,
    },
    (request, response) => void handle(request, response),
  )
  server.maxHeadersCount = 0
  server.on('clientError', (error, socket) => refuseSocket(socket, error, deps.publicUrl))
  return server
}

/** Answers a request; what it throws becomes a problem. */
type Answering = (ctx: Context) => Promise<void>

/** Around every request: its id, the headers of every answer, the one place where errors become answers, and the log line. */
function frame({ logger, metrics, publicUrl }: ServerDeps, answer: Answering): Koa.Middleware<State> {
  return async (ctx) => {
    const started = performance.now()
    const requestId = newId('req')
    ctx.state = { requestId, route: 'unknown', headers: { ...securityHeaders, 'X-Request-Id': requestId, Vary: 'Origin' } }
    let cause: unknown
    try {
      checkShape(ctx.req)
      await answer(ctx)
      if (ctx.status === 404 && ctx.body === undefined) fail('not_found')
    } catch (error) {
      const problem = asProblem(error)
      if (problem.status >= 500) cause = problem.cause ?? problem
      const answer = presentProblem(problem, ctx.state.requestId, publicUrl)
      ctx.status = answer.status
      ctx.set(answer.headers)
      ctx.type = 'application/problem+json'
      ctx.body = JSON.stringify(answer.body)
    }
    if (!ctx.headerSent) setUnlessSet(ctx)
    const durationMs = performance.now() - started
    metrics.request(ctx.state.route, ctx.method, ctx.status, durationMs / 1_000)
    log(logger, ctx, durationMs, cause)
  }
}

/**
 * Who answers, in one function: each step that is passed on by itself costs every request a promise and its turns, and most concern
 * few requests.
 */
function answering(deps: ServerDeps): Answering {
  const operatorPage = operatorPages(deps)
  const callback = callbacks(deps)
  const operation = api(deps)
  return async (ctx) => {
    const { method = 'GET', headers } = ctx.req
    const path = pathOf(ctx)
    if ((headers.origin !== undefined || method === 'OPTIONS') && (await answersBrowser(deps.directory, ctx))) return
    if ((method === 'GET' || method === 'HEAD') && (await operatorPage(ctx, path))) return
    await (path.startsWith('/providers/') ? callback(ctx, path) : operation(ctx, path))
  }
}

/** A page may have its own idea of one of them. */
function setUnlessSet(ctx: Context): void {
  for (const [name, value] of Object.entries(ctx.state.headers)) if (!ctx.res.hasHeader(name)) ctx.set(name, value)
}

function log(logger: Logger, ctx: Context, durationMs: number, cause: unknown): void {
  const { actor, requestId, route } = ctx.state
  const fields = { requestId, method: ctx.method, route, status: ctx.status, durationMs: Math.round(durationMs * 10) / 10 }
  const who =
    actor === undefined || actor.kind === 'anyone'
      ? {}
      : { app: actor.tenant.appId, mode: actor.tenant.mode, ...(actor.kind === 'user' ? { userId: actor.userId } : {}) }
  if (cause === undefined) logger.info('request', { ...fields, ...who })
  else logger.error('request failed', { ...fields, ...who, error: cause })
}

function checkShape(request: IncomingMessage): void {
  if (Buffer.byteLength(request.url ?? '') > maxUrlBytes) fail('uri_too_long')
  const { rawHeaders } = request
  let size = 0
  for (const { length } of rawHeaders) {
    if (length > maxOneHeaderBytes) fail('headers_too_large')
    size += length
  }
  if (rawHeaders.length / 2 > maxHeaderCount || size > maxHeaderBytes) fail('headers_too_large')
  if (request.headers['transfer-encoding'] !== undefined && request.headers['content-length'] !== undefined)
    fail('invalid_request', { headers: { Connection: 'close' } })
}

const pathOf = (ctx: Context) => (ctx.req.url ?? '/').split('?', 1)[0] ?? '/'
const noQuery: readonly [string, string][] = []
const queryOf = (ctx: Context): Iterable<[string, string]> => {
  const url = ctx.req.url ?? '/'
  const at = url.indexOf('?')
  return at < 0 ? noQuery : new URLSearchParams(url.slice(at + 1))
}

/** Fires when the client hangs up before it has its answer. Made when it is asked for: hardly a request needs it. */
function hangUp({ req, res }: Context): () => AbortSignal {
  let gone: AbortController | undefined
  return () => {
    if (gone === undefined) {
      const made = (gone = new AbortController())
      if (res.closed || req.socket.destroyed) made.abort()
      else res.once('close', () => res.writableFinished || made.abort())
    }
    return gone.signal
  }
}

/** What an operator and a reader ask for: health, metrics, the reference. False: something else is asked for. */
function operatorPages({ pages, metrics, ready }: ServerDeps): (ctx: Context, path: string) => Promise<boolean> {
  return async (ctx, path) => {
    if (path === '/healthz') {
      ctx.state.route = path
      ctx.body = { status: 'ok' }
      return true
    }
    if (path === '/readyz') {
      ctx.state.route = path
      const yes = await ready()
      ctx.status = yes ? 200 : 503
      ctx.body = { status: yes ? 'ready' : 'not ready' }
      return true
    }
    if (path === '/metrics') {
      const page = await metrics.page(ctx.get('Authorization') || undefined)
      if (page === undefined) return fail('not_found')
      ctx.type = page.contentType
      ctx.body = page.body
      return true
    }
    const page = await pages(path)
    if (page === undefined) return false
    ctx.state.route = page.route
    ctx.set(page.headers)
    ctx.body = page.body
    return true
  }
}

/** Providers' messages: the bytes as received, before anything parses them. */
function callbacks({ callbacks: routes, trustedProxies }: ServerDeps): (ctx: Context, path: string) => Promise<void> {
  return async (ctx, path) => {
    ctx.state.route = '/providers'
    const headers = Object.fromEntries(
      Object.entries(ctx.req.headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(',') : value]),
    )
    const answer = await routes({
      method: ctx.method,
      path,
      url: ctx.req.url ?? '/',
      headers,
      raw: await readBody(ctx.req),
      ip: clientIp(ctx.req, trustedProxies),
    })
    ctx.status = answer.status
    if (answer.contentType !== undefined) ctx.type = answer.contentType
    if (answer.body === undefined) ctx.body = null
    else ctx.body = answer.body
    ctx.status = answer.status
  }
}

function api(deps: ServerDeps): (ctx: Context, path: string) => Promise<void> {
  const find = createFinder(deps.operations)
  return async (ctx, path) => {
    if (path === realtimePath && ctx.method === 'GET')
      fail('upgrade_required', { headers: { Upgrade: 'websocket', Connection: 'close, Upgrade' } })
    const match = find(ctx.method, path)
    ctx.state.route = match.operation.route.path
    const answer = await dispatch(deps, {
      request: ctx.req,
      match,
      path,
      query: queryOf(ctx),
      requestId: ctx.state.requestId,
      ip: clientIp(ctx.req, deps.trustedProxies),
      gone: hangUp(ctx),
      seen: (actor) => {
        ctx.state.actor = actor
      },
    })
    if (answer.replayed) ctx.state.headers['Idempotent-Replay'] = 'true'
    Object.assign(ctx.state.headers, answer.headers)
    if (answer.status === 204 || answer.body === undefined) ctx.status = answer.status
    else if (answer.body instanceof Blob) {
      ctx.set({ ...answer.headers })
      ctx.body = Buffer.from(await answer.body.arrayBuffer())
    } else sendJson(ctx, answer.status, JSON.stringify(answer.body))
  }
}

/** Past Koa's setters, which take each header by itself: five times the price. */
function sendJson(ctx: Context, status: number, body: string): void {
  ctx.respond = false
  ctx.res.statusCode = status
  if (!ctx.writable) return
  const { headers } = ctx.state
  headers['Content-Type'] = 'application/json; charset=utf-8'
  const bytes = Buffer.byteLength(body)
  headers['Content-Length'] = String(bytes)
  ctx.res.writeHead(status, headers)
  // Nothing but ASCII need not be encoded.
  ctx.res.end(body, bytes === body.length ? 'latin1' : 'utf8')
}
