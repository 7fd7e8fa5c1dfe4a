import type Koa from 'koa'
import type { Directory } from '../features/tenants/index.ts'

const localOrigin = /^http:\/\/(localhost|127\.0\.0\.1|\[::1\])(:\d{1,5})?$/

/** The form in which apps name origins; everything else, `null` among it, is nobody's. */
const anyOrigin = /^https?:\/\/[a-z0-9.-]{1,253}(:\d{1,5})?$/

const exposed = [
  'X-Request-Id, Idempotent-Replay, Retry-After, RateLimit-Limit, RateLimit-Remaining, RateLimit-Reset',
  'Location, Tus-Resumable, Upload-Offset, Upload-Length, Upload-Expires',
].join(', ')

/**
 * Answers browsers that ask before they call. A preflight carries no credential, so it is answered for any origin that some app lets in;
 * whether this app does is checked with the credential of the request itself. Never credentials, never `*`, never `null`.
 */
export function cors(directory: Directory): Koa.Middleware<{ headers: Record<string, string> }> {
  return async (ctx, next) => {
    const { headers } = ctx.state
    headers['Vary'] = 'Origin'
    const origin = ctx.get('Origin')
    const known = localOrigin.test(origin) || (anyOrigin.test(origin) && (await directory.originKnown(origin)))
    if (known) {
      headers['Access-Control-Allow-Origin'] = origin
      headers['Access-Control-Expose-Headers'] = exposed
    }
    if (ctx.method !== 'OPTIONS' || ctx.get('Access-Control-Request-Method') === '') return void (await next())
    if (known) {
      headers['Access-Control-Allow-Methods'] = 'GET, HEAD, POST, PUT, PATCH, DELETE'
      headers['Access-Control-Allow-Headers'] =
        'Authorization, Content-Type, Idempotency-Key, Tus-Resumable, Upload-Length, Upload-Metadata, Upload-Offset'
      headers['Access-Control-Max-Age'] = '7200'
    }
    ctx.status = 204
    return undefined
  }
}
