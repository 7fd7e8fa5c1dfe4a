import * as z from 'zod'
import type { Clock } from '../../../base/clock.ts'
import { createBreaker, noBreaker } from '../../breaker.ts'
import { readAnswer } from '../../read-answer.ts'
import { PaymentError } from '../port.ts'

/** Where Razorpay is, and who we are there. */
export interface RazorpaySettings {
  /** `https://api.razorpay.com`, the sandbox, or any server that speaks the same. */
  readonly baseUrl: string
  /** Where its payment page comes from: the script is at `/v1/checkout.js` below it. */
  readonly checkoutUrl: string
  /** Names the account; pages are told it. */
  readonly keyId: string
  readonly keySecret: string
  /** Signs webhooks; not the key secret. */
  readonly webhookSecret: string
  /** The one before it. For how long it still proves anything is for the platform to say. */
  readonly previousWebhookSecret?: string | undefined
  /** How long one request may take, 8 s unless told. */
  readonly timeoutMs?: number | undefined
  /** With a clock, a provider that fails five times in a row is left alone for five seconds of it. */
  readonly clock?: Pick<Clock, 'now'> | undefined
}

export interface Question {
  readonly method: 'GET' | 'POST'
  /** Below `/v1/`. */
  readonly path: string
  readonly query?: Readonly<Record<string, string>>
  readonly json?: unknown
  readonly headers?: Readonly<Record<string, string>>
}

interface Answer {
  readonly status: number
  readonly ok: boolean
  /** Undefined when it was not JSON. */
  readonly body: unknown
}

export interface RazorpayClient {
  /** Sends the question once, and reads the answer by the schema; what is no such answer is thrown as a `PaymentError`. */
  ask<Schema extends z.ZodType>(question: Question, schema: Schema): Promise<z.output<Schema>>
  isResting(): boolean
}

/** Razorpay's refusals: `{ error: { code, reason } }`. Descriptions are for people, and may quote what was sent. */
const refusalWire = z.object({ error: z.object({ code: z.string().max(64), reason: z.string().max(64).nullish() }) })

/** The request never left: no address, or nobody listens there. Any other break may come after Razorpay has begun to work. */
const neverSent: ReadonlySet<string> = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN'])

const tooLarge = () => new PaymentError('unknown', 'too large')

/** A request without an answer. The error behind it is left out: it may carry the request, and with it the credentials. */
function unanswered(error: unknown): PaymentError {
  if (error instanceof PaymentError) return error
  const cause = error instanceof Error ? error.cause : undefined
  const code = cause instanceof Error && 'code' in cause && typeof cause.code === 'string' ? cause.code : undefined
  return new PaymentError(code !== undefined && neverSent.has(code) ? 'not_sent' : 'unknown', code)
}

function refused({ status, body }: Answer): PaymentError {
  const { code, reason } = refusalWire.safeParse(body).data?.error ?? {}
  const word = reason ?? code ?? `http ${status}`
  if (status === 429) return new PaymentError('not_sent', word)
  // It does not know us, or not from here: that says nothing of what was asked, and is for the operator to mend.
  if (status === 401 || status === 403) return new PaymentError('not_sent', word)
  // The same is being worked on there: the answer to it is still to come.
  if (status === 409) return new PaymentError('unknown', word)
  return new PaymentError(status === 408 || status < 400 || status >= 500 ? 'unknown' : 'refused', word)
}

/** Credentials go in the header, never in the address, which is what logs keep. A redirect would carry them elsewhere: none is followed. */
export function createRazorpayClient(settings: RazorpaySettings): RazorpayClient {
  const { keyId, keySecret, timeoutMs = 8_000, clock } = settings
  const below = `${settings.baseUrl.replace(/\/+$/, '')}/v1/`
  const authorization = `Basic ${Buffer.from(`${keyId}:${keySecret}`).toString('base64')}`

  async function send({ method, path, query, json, headers = {} }: Question): Promise<Answer> {
    try {
      const response = await fetch(`${below}${path}${query === undefined ? '' : `?${new URLSearchParams(query).toString()}`}`, {
        method,
        body: json === undefined ? null : JSON.stringify(json),
        headers: {
          ...headers,
          authorization,
          accept: 'application/json',
          ...(json === undefined ? {} : { 'content-type': 'application/json' }),
        },
        redirect: 'error',
        signal: AbortSignal.timeout(timeoutMs),
      })
      return { status: response.status, ok: response.ok, body: await readAnswer(response, tooLarge) }
    } catch (error) {
      throw unanswered(error)
    }
  }

  const held = () => new PaymentError('not_sent', 'circuit open')
  const breaker = clock === undefined ? noBreaker : createBreaker(() => clock.now(), held)
  return {
    async ask(question, schema) {
      const answer = await breaker.run(
        () => send(question),
        ({ status }) => status >= 500,
      )
      if (!answer.ok) throw refused(answer)
      const read = schema.safeParse(answer.body)
      // A good answer that cannot be read leaves open what happened.
      if (!read.success) throw new PaymentError('unknown', 'unreadable')
      return read.data
    },
    isResting: breaker.isResting,
  }
}
