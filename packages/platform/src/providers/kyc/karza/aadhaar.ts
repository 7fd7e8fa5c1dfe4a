import * as z from 'zod'
import type { Finding, Tally } from '../conclude.ts'
import { readDate } from '../dates.ts'
import type { CheckInput, CheckPicture } from '../port.ts'
import { canBe, readLastFour, readName, saidText } from '../said.ts'
import { CheckStop } from '../stop.ts'
import type { KarzaClient } from './client.ts'
import { reasonOfPictureCode } from './codes.ts'

const detail = z.object({ conf: z.number().min(0).max(1) }).transform(({ conf }) => conf)
const face = z.object({
  type: z.string().max(100),
  details: z
    .looseObject({ aadhaar: saidText, name: saidText, dob: saidText, yob: saidText })
    .catch({ aadhaar: undefined, name: undefined, dob: undefined, yob: undefined }),
})
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
function shown(known: Finding, { details }: Face, { number, dateOfBirth }: CheckInput): Finding {
  if (details.aadhaar && !canBe(details.aadhaar, number)) throw new CheckStop('document_mismatch', '101')
  const scores = [details['aadhaar'], details['name'], details['dob']].flatMap((said) => detail.safeParse(said).data ?? [])
  const isOtherYear = readDate(details.dob) === undefined && !!details.yob && details.yob !== dateOfBirth.slice(0, 4)
  return {
    ...known,
    name: known.name ?? readName(details.name),
    dateOfBirth: known.dateOfBirth ?? readDate(details.dob),
    ...(isOtherYear ? { dateOfBirthMatches: false } : {}),
    lastFour: known.lastFour ?? readLastFour(details.aadhaar),
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
    if (known.length > 0 && ofAadhaar.length === 0) throw new CheckStop('document_mismatch', '101')
    isSeen ||= ofAadhaar.length > 0
    for (const one of ofAadhaar) found = shown(found, one, input)
    if (found.lastFour && found.name && found.dateOfBirth) break
  }
  if (!isSeen) throw new CheckStop('document_unreadable', '101')
  return found
}
