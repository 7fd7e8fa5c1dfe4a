import type { Json } from '../kit/json.ts'
import type { Answer } from '../kit/listen.ts'
import { fateOf } from '../kit/magic-identities.ts'
import { type Entry, isDate } from '../kit/people.ts'
import { isAadhaar } from '../kit/verhoeff.ts'
import { type ApiRequest, isLicence, isPan, lookUp, ok, Refusal, text, textsOf } from './answers.ts'
import { cardAt, fileAt } from './files.ts'
import { maskedPictures } from './mask.ts'
import * as records from './records.ts'
import { keep, newId, type World } from './world.ts'

/** The password that every phone receives. */
export const PASSWORD = '123456'

const LIVES_MS = 10 * 60_000

const wrapped = (result: Json): Answer => ok({ result })

/** One of the calls that fetch a PAN: what the contract calls it differs. */
export function panFetch(world: World, { body }: ApiRequest): Answer {
  const entry = lookUp(world, text(body, 'panNumber') || text(body, 'number'), isPan)
  return entry === 'silent' ? 'hang' : wrapped(records.extensivePan(entry))
}

/** Found by number and birth date together. */
export function licenceSearch(world: World, { body }: ApiRequest): Answer {
  const dob = text(body, 'dob')
  if (!/^\d{2}\/\d{2}\/\d{4}$/.test(dob)) throw new Refusal(422, 'dob must be dd/mm/yyyy')
  const entry = lookUp(world, text(body, 'number'), isLicence)
  if (entry === 'silent') return 'hang'
  if (entry.knowsBirth && fateOf(entry.number) !== 'minor' && !isDate(dob, entry.dateOfBirth)) throw new Refusal(404, 'No record found')
  return wrapped(records.licence(entry, dob))
}

/** Whether there is such a number. */
export function aadhaarExists(world: World, { body }: ApiRequest): Answer {
  const uid = (text(body, 'uid') || text(body, 'aadhaarNumber')).replace(/[\s-]/g, '')
  if (fateOf(uid) === 'no-record' && isAadhaar(uid)) return wrapped({ verified: false, uid: `XXXXXXXX${uid.slice(-4)}` })
  const entry = lookUp(world, uid, isAadhaar)
  return entry === 'silent' ? 'hang' : wrapped({ verified: true, uid: `XXXXXXXX${uid.slice(-4)}`, ageBand: '20-30', state: 'Karnataka' })
}

/** Reads a card from its pictures. */
const read =
  (present: (entry: Entry) => Json) =>
  async (world: World, { body }: ApiRequest): Promise<Answer> => {
    const entry = await cardAt(world, [...textsOf(body['files']), ...textsOf(body['urls']), ...textsOf(body['url'])])
    return entry === 'silent' ? 'hang' : wrapped(present(entry))
  }

export const readAadhaar = read((entry) => records.aadhaarCard(entry, false))

/** Reads an Aadhaar and hides its number, in what it tells and in pictures that it makes. */
export async function readAadhaarMasked(world: World, { body }: ApiRequest): Promise<Answer> {
  const urls = textsOf(body['files'])
  const entry = await cardAt(world, urls)
  if (entry === 'silent') return 'hang'
  const maskedImages = await maskedPictures(
    world,
    urls.map((url) => fileAt(world, url)),
  )
  return wrapped({
    ...records.aadhaarCard(entry, true),
    isMasked: maskedImages === undefined ? 'no' : 'yes',
    maskedImages: maskedImages ?? [],
  })
}

export const readPan = read(records.panCard)
export const readLicence = read(records.licenceCard)

/** Sends a password to the phone of an Aadhaar. Bad input is told within a 200. */
export function sendPassword(world: World, { body }: ApiRequest): Answer {
  const number = text(body, 'aadhaarNumber').replace(/[\s-]/g, '')
  if (!isAadhaar(number)) return ok({ statusCode: 422, message: 'Invalid Aadhaar number' })
  const entry = lookUp(world, number, isAadhaar)
  if (entry === 'silent') return 'hang'
  const requestId = newId()
  keep(world.passwords, requestId, { number, atMs: world.clock.now() }, 5_000)
  const data = { requestId, otpSentStatus: true, if_number: true, isValidAadhaar: true, status: 'generate_otp_success' }
  return ok({ statusCode: 200, message: 'OTP sent to the registered mobile number', data })
}

/** What UIDAI has, the whole number included. */
export function openPassword(world: World, { body }: ApiRequest): Answer {
  const waiting = world.passwords.get(text(body, 'requestId'))
  if (waiting === undefined || world.clock.now() - waiting.atMs > LIVES_MS) return ok({ statusCode: 422, message: 'OTP expired' })
  if (text(body, 'otp') !== PASSWORD) return ok({ statusCode: 422, message: 'Invalid OTP' })
  world.passwords.delete(text(body, 'requestId'))
  return ok({ statusCode: 200, data: records.okyc(world.registry.entryOf(waiting.number, world.clock.now())) })
}
