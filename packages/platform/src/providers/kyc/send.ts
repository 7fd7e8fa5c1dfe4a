import type { Clock } from '../../base/clock.ts'
import { createBreaker, noBreaker, type Breaker } from '../breaker.ts'
import { readAnswer, readBytes } from '../read-answer.ts'
import type { Tally } from './conclude.ts'
import type { IdentityKind } from './port.ts'
import { CheckStop } from './stop.ts'

export interface Letter {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly json?: unknown
  readonly form?: FormData
}

export interface Answer {
  readonly status: number
  readonly ok: boolean
  /** Undefined when it was not JSON. */
  readonly body: unknown
}

export interface SenderOptions {
  /** How long one request may take, 10 s unless told: behind it a government's registry is asked. */
  readonly timeoutMs?: number | undefined
  /** With a clock, a registry that fails five times in a row is left alone for five seconds of it. */
  readonly clock?: Pick<Clock, 'now'> | undefined
}

export interface Sender {
  /** Posts once. What gets no answer ends the check. */
  post(kind: IdentityKind, letter: Letter, tally: Tally): Promise<Answer>
  /** A picture that the provider has made; undefined: it cannot be had. Nobody's check depends on it. */
  fetchPicture(url: string): Promise<Buffer | undefined>
  isResting(kind: IdentityKind): boolean
}

const codeOf = (error: unknown): string | undefined =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' && /^[A-Z_]{1,40}$/.test(error.code) ? error.code : undefined

/** The error itself is left out: it may carry what was sent. */
function unanswered(error: unknown): CheckStop {
  if (error instanceof CheckStop) return error
  if (error instanceof Error && error.name === 'TimeoutError') return new CheckStop('timed_out', 'timeout')
  return new CheckStop('source_down', (error instanceof Error ? (codeOf(error.cause) ?? codeOf(error)) : undefined) ?? 'network')
}

/** A picture comes back inside an answer at times, in base64. */
const largestAnswer = 8 * 1024 * 1024

async function send({ url, headers, json, form }: Letter, timeoutMs: number): Promise<Answer> {
  try {
    const response = await fetch(url, {
      method: 'POST',
      body: form ?? JSON.stringify(json ?? {}),
      headers: { accept: 'application/json', ...(form === undefined ? { 'content-type': 'application/json' } : {}), ...headers },
      redirect: 'error',
      signal: AbortSignal.timeout(timeoutMs),
    })
    const body = await readAnswer(response, () => new CheckStop('unclear', 'too large'), largestAnswer)
    return { status: response.status, ok: response.ok, body }
  } catch (error) {
    throw unanswered(error)
  }
}

const largestPicture = 8 * 1024 * 1024

async function fetchPicture(url: string, timeoutMs: number): Promise<Buffer | undefined> {
  try {
    const response = await fetch(url, { redirect: 'error', signal: AbortSignal.timeout(timeoutMs) })
    const bytes = await readBytes(response, largestPicture, () => new CheckStop('unclear', 'too large'))
    return response.ok && bytes.length > 0 ? bytes : undefined
  } catch {
    return undefined
  }
}

/** Each kind of document has a registry of its own, which is down by itself. */
export function createSender({ timeoutMs = 10_000, clock }: SenderOptions): Sender {
  const heldBack = () => new CheckStop('source_down', 'resting')
  const breaker = (): Breaker => (clock === undefined ? noBreaker : createBreaker(() => clock.now(), heldBack))
  const breakers: Readonly<Record<IdentityKind, Breaker>> = { aadhaar: breaker(), pan: breaker(), driving_license: breaker() }
  return {
    fetchPicture: (url) => fetchPicture(url, timeoutMs),
    isResting: (kind) => breakers[kind].isResting(),
    post(kind, letter, tally) {
      const count = () => {
        tally.requests += 1
        return send(letter, timeoutMs)
      }
      return breakers[kind].run(count, ({ status }) => status >= 500)
    },
  }
}
