import * as z from 'zod'
import { ProviderError, type ProviderFailure } from '../port.ts'

/** v1 says `RestException`, the newer products `response.error_data`. */
const refusalWire = z.object({
  RestException: z.object({ Code: z.unknown(), Message: z.unknown() }).partial().optional().catch(undefined),
  response: z
    .object({ error_data: z.object({ code: z.unknown(), message: z.unknown(), description: z.unknown() }).partial() })
    .partial()
    .optional()
    .catch(undefined),
})

export interface Refusal {
  /** Said in Exotel's own form, and not by a server on the way. */
  readonly isExotels: boolean
  readonly code: string | undefined
  /** Which of our two people's numbers is wrong stands in the text alone, and there is no code for it. */
  readonly aboutNumber: boolean
  /** Nor is there one for what was done before. */
  readonly already: boolean
}

// Named as the parameters are, so that an ordinary "to" or "from" of a sentence is none.
const numberParameter = /\b(?:To|From|contact_uri)\b/
const wrong = /invalid|not a valid/i

/** What a refusal says of itself. Its text may hold phone numbers, and goes no further. */
export function readRefusal(body: unknown): Refusal {
  const read = refusalWire.safeParse(body).data
  const { Code: code, Message: message } = read?.RestException ?? {}
  const newer = read?.response?.error_data
  const given = code ?? newer?.code
  const word = typeof given === 'number' || typeof given === 'string' ? String(given) : ''
  const texts = [message, newer?.message, newer?.description].filter((text) => typeof text === 'string')
  return {
    isExotels: read?.RestException !== undefined || newer !== undefined,
    code: /^[\w-]{1,20}$/.test(word) ? word : undefined,
    aboutNumber: texts.some((text) => numberParameter.test(text) && wrong.test(text)),
    already: texts.some((text) => /\balready\b/i.test(text)),
  }
}

/** The request never left: no address, or nobody listens there. Any other break may come after Exotel has begun to work. */
const neverSent: ReadonlySet<string> = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN'])

/** What a refusal with this status means for us. */
export function failureOf(status: number, { aboutNumber }: Pick<Refusal, 'aboutNumber'>): ProviderFailure {
  if (status === 429) return 'not_sent'
  if (status === 408 || status < 400 || status >= 500) return 'unknown'
  return status === 400 && aboutNumber ? 'invalid_number' : 'refused'
}

const codeOf = (error: unknown): string | undefined =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined

/** A request without an answer. The error behind it is left out: it may carry what was sent. */
export function unanswered(error: unknown): ProviderError {
  const code = error instanceof Error ? (codeOf(error.cause) ?? codeOf(error) ?? error.name) : undefined
  return new ProviderError(code !== undefined && neverSent.has(code) ? 'not_sent' : 'unknown', code)
}
