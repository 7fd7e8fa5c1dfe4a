import * as z from 'zod'
import type { Tally } from '../conclude.ts'
import type { CheckReason, IdentityKind } from '../port.ts'
import { saidId } from '../said.ts'
import { createSender, type Answer, type SenderOptions } from '../send.ts'
import { CheckStop } from '../stop.ts'
import { reasonOfCode, reasonOfStatus } from './codes.ts'

/** Where Karza is, and who we are there. */
export interface KarzaSettings extends SenderOptions {
  /** `https://api.karza.in`, its successor `https://hub.perfios.com/api/kyc`, or anything that speaks the same. */
  readonly baseUrl: string
  readonly apiKey: string
  /** `x-karza-key` at the older hosts, `x-auth-key` at the hub. */
  readonly authHeader: string
}

export interface Question {
  /** With its version: `v2/pan-authentication`. */
  readonly path: string
  readonly json?: Readonly<Record<string, unknown>>
  readonly form?: FormData
  /** What the codes of this call mean, where it is not what they usually do. */
  readonly codes?: Readonly<Record<number, CheckReason>>
}

export interface KarzaClient {
  /** The `result` of an answer with code 101; anything else ends the check. */
  ask(kind: IdentityKind, question: Question, tally: Tally): Promise<unknown>
  isResting(kind: IdentityKind): boolean
}

const code = z
  .union([z.int(), z.string().regex(/^\d{3}$/)])
  .transform(Number)
  .nullish()
  .catch(undefined)

/** v2 says `status-code` as text, v3 `statusCode` as a number, errors `status`. */
const envelope = z.object({
  statusCode: code,
  'status-code': code,
  status: code,
  requestId: saidId,
  request_id: saidId,
  result: z.unknown().optional(),
})

/** What an answer that is not 101 comes to. HTTP's word goes first where it speaks of the way, the body's where it speaks of the person. */
function refused({ status, ok }: Answer, said: number | undefined, codes: Readonly<Record<number, CheckReason>>): CheckStop {
  const byStatus = ok ? undefined : reasonOfStatus[status]
  if (byStatus !== undefined && byStatus !== 'request_refused') return new CheckStop(byStatus, `http ${status}`)
  const byCode = said === undefined ? undefined : codes[said]
  if (byCode !== undefined) return new CheckStop(byCode, String(said))
  if (byStatus !== undefined) return new CheckStop(byStatus, `http ${status}`)
  // An error's body may repeat its HTTP status as the code, even on a 200.
  const repeated = said === undefined || said < 400 ? undefined : reasonOfStatus[said]
  return new CheckStop(repeated ?? 'unclear', said === undefined ? `http ${status}` : String(said))
}

/** The key goes in the header, never in the address, which is what logs keep. A redirect would carry it elsewhere: none is followed. */
export function createKarzaClient(settings: KarzaSettings): KarzaClient {
  const below = settings.baseUrl.replace(/\/+$/, '')
  const headers = { [settings.authHeader]: settings.apiKey }
  const sender = createSender(settings)
  return {
    isResting: sender.isResting,
    async ask(kind, { path, json, form, codes = reasonOfCode }, tally) {
      const answer = await sender.post(kind, { url: `${below}/${path}`, headers, ...(form === undefined ? { json } : { form }) }, tally)
      const read = envelope.safeParse(answer.body).data
      tally.providerRequestId = read?.requestId ?? read?.request_id ?? tally.providerRequestId
      const said = read?.statusCode ?? read?.['status-code'] ?? read?.status ?? undefined
      if (!answer.ok || said !== 101) throw refused(answer, said, codes)
      return read?.result
    },
  }
}
