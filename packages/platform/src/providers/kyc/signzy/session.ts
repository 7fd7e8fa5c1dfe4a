import * as z from 'zod'
import type { Tally } from '../conclude.ts'
import { checkReasons, type IdentityKind } from '../port.ts'
import type { Answer, Letter } from '../send.ts'
import { CheckStop } from '../stop.ts'
import type { SignzySettings } from './client.ts'
import { reasonOfStatus, refusedBy } from './codes.ts'

export interface Opened {
  readonly token: string
  /** Of v2 the patron's id. */
  readonly userId: string
}

export interface Session {
  open(kind: IdentityKind, tally: Tally): Promise<Opened>
  /** Whether a refused token can be replaced by logging in again. */
  close(token: string): boolean
}

const opened = z.object({
  id: z.string().min(1).max(4_096),
  ttl: z.number().positive().optional().catch(undefined),
  userId: z.union([z.string(), z.int().transform(String)]).catch(''),
})

const loginPath = { v2: 'api/v2/patrons/login', v3: 'api/customers/login' } as const

/** A token shortly before its end may be refused on its way. */
const marginSeconds = 60
const usualSeconds = 3_600

/** Logs in when it must, once for all who wait, and keeps the token for as long as it is good. */
export function createSession(
  { generation, credentials, clock }: Pick<SignzySettings, 'generation' | 'credentials' | 'clock'>,
  post: (kind: IdentityKind, letter: Letter, tally: Tally) => Promise<Answer>,
): Session {
  if ('token' in credentials) return { open: () => Promise.resolve({ token: credentials.token, userId: '' }), close: () => false }
  const now = () => (clock?.now() ?? new Date()).getTime()
  let current: { readonly session: Promise<Opened>; endsAt: number; token?: string } | undefined

  async function logIn(kind: IdentityKind, tally: Tally): Promise<Opened & { ttl: number }> {
    const answer = await post(kind, { url: loginPath[generation], headers: {}, json: { ...credentials } }, tally)
    // Whatever is wrong with a login is wrong with the account, not with the person asked about.
    const refusal = refusedBy(answer, reasonOfStatus)
    if (refusal !== undefined)
      throw checkReasons[refusal.reason][0] === 'retryable' ? refusal : new CheckStop('account_blocked', refusal.providerCode)
    const read = opened.safeParse(answer.body)
    if (!read.success) throw new CheckStop('account_blocked', 'no token')
    return { token: read.data.id, userId: read.data.userId, ttl: read.data.ttl ?? usualSeconds }
  }

  return {
    open(kind, tally) {
      if (current !== undefined && now() < current.endsAt) return current.session
      const mine: { session: Promise<Opened>; endsAt: number; token?: string } = { session: logged(), endsAt: Number.POSITIVE_INFINITY }
      async function logged(): Promise<Opened> {
        try {
          const { ttl, ...session } = await logIn(kind, tally)
          mine.endsAt = now() + Math.max(ttl - marginSeconds, 1) * 1_000
          mine.token = session.token
          return session
        } catch (error) {
          if (current === mine) current = undefined
          throw error
        }
      }
      current = mine
      return mine.session
    },
    close(token) {
      if (current?.token === token) current = undefined
      return true
    },
  }
}
