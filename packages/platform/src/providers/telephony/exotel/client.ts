import type * as z from 'zod'
import type { Clock } from '../../../base/clock.ts'
import { createBreaker, noBreaker } from '../../breaker.ts'
import { readAnswer } from '../../read-answer.ts'
import { ProviderError } from '../port.ts'
import { failureOf, readRefusal, unanswered, type Refusal } from './failures.ts'

/** Where Exotel is, and who we are there. */
export interface ExotelAccount {
  /** `https://api.in.exotel.com` (Mumbai), `https://api.exotel.com` (Singapore), or the sandbox. */
  readonly baseUrl: string
  /** Of the Legs API: `https://cpaas-api.in.exotel.com`. Without it, the same server as `baseUrl`. */
  readonly legsBaseUrl?: string | undefined
  readonly accountSid: string
  readonly apiKey: string
  readonly apiToken: string
  /** How long one request may take, 8 s unless told. */
  readonly timeoutMs?: number | undefined
  /** With a clock, a provider that fails five times in a row is left alone for five seconds of it. */
  readonly clock?: Pick<Clock, 'now'> | undefined
}

export type Params = Readonly<Record<string, string | number>>

/** One of Exotel's products: the older voice API, the numbers, and the legs. Each has its own beginning of a path. */
export type Product = 'voice' | 'numbers' | 'legs'

export interface Question {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  readonly product: Product
  /** Below the account: `Calls/connect.json`. */
  readonly path: string
  readonly query?: Params
  readonly form?: Params
  readonly json?: unknown
}

export interface Answer {
  readonly ok: boolean
  readonly status: number
  readonly refusal: Refusal
  /** Undefined when it was not JSON. */
  readonly body: unknown
}

export interface ExotelClient {
  /** Sends the request once. */
  (question: Question): Promise<Answer>
  /** Whether a request would be held back, since the last ones were not answered. */
  isResting(): boolean
}

const tooLarge = () => new ProviderError('unknown', 'too large')

const encoded = (params: Params): string =>
  new URLSearchParams(Object.entries(params).map(([name, value]) => [name, String(value)])).toString()

/** Credentials go in the header, never in the address, which is what logs keep. A redirect would carry them elsewhere: none is followed. */
export function createExotelClient(account: ExotelAccount): ExotelClient {
  const { accountSid, apiKey, apiToken, timeoutMs = 8_000, clock } = account
  if (!/^[\w-]{1,64}$/.test(accountSid)) throw new Error('the Exotel account SID must be letters, digits, _ and -')
  const [voice, legs] = [account.baseUrl, account.legsBaseUrl ?? account.baseUrl].map((url) => url.replace(/\/+$/, ''))
  const below: Readonly<Record<Product, string>> = {
    voice: `${voice}/v1/Accounts/${accountSid}`,
    numbers: `${voice}/v2_beta/Accounts/${accountSid}`,
    legs: `${legs}/v2/accounts/${accountSid}`,
  }
  const authorization = `Basic ${Buffer.from(`${apiKey}:${apiToken}`).toString('base64')}`

  async function send({ method, product, path, query, form, json }: Question): Promise<Answer> {
    const body = form === undefined ? (json === undefined ? null : JSON.stringify(json)) : encoded(form)
    const type = form === undefined ? (json === undefined ? {} : { 'content-type': 'application/json' }) : formType
    try {
      const response = await fetch(`${below[product]}/${path}${query === undefined ? '' : `?${encoded(query)}`}`, {
        method,
        body,
        headers: { authorization, accept: 'application/json', ...type },
        redirect: 'error',
        signal: AbortSignal.timeout(timeoutMs),
      })
      const read = await readAnswer(response, tooLarge)
      return { ok: response.ok, status: response.status, refusal: readRefusal(read), body: read }
    } catch (error) {
      throw error instanceof ProviderError ? error : unanswered(error)
    }
  }

  const breaker =
    clock === undefined
      ? noBreaker
      : createBreaker(
          () => clock.now(),
          () => new ProviderError('not_sent', 'circuit open'),
        )
  const ask = (question: Question): Promise<Answer> =>
    breaker.run(
      () => send(question),
      ({ status }) => status >= 500,
    )
  return Object.assign(ask, { isResting: breaker.isResting })
}

const formType = { 'content-type': 'application/x-www-form-urlencoded' }

/** What a refused request comes to. */
export const refused = ({ status, refusal }: Answer): ProviderError =>
  new ProviderError(failureOf(status, refusal), refusal.code ?? `http ${status}`)

/** The body of a good answer; a refusal is thrown. A good answer that cannot be read leaves open what happened. */
export function accept<Schema extends z.ZodType>(answer: Answer, schema: Schema): z.output<Schema> {
  if (!answer.ok) throw refused(answer)
  const read = schema.safeParse(answer.body)
  if (!read.success) throw new ProviderError('unknown', 'unreadable')
  return read.data
}
