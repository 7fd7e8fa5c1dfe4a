import * as z from 'zod'
import { checkReasons, type CheckReason } from '../port.ts'
import type { Answer } from '../send.ts'
import { CheckStop } from '../stop.ts'

/** What a status means of a call that asks a registry by number. */
export const reasonOfStatus: Readonly<Record<number, CheckReason>> = {
  400: 'request_refused',
  401: 'account_blocked',
  402: 'account_blocked',
  // Documented as "denied due to request limits", of the contract and not of the second.
  403: 'account_blocked',
  404: 'number_not_found',
  422: 'number_invalid',
  429: 'throttled',
  // Documented as temporary, 502 as "down, or being upgraded".
  500: 'source_down',
  502: 'source_down',
  503: 'source_down',
  504: 'timed_out',
}

/** Of a call that reads a picture: 404 is said of one that cannot be read. */
export const reasonOfPictureStatus: Readonly<Record<number, CheckReason>> = {
  ...reasonOfStatus,
  404: 'document_unreadable',
  422: 'document_unreadable',
}

/** `{ status, message }`, `{ error: { name, status, message } }`, or `{ statusCode, message }` within a 200. */
const refusalWire = z.object({
  error: z
    .object({ status: z.int().optional().catch(undefined) })
    .optional()
    .catch(undefined),
  statusCode: z.int().optional().catch(undefined),
  status: z.int().optional().catch(undefined),
})
/** The status that an answer comes to: an error may be told inside a good one. */
function statusOf({ status, ok, body }: Answer): number {
  const { error, statusCode, status: said } = refusalWire.safeParse(body).data ?? {}
  const inside = error?.status ?? statusCode ?? said ?? (error === undefined ? undefined : 0)
  return ok && inside !== undefined && !(inside >= 200 && inside < 300) ? inside : status
}

/** What an answer comes to that is not a good one; undefined for a good one. */
export function refusedBy(answer: Answer, reasons: Readonly<Record<number, CheckReason>>): CheckStop | undefined {
  const status = statusOf(answer)
  if (status >= 200 && status < 300) return undefined
  const reason = reasons[status] ?? 'unclear'
  // A page that is no answer of theirs, as of a gateway or a wrong address, speaks of nobody: no person is refused for it.
  const isTheirs = answer.body !== undefined || checkReasons[reason][0] !== 'fail'
  return new CheckStop(isTheirs ? reason : 'unclear', `http ${status}`)
}
