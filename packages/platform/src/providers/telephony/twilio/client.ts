import * as z from 'zod'
import type { Clock } from '../../../base/clock.ts'
import { createBreaker, noBreaker } from '../../breaker.ts'
import { ProviderError } from '../port.ts'
import { failureOf, unanswered } from './failures.ts'
import { errorWire } from './wire.ts'

/** Where Twilio is, and who we are there. */
export interface TwilioSettings {
  /** `https://api.twilio.com`, the sandbox, or any server that speaks the same. Its path, if any, comes before `/2010-04-01`. */
  readonly baseUrl: string
  /** Begins with `AC`. */
  readonly accountSid: string
  readonly authToken: string
  /** Signatures made with it are still accepted: for the time after a rotation. */
  readonly previousAuthToken?: string | undefined
  /** How long one request may take, 8 s unless told. */
  readonly timeoutMs?: number | undefined
  /** With a clock, a provider that fails five times in a row is left alone for five seconds of it. */
  readonly clock?: Pick<Clock, 'now'> | undefined
}

export type Params = Readonly<Record<string, string | number | boolean | readonly string[]>>

export interface Answer {
  readonly ok: boolean
  readonly status: number
  /** Twilio's error code of a refusal, when it gave one. */
  readonly code: number | undefined
  readonly body: unknown
}

/** Requests to the account's own resources, each sent once. `path` is below the account: `Calls.json`. */
export interface TwilioClient {
  get(path: string, params?: Params): Promise<Answer>
  post(path: string, form: Params): Promise<Answer>
  delete(path: string): Promise<Answer>
  /** Whether Twilio is left alone for the moment. */
  isResting(): boolean
}

const responseWire = z.object({ statusCode: z.number().int(), body: z.unknown() })

const largestAnswer = 4 * 1024 * 1024

/** Only the path is taken from what the library asks for: neither an edge in the environment nor a link in an answer leads elsewhere. */
function below(baseUrl: string, asked: string): string {
  const { pathname, search } = new URL(asked)
  return `${baseUrl.replace(/\/+$/, '')}${pathname}${search}`
}

/**
 * Twilio's own client carries the requests: it signs in and encodes. Its resource classes are left out, since they read a missing date
 * as the present moment and let any other shape through; answers are checked in wire.ts instead.
 */
export function createTwilioClient(settings: TwilioSettings): TwilioClient {
  const { accountSid, authToken, timeoutMs = 8_000 } = settings
  const account = `/2010-04-01/Accounts/${accountSid}`

  // The library costs 0.2 s and 30 MB: it is loaded when the first call is made.
  let loading: ReturnType<typeof load> | undefined
  async function load() {
    const { default: twilio } = await import('twilio')
    // More sockets than the usual 20: a request that waits for one would run into the time limit and count as perhaps sent.
    const httpClient = new twilio.RequestClient({ timeout: timeoutMs, autoRetry: false, maxSockets: 256 })
    httpClient.axios.defaults.maxContentLength = largestAnswer
    httpClient.axios.interceptors.request.use((request) =>
      Object.assign(request, {
        url: below(settings.baseUrl, request.url ?? ''),
        // `timeout` counts silence only; an answer that trickles is cut by the signal.
        signal: AbortSignal.timeout(timeoutMs),
      }),
    )
    // A log level in the environment would print requests, and with them phone numbers.
    return twilio(accountSid, authToken, { httpClient, logLevel: 'error' })
  }

  async function send(method: 'get' | 'post' | 'delete', path: string, values: { params?: Params; data?: Params }): Promise<Answer> {
    const client = await (loading ??= load())
    const response: unknown = await client
      .request({ method, uri: `https://api.twilio.com${account}/${path}`, ...values })
      .catch((error: unknown) => {
        throw unanswered(error)
      })
    const read = responseWire.safeParse(response)
    if (!read.success) throw new ProviderError('unknown', 'unreadable')
    const { statusCode: status, body } = read.data
    const ok = status >= 200 && status < 300
    return { ok, status, code: ok ? undefined : errorWire.safeParse(body).data?.code, body }
  }

  const { clock } = settings
  const breaker =
    clock === undefined
      ? noBreaker
      : createBreaker(
          () => clock.now(),
          () => new ProviderError('not_sent', 'circuit open'),
        )
  const inTrouble = ({ status }: Answer): boolean => status >= 500
  return {
    get: (path, params = {}) => breaker.run(() => send('get', path, { params }), inTrouble),
    post: (path, form) => breaker.run(() => send('post', path, { data: form }), inTrouble),
    delete: (path) => breaker.run(() => send('delete', path, {}), inTrouble),
    isResting: breaker.isResting,
  }
}

/** The body of a good answer; a refusal is thrown. A good answer that cannot be read leaves open what happened. */
export function accept<Schema extends z.ZodType>(answer: Answer, schema: Schema): z.output<Schema> {
  if (!answer.ok) throw new ProviderError(failureOf(answer.status, answer.code), String(answer.code ?? `http ${answer.status}`))
  const read = schema.safeParse(answer.body)
  if (!read.success) throw new ProviderError('unknown', 'unreadable')
  return read.data
}
