import * as z from 'zod'
import type { Finding } from '../conclude.ts'
import { readDate } from '../dates.ts'
import { canBe, readLastFour, readName, saidText, saidTruth } from '../said.ts'
import { CheckStop } from '../stop.ts'

/** What Signzy's answers say, of both generations: v3 has it under `result`, v2 under `response.result`. */

const wrapped = z.object({
  result: z.unknown().optional(),
  response: z.object({ result: z.unknown().optional() }).optional().catch(undefined),
})

/** The result of an answer; undefined where there is none (yet). */
export function resultOf(body: unknown): unknown {
  const { result, response } = wrapped.safeParse(body).data ?? {}
  return result ?? response?.result
}

const panWire = z.object({
  number: saidText,
  panNumber: saidText,
  name: saidText,
  dob: saidText,
  isValid: saidTruth,
  panStatus: saidText,
  panStatusCode: saidText,
})

/** E is "existing and valid". What any other code means is not known for sure: a person looks. */
export function panFound(result: unknown, number: string): Finding {
  const said = panWire.safeParse(result).data
  const echoed = said?.panNumber ?? said?.number ?? number
  if (said === undefined || echoed.toUpperCase() !== number) throw new CheckStop('unclear', 'another number')
  if (said.isValid === false) throw new CheckStop('number_inactive', 'not valid')
  if (said.panStatusCode && said.panStatusCode.trim().toUpperCase() !== 'E') throw new CheckStop('unclear', 'status code')
  return {
    isVouchedFor: true,
    name: readName(said.name),
    dateOfBirth: readDate(said.dob),
    lastFour: number.slice(5, 9),
  }
}

/** Whether it was said that a PAN is in force. */
export function isInForce(result: unknown): boolean {
  const said = panWire.safeParse(result).data
  return said?.isValid === true || said?.panStatusCode?.trim().toUpperCase() === 'E'
}

const period = z.object({ to: saidText }).nullish().catch(undefined)
const licenceWire = z.object({
  dlNumber: saidText,
  dob: saidText,
  name: saidText,
  dlValidity: z.object({ nonTransport: period, transport: period }).nullish().catch(undefined),
  detailsOfDrivingLicence: z.object({ name: saidText, status: saidText }).nullish().catch(undefined),
})

const over = /inactive|suspend|cancel|revoke|surrender|disqualif|black/i

/** The registry was asked by number and birth date together: that it has the pair proves the date. */
export function licenceFound(result: unknown, number: string, today: string): Finding {
  const said = licenceWire.safeParse(result).data
  const details = said?.detailsOfDrivingLicence
  if (said === undefined || (!details && !said.name)) throw new CheckStop('unclear', 'no licence')
  const ends = [said.dlValidity?.nonTransport?.to, said.dlValidity?.transport?.to].flatMap((day) => readDate(day) ?? [])
  if (over.test(details?.status ?? '')) throw new CheckStop('number_inactive', 'not in force')
  if (ends.length > 0 && ends.every((end) => end < today)) throw new CheckStop('number_expired', 'not in force')
  return {
    isVouchedFor: true,
    name: readName(details?.name ?? said.name),
    dateOfBirth: readDate(said.dob),
    dateOfBirthMatches: true,
    lastFour: number.slice(-4),
  }
}

const cardWire = z.object({ uid: saidText, aadhaarNumber: saidText, number: saidText, name: saidText, dob: saidText, yob: saidText })

/** What stands on an Aadhaar card. Its number stays here: only its end goes on. */
export function cardFound(result: unknown, number: string, dateOfBirth: string): Finding {
  const said = cardWire.safeParse(result).data
  const shown = said?.uid || said?.aadhaarNumber || said?.number
  if (said === undefined || (!shown && !said.name)) throw new CheckStop('document_unreadable', 'nothing read')
  if (shown && !canBe(shown, number)) throw new CheckStop('document_mismatch', 'another number')
  const isOtherYear = readDate(said.dob) === undefined && !!said.yob && said.yob.trim() !== dateOfBirth.slice(0, 4)
  return {
    isVouchedFor: false,
    name: readName(said.name),
    dateOfBirth: readDate(said.dob),
    ...(isOtherYear ? { dateOfBirthMatches: false } : {}),
    lastFour: readLastFour(shown),
  }
}

const maskedWire = z.object({ isMasked: saidTruth, maskedImages: z.array(z.string().max(2_000)).max(10) })

/** Where the pictures are in which the number is hidden; none unless it says that it is. */
export function maskedAt(result: unknown): readonly string[] {
  const said = maskedWire.safeParse(result).data
  return said?.isMasked === true ? said.maskedImages : []
}

const existing = z.object({ verified: saidTruth })

/** Whether UIDAI knows the number at all. */
export function isKnownAadhaar(result: unknown): boolean {
  const verified = existing.safeParse(result).data?.verified
  if (verified === undefined) throw new CheckStop('unclear', 'not told')
  return verified
}
