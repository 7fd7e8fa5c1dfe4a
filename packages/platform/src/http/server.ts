import { createServer, type IncomingMessage, type Server } from 'node:http'
import Koa from 'koa'
import type { Logger } from '../base/logger.ts'
import { fail } from '../base/problem.ts'
import type { Actor } from '../base/tenant.ts'
import type { Directory } from '../features/tenants/index.ts'
import { newId } from '../base/ids.ts'
import type { CallbackRoutes } from './callbacks.ts'
import { clientIp } from './client-ip.ts'
import { cors } from './cors.ts'
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
  actor?: Actor
}
type Context = Koa.ParameterizedContext<State>

export function createHttpServer(deps: ServerDeps): Server {
  const koa = new Koa<State>()
  koa.silent = true
  koa.use(frame(deps))
  koa.use(cors(deps.directory))
  koa.use(operatorPages(deps))
  koa.use(callbacks(deps))
  koa.use(api(deps))
  const handle = koa.callback()
  const server = createServer(
    {
      // Node counts the URL too; `checkShape` tells the two apart.
      maxHeaderSize: maxUrlBytes + maxHeaderBytes + 1_024,
      headersTimeout: 10_000,
      requestTimeout: 30_000,
      keepAliveTimeout: 60_000,
      connectionsCheckingInterval: 5_000,
    },
    (request, response) => void handle(request, response),
  )
  server.maxHeadersCount = 0
  server.on('clientError', (error, socket) => refuseSocket(socket, error, deps.publicUrl))
  return server
}

/** Around every request: its id, the headers of every answer, the one place where errors become answers, and the log line. */
function frame({ logger, metrics, publicUrl }: ServerDeps): Koa.Middleware<State> {
  return async (ctx, next) => {
    const started = performance.now()
    ctx.state.requestId = newId('req')
    ctx.state.route = 'unknown'
    ctx.set({ ...securityHeaders, 'X-Request-Id': ctx.state.requestId })
    let cause: unknown
    try {
      checkShape(ctx.req)
      await next()
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
    const durationMs = performance.now() - started
    metrics.request(ctx.state.route, ctx.method, ctx.status, durationMs / 1_000)
    log(logger, ctx, durationMs, cause)
  }
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
  const size = rawHeaders.reduce((sum, part) => sum + part.length, 0)
  if (rawHeaders.length / 2 > maxHeaderCount || size > maxHeaderBytes) fail('headers_too_large')
  if (rawHeaders.some((part) => part.length > maxOneHeaderBytes)) fail('headers_too_large')
  if (request.headers['transfer-encoding'] !== undefined && request.headers['content-length'] !== undefined)
    fail('invalid_request', { headers: { Connection: 'close' } })
}

const pathOf = (ctx: Context) => (ctx.req.url ?? '/').split('?', 1)[0] ?? '/'
const queryOf = (ctx: Context) => {
  const url = ctx.req.url ?? '/'
  const at = url.indexOf('?')
  return new URLSearchParams(at < 0 ? '' : url.slice(at + 1))
}

/** What an operator and a reader ask for: health, metrics, the reference. */
function operatorPages({ pages, metrics, ready }: ServerDeps): Koa.Middleware<State> {
  return async (ctx, next) => {
    if (ctx.method !== 'GET' && ctx.method !== 'HEAD') return void (await next())
    const path = pathOf(ctx)
    if (path === '/healthz') {
      ctx.state.route = path
      ctx.body = { status: 'ok' }
      return undefined
    }
    if (path === '/readyz') {
      ctx.state.route = path
      const yes = await ready()
      ctx.status = yes ? 200 : 503
      ctx.body = { status: yes ? 'ready' : 'not ready' }
      return undefined
    }
    if (path === '/metrics') {
      const page = await metrics.page(ctx.get('Authorization') || undefined)
      if (page === undefined) return fail('not_found')
      ctx.type = page.contentType
      ctx.body = page.body
      return undefined
    }
    const page = await pages(path)
    if (page === undefined) return void (await next())
    ctx.state.route = page.route
    ctx.set(page.headers)
    ctx.body = page.body
    return undefined
  }
}

/** Providers' messages: the bytes as received, before anything parses them. */
function callbacks({ callbacks: routes, trustedProxies }: ServerDeps): Koa.Middleware<State> {
  return async (ctx, next) => {
    const path = pathOf(ctx)
    if (!path.startsWith('/providers/')) return void (await next())
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
    return undefined
  }
}

function api(deps: ServerDeps): Koa.Middleware<State> {
  const find = createFinder(deps.operations)
  return async (ctx) => {
    const path = pathOf(ctx)
    if (path === realtimePath && ctx.method === 'GET')
      fail('upgrade_required', { headers: { Upgrade: 'websocket', Connection: 'close, Upgrade' } })
    const match = find(ctx.method, path)
    ctx.state.route = match.operation.route.path
    const gone = new AbortController()
    ctx.res.once('close', () => {
      // Aborting costs an error object, which a request that was answered need not pay for.
      if (!ctx.res.writableFinished) gone.abort()
    })
    const answer = await dispatch(deps, {
      request: ctx.req,
      match,
      path,
      query: queryOf(ctx),
      requestId: ctx.state.requestId,
      ip: clientIp(ctx.req, deps.trustedProxies),
      signal: gone.signal,
      seen: (actor) => {
        ctx.state.actor = actor
      },
    })
    if (answer.replayed) ctx.set('Idempotent-Replay', 'true')
    ctx.status = answer.status
    if (answer.status === 204) return
    ctx.type = 'application/json'
    ctx.body = JSON.stringify(answer.body)
    ctx.status = answer.status
  }
}
