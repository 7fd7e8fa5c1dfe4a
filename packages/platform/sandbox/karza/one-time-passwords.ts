import type { Answer } from '../kit/listen.ts'
import type { Json } from '../kit/json.ts'
import { type Entry, masked } from '../kit/people.ts'
import { isAadhaar } from '../kit/verhoeff.ts'
import { type ApiRequest, lookUp, say, text } from './answers.ts'
import { hashed, newId, type World } from './world.ts'

/** The one that every phone receives. */
export const PASSWORD = '123456'

const LIVES_MS = 10 * 60_000
const MOST_WAITING = 5_000

/** `/v3/aadhaar-consent`: the holder agrees. */
export function consent(_: World, { body }: ApiRequest): Answer {
  if (text(body, 'consent').toUpperCase() !== 'Y') return say('v3', 105)
  return text(body, 'name') === '' || text(body, 'consentText') === ''
    ? say('v3', 102)
    : say('v3', 101, { accessKey: newId() }, body['clientData'])
}

/** Sends a password to the phone of an Aadhaar; `idName` is what the generation calls the id it is used under. */
export const sendPassword =
  (idName: 'accessKey' | 'requestId') =>
  (world: World, request: ApiRequest): Answer => {
    const { body } = request
    return lookUp(world, request, text(body, 'aadhaarNo'), isAadhaar, ({ number }) => {
      const id = text(body, 'accessKey') === '' ? newId() : text(body, 'accessKey')
      world.passwords.set(id, { number, atMs: world.clock.now() })
      const [oldest] = world.passwords.keys()
      if (world.passwords.size > MOST_WAITING && oldest !== undefined) world.passwords.delete(oldest)
      const message = 'OTP sent to registered mobile number'
      const answer = say('v3', 101, idName === 'accessKey' ? { message, accessKey: id } : { message }, body['clientData'])
      if (idName === 'accessKey' || typeof answer === 'string') return answer
      return { status: 200, json: { requestId: id, result: { message }, statusCode: 101 } }
    })
  }

const dataOf = (entry: Entry, nowMs: number): Json => ({
  name: entry.name,
  dob: entry.dateOfBirth,
  gender: 'F',
  maskedAadhaarNumber: masked(entry.number),
  fatherName: 'RAVI VERMA',
  husbandName: '',
  relativeName: '',
  mobileHash: hashed(`mobile:${entry.number}`),
  emailHash: hashed(`email:${entry.number}`),
  generatedDateTime: new Date(nowMs).toISOString(),
  address: {
    splitAddress: {
      houseNumber: '12',
      street: 'SANDBOX ROAD',
      landmark: '',
      subdistrict: '',
      district: 'BENGALURU',
      vtcName: 'BENGALURU',
      location: 'TEST NAGAR',
      postOffice: 'BENGALURU',
      state: 'KARNATAKA',
      country: 'INDIA',
      pincode: '560001',
    },
    combinedAddress: '12, SANDBOX ROAD, TEST NAGAR, BENGALURU, KARNATAKA, 560001',
  },
})

/** The file that a right password opens. Here 102 is a bad number, 103 a password that is over, 104 a wrong one. */
export function openFile(world: World, { body }: ApiRequest): Answer {
  if (text(body, 'consent').toUpperCase() !== 'Y') return say('v3', 105)
  const id = text(body, 'accessKey') === '' ? text(body, 'requestId') : text(body, 'accessKey')
  const waiting = world.passwords.get(id)
  const now = world.clock.now()
  if (!/^.{4}$/.test(text(body, 'shareCode'))) return say('v3', 102)
  if (waiting === undefined || now - waiting.atMs > LIVES_MS) return say('v3', 103)
  if (text(body, 'otp') !== PASSWORD) return say('v3', 104)
  world.passwords.delete(id)
  const entry = world.registry.entryOf(waiting.number, now)
  const result = {
    dataFromAadhaar: dataOf(entry, now),
    message: 'Aadhaar XML file downloaded successfully',
    shareCode: text(body, 'shareCode'),
  }
  return say('v3', 101, result, body['clientData'])
}
