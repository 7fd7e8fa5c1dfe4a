import ky, { HTTPError, TimeoutError, type Options } from 'ky'
import type { CallOptions } from '../contract/kit.ts'
import type { Timing } from '../timing.ts'
import { abortable } from './abortable.ts'
import { ConnectError } from './connect-error.ts'
import type { Credential } from './credential.ts'
import { problemOf } from './problem-answer.ts'

/** Options of a call, with what only some routes know. */
export interface SendOptions extends CallOptions {
  readonly headers?: Readonly<Record<string, string>>
  /** A body that is sent as it is. */
  readonly raw?: Blob | FormData
  /** The answer is a picture. */
  readonly picture?: true
}

/** Sends one request and gives the parsed answer; everything that fails is a ConnectError. A body goes as JSON. */
export type Send = (method: string, path: string, options: SendOptions, body?: unknown) => Promise<unknown>

export interface TransportSettings {
  readonly baseUrl: string
  readonly credential: Credential
  readonly timing: Timing
  readonly fetch?: typeof globalThis.fetch | undefined
}

/** crypto.randomUUID is missing on pages without TLS, this is not. */
const randomKey = (): string => crypto.getRandomValues(new Uint32Array(4)).join('-')

/** Reads the whole body within the try: one that stops halfway is a failed try, not a hung caller. */
const fetchWhole =
  (fetch: typeof globalThis.fetch = globalThis.fetch): typeof globalThis.fetch =>
  async (input, init) => {
    const response = await fetch(input, init)
    const { status, statusText, headers } = response
    const bytes = await response.arrayBuffer()
    return new Response(bytes.byteLength > 0 ? bytes : null, { status, statusText, headers })
  }

/** Twins in flight are waited for; other conflicts and a frozen ledger stay what they are however often one asks. */
async function shouldRetry(error: Error, maxWaitMs: number): Promise<boolean | undefined> {
  if (!(error instanceof HTTPError)) return undefined
  const { status, code, retryAfterSeconds = 0 } = await problemOf(error.response.clone())
  if (retryAfterSeconds * 1000 > maxWaitMs || code === 'ledger_frozen') return false
  return status === 409 && code !== 'idempotency_in_progress' ? false : undefined
}

const retryOf = ({ retryBaseMs, retryAfterMaxMs }: Timing): NonNullable<Options['retry']> => ({
  limit: 3,
  // Not PATCH: it carries no key, and a second one could undo what another client did in between.
  methods: ['get', 'put', 'delete', 'post'],
  statusCodes: [408, 409, 429, 502, 503, 504],
  afterStatusCodes: [409, 429, 502, 503, 504],
  retryOnTimeout: true,
  // With jitter: those who failed together do not come back together.
  delay: (attempt) => retryBaseMs * 2 ** (attempt - 2) * (1 + Math.random()),
  shouldRetry: ({ error }) => shouldRetry(error, retryAfterMaxMs),
})

async function connectError(error: unknown, signal: AbortSignal | undefined): Promise<ConnectError> {
  if (error instanceof ConnectError) return error
  if (signal?.aborted) return new ConnectError('aborted', 'the caller gave up', { cause: error })
  if (error instanceof HTTPError) return problemOf(error.response)
  return error instanceof TimeoutError
    ? new ConnectError('timeout', 'no answer in time', { cause: error })
    : new ConnectError('network_error', 'no answer', { cause: error })
}

function parse(status: number, text: string): unknown {
  if (status === 204) return undefined
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new ConnectError('unexpected_answer', 'the answer is not JSON', { status, cause })
  }
}

/** The way to the platform: credential, idempotency key, retries and errors of every request. */
export function transport({ baseUrl, credential, timing, fetch }: TransportSettings): Send {
  const base = baseUrl.replace(/\/+$/, '')
  const fetcher = fetchWhole(fetch)

  const attempt = async (authorization: string, method: string, path: string, options: SendOptions, body: unknown): Promise<unknown> => {
    const response = await ky(base + path, {
      method,
      headers: {
        ...options.headers,
        authorization: `Bearer ${authorization}`,
        ...(method === 'POST' && { 'idempotency-key': options.idempotencyKey }),
      },
      timeout: timing.tryMs,
      retry: retryOf(timing),
      fetch: fetcher,
      ...(options.raw ? { body: options.raw } : body !== undefined && { json: body }),
      ...(options.signal && { signal: options.signal }),
    })
    return options.picture ? response.blob() : parse(response.status, await response.text())
  }

  return async (method, path, given, body) => {
    const options = { ...given, idempotencyKey: given.idempotencyKey ?? randomKey() }
    if (!/^[!-~]{1,255}$/.test(options.idempotencyKey)) {
      throw new ConnectError('invalid_argument', 'an idempotency key has 1 to 255 visible ASCII characters')
    }
    try {
      const authorization = await abortable(credential.current(), options.signal)
      try {
        return await attempt(authorization, method, path, options, body)
      } catch (error) {
        const problem = await connectError(error, options.signal)
        if (!credential.replace || problem.code !== 'unauthenticated') throw problem
        return await attempt(await abortable(credential.replace(authorization), options.signal), method, path, options, body)
      }
    } catch (error) {
      throw await connectError(error, options.signal)
    }
  }
}
