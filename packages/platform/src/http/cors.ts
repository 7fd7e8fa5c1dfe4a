import type { IncomingMessage } from 'node:http'
import type { Directory } from '../features/tenants/index.ts'

const localOrigin = /^http:\/\/(localhost|127\.0\.0\.1|\[::1\])(:\d{1,5})?$/

/** The form in which apps name origins; everything else, `null` among it, is nobody's. */
const anyOrigin = /^https?:\/\/[a-z0-9.-]{1,253}(:\d{1,5})?$/

const exposed = [
  'X-Request-Id, Idempotent-Replay, Retry-After, RateLimit-Limit, RateLimit-Remaining, RateLimit-Reset',
  'Location, Tus-Resumable, Upload-Offset, Upload-Length, Upload-Expires',
].join(', ')

interface Asked {
  readonly req: IncomingMessage
  readonly state: { readonly headers: Record<string, string> }
  status: number
}

/**
 * Says which origin may read the answer, and answers browsers that ask before they call; false: it was no such question. A preflight
 * carries no credential, so it is answered for any origin that some app lets in; whether this app does is checked with the credential of
 * the request itself. Never credentials, never `*`, never `null`.
 */
export async function answersBrowser(directory: Directory, ctx: Asked): Promise<boolean> {
  const { headers } = ctx.state
  const { origin = '', 'access-control-request-method': method = '' } = ctx.req.headers
  const known = localOrigin.test(origin) || (anyOrigin.test(origin) && (await directory.originKnown(origin)))
  if (known) {
    headers['Access-Control-Allow-Origin'] = origin
    headers['Access-Control-Expose-Headers'] = exposed
  }
  if (ctx.req.method !== 'OPTIONS' || method === '') return false
  if (known) {
    headers['Access-Control-Allow-Methods'] = 'GET, HEAD, POST, PUT, PATCH, DELETE'
    headers['Access-Control-Allow-Headers'] =
      'Authorization, Content-Type, Idempotency-Key, Tus-Resumable, Upload-Length, Upload-Metadata, Upload-Offset'
    headers['Access-Control-Max-Age'] = '7200'
  }
  ctx.status = 204
  return true
}
