import * as z from 'zod'
import type { Finding, Tally } from '../conclude.ts'
import { readDate } from '../dates.ts'
import type { CheckInput, CheckPicture } from '../port.ts'
import { canBe, readLastFour, readName } from '../said.ts'
import { CheckStop } from '../stop.ts'
import type { KarzaClient } from './client.ts'
import { reasonOfPictureCode } from './codes.ts'

/** What was read, and how surely: 0 to 1. */
const detail = z
  .object({ value: z.string().max(500), conf: z.number().min(0).max(1).optional().catch(undefined) })
  .optional()
  .catch(undefined)
const details = z.object({ aadhaar: detail, name: detail, dob: detail, yob: detail })
const face = z.object({ type: z.string().max(100), details: details.catch({}) })
const faces = z.array(z.unknown()).max(20)
type Face = z.output<typeof face>

function formOf(picture: CheckPicture, reference: string): FormData {
  const form = new FormData()
  const extension = picture.mediaType === 'image/png' ? 'png' : 'jpg'
  form.set('file', new Blob([new Uint8Array(picture.bytes)], { type: picture.mediaType }), `${reference}-${picture.side}.${extension}`)
  for (const name of ['maskAadhaar', 'hideAadhaar', 'conf']) form.set(name, 'true')
  return form
}

/** Adds what another side of the card shows to what is known. */
function shown(known: Finding, { details: { aadhaar, name, dob, yob } }: Face, { number, dateOfBirth }: CheckInput): Finding {
  if (aadhaar?.value && !canBe(aadhaar.value, number)) throw new CheckStop('document_mismatch', '101')
  const date = readDate(dob?.value)
  const isOtherYear = date === undefined && !!yob?.value && yob.value !== dateOfBirth.slice(0, 4)
  const scores = [aadhaar, name, dob].flatMap((one) => one?.conf ?? [])
  return {
    ...known,
    name: known.name ?? readName(name?.value),
    dateOfBirth: known.dateOfBirth ?? date,
    ...(isOtherYear ? { dateOfBirthMatches: false } : {}),
    lastFour: known.lastFour ?? readLastFour(aadhaar?.value),
    score: scores.length === 0 ? known.score : Math.min(...scores, known.score ?? 1),
  }
}

/**
 * Reads the card, with the number hidden in whatever comes back. Without a code sent to the person's phone nobody at Karza vouches for an
 * Aadhaar, so that the best that can come of it is a review with what was read as its evidence.
 */
export async function readAadhaar(client: KarzaClient, input: CheckInput, tally: Tally): Promise<Finding> {
  let found: Finding = { isVouchedFor: false, providerCode: '101' }
  let isSeen = false
  for (const picture of input.pictures) {
    const question = { path: 'v3/ocr/kyc', form: formOf(picture, input.reference), codes: reasonOfPictureCode }
    const read = faces.safeParse(await client.ask('aadhaar', question, tally)).data ?? []
    const known = read.flatMap((one) => face.safeParse(one).data ?? [])
    const ofAadhaar = known.filter(({ type }) => /aadhaar/i.test(type))
    if (known.length > 0 && ofAadhaar.length === 0) throw new CheckStop('wrong_document', '101')
    isSeen ||= ofAadhaar.length > 0
    for (const one of ofAadhaar) found = shown(found, one, input)
    if (found.lastFour && found.name && found.dateOfBirth) break
  }
  if (!isSeen) throw new CheckStop('document_unreadable', '101')
  return found
}
