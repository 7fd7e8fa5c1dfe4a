import type { Finding, Tally } from '../conclude.ts'
import { dayFirst } from '../dates.ts'
import type { CheckInput } from '../port.ts'
import { CheckStop } from '../stop.ts'
import type { SignzyClient } from './client.ts'
import { cardFound, isInForce, isKnownAadhaar, licenceFound, maskedAt, panFound, resultOf } from './registered.ts'

/** Some calls of v3 answer without a wrapping. */
const unwrapped = (body: unknown): unknown => resultOf(body) ?? body

export async function checkPan(client: SignzyClient, { number }: CheckInput, tally: Tally): Promise<Finding> {
  const json = { panNumber: number, getStatusInfo: 'true' }
  const body = unwrapped(await client.ask('pan', { path: 'api/v3/panextensive', json }, tally))
  // Asked whether it is in force: an answer that does not say so vouches for nobody.
  return { ...panFound(body, number), isVouchedFor: isInForce(body) }
}

export async function checkLicence(client: SignzyClient, input: CheckInput, today: string, tally: Tally): Promise<Finding> {
  const json = { number: input.number, dob: dayFirst(input.dateOfBirth, '/') }
  const body = await client.ask('driving_license', { path: 'api/v3/dl_number/based_search', json }, tally)
  return licenceFound(unwrapped(body), input.number, today)
}

/** UIDAI is asked whether there is such a number, the card whose it is; the pictures that Signzy makes of it have the number hidden. */
export async function checkAadhaar(client: SignzyClient, input: CheckInput, tally: Tally): Promise<Finding> {
  if (input.pictures.length === 0) throw new CheckStop('document_unreadable', 'no picture')
  const known = await client.ask('aadhaar', { path: 'api/v3/aadhaar/verify', json: { uid: input.number } }, tally)
  if (!isKnownAadhaar(unwrapped(known))) throw new CheckStop('number_not_found', 'not verified')
  const files = await client.upload('aadhaar', input.pictures, input.reference, tally)
  const question = { path: 'api/v3/aadhaar/extraction-masking', json: { files }, reads: 'picture' as const }
  const read = unwrapped(await client.ask('aadhaar', question, tally))
  const found = cardFound(read, input.number, input.dateOfBirth)
  // UIDAI knows the number, the card its holder: without the number on it nothing ties the two together.
  return { ...found, isVouchedFor: found.lastFour !== undefined, maskedPictures: await client.fetchPictures(maskedAt(read)) }
}
