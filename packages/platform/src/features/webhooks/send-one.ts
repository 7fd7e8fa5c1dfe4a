import type { Mode, TenantId } from '../../base/tenant.ts'
import { OutboundError } from '../../http/outbound/outbound-error.ts'
import type { OutboundAnswer } from '../../http/outbound/outbound.ts'
import type { Attempt, EventRow, Failure } from './event-store.ts'
import { bodyOf } from './present-webhooks.ts'
import { slowdownOf } from './retry-schedule.ts'
import { signatureOf } from './secret.ts'
import { rulesOf, type WebhookDeps } from './webhook-deps.ts'

export interface Target {
  readonly tenantId: TenantId
  readonly mode: Mode
  readonly url: string
  /** Each signs. */
  readonly secrets: readonly string[]
}

export interface Sent {
  readonly success: boolean
  readonly attempt: Attempt
  /** How long the endpoint asks to be left alone. */
  readonly slowdownMs: number | undefined
}

const limitMs = 15_000

/** One try: signed anew with the time of this try, on record whatever comes of it. Fails only when the process is closing. */
export async function sendOne(deps: WebhookDeps, to: Target, event: EventRow, closing: AbortSignal): Promise<Sent> {
  const { clock, outbound, webhookReach } = deps
  const at = clock.now()
  const begun = performance.now()
  const attempt = (status: number | null, failure: Failure | null): Attempt => ({
    at,
    status,
    failure,
    durationMs: Math.round(performance.now() - begun),
  })
  const body = JSON.stringify(bodyOf(event, to.mode))
  try {
    const answer = await outbound.send({
      url: to.url,
      rules: rulesOf(to.mode, webhookReach),
      pool: String(to.tenantId),
      method: 'POST',
      headers: headersOf(to, event.id, Math.floor(at.getTime() / 1_000), body),
      body,
      limitMs,
      signal: closing,
    })
    const failure = failureOf(answer)
    const slowdownMs = failure === null ? undefined : slowdownOf(answer.status, one(answer.headers['retry-after']), clock.now())
    return { success: failure === null, attempt: attempt(answer.status, failure), slowdownMs }
  } catch (error) {
    if (!(error instanceof OutboundError)) throw error
    return { success: false, attempt: attempt(null, error.failure), slowdownMs: undefined }
  }
}

const headersOf = ({ secrets }: Target, id: string, seconds: number, body: string) => ({
  'content-type': 'application/json',
  'user-agent': 'ImpactHub-Connect-Webhooks/1',
  'webhook-id': id,
  'webhook-timestamp': String(seconds),
  'webhook-signature': secrets.map((secret) => signatureOf(secret, id, seconds, body)).join(' '),
})

function failureOf({ status }: OutboundAnswer): Failure | null {
  if (status >= 200 && status < 300) return null
  return status >= 300 && status < 400 ? 'redirect' : 'http_error'
}

const one = (value: string | string[] | undefined): string | undefined => (Array.isArray(value) ? value[0] : value)
