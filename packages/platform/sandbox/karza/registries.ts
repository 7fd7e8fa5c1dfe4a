import type { Answer } from '../kit/listen.ts'
import { dayFirst, type Entry, isDate } from '../kit/people.ts'
import { type ApiRequest, lookUp, say, text } from './answers.ts'
import type { World } from './world.ts'

const isPan = (pan: string): boolean => /^[A-Z]{3}[ABCEFGHJLPT][A-Z]\d{4}[A-Z]$/.test(pan)
const isLicence = (number: string): boolean => /^[A-Z]{2}[A-Z0-9]{7,15}$/.test(number)

const words = (name: string): string => name.toUpperCase().split(/\s+/).filter(Boolean).join(' ')
const isNamed = (entry: Entry, name: string): boolean => !entry.knowsName || words(entry.name) === words(name)
const isBorn = (entry: Entry, date: string): boolean => !entry.knowsBirth || isDate(date, entry.dateOfBirth)

const namesOf = ({ name }: Entry) => {
  const [firstName = '', ...rest] = name.split(/\s+/)
  return { name, firstName, middleName: rest.slice(0, -1).join(' '), lastName: rest.at(-1) ?? '' }
}

const address = {
  buildingName: '12 SAMPLE HOUSE',
  locality: 'TEST NAGAR',
  streetName: 'SANDBOX ROAD',
  pinCode: '560001',
  city: 'BENGALURU',
  state: 'KARNATAKA',
  country: 'INDIA',
}

/** `/v2/pan`: whose it is. */
export const panName = (world: World, request: ApiRequest): Answer =>
  lookUp(world, request, text(request.body, 'pan'), isPan, ({ name }) => say('v2', 101, { name }, request.body['clientData']))

/** `/v2/pan-authentication`: whether it is this person's. */
export const panAuthentication = (world: World, request: ApiRequest): Answer =>
  lookUp(world, request, text(request.body, 'pan'), isPan, (entry) => {
    const { body } = request
    const [name, dob] = [text(body, 'name'), text(body, 'dob')]
    if (name === '' || !/^\d{2}\/\d{2}\/\d{4}$/.test(dob)) return say('v2', 102)
    const result = { status: 'Active', duplicate: false, nameMatch: isNamed(entry, name), dobMatch: isBorn(entry, dob) }
    return say('v2', 101, result, body['clientData'])
  })

/** `/v3/pan-profile`: all that is known of the holder. */
export const panProfile = (world: World, request: ApiRequest): Answer =>
  lookUp(world, request, text(request.body, 'pan'), isPan, (entry) => {
    const { body } = request
    const given = (['name', 'dob'] as const).filter((field) => text(body, field) !== '')
    const isSame = { name: isNamed(entry, text(body, 'name')), dob: isBorn(entry, text(body, 'dob')) }
    const result = {
      pan: entry.number,
      ...namesOf(entry),
      gender: 'female',
      dob: entry.dateOfBirth,
      address,
      aadhaarLinked: true,
      profileMatch: given.map((parameter) => ({
        parameter,
        matchScore: isSame[parameter] ? 1 : 0,
        matchResult: isSame[parameter] ? 'yes' : 'no',
      })),
      aadhaarMatch: null,
    }
    return say('v3', 101, result, body['clientData'])
  })

/** `/v3/dl`: found by number and birth date together. */
export const drivingLicence = (world: World, request: ApiRequest): Answer =>
  lookUp(world, request, text(request.body, 'dlNo'), isLicence, (entry) => {
    const dob = text(request.body, 'dob')
    if (!/^\d{2}-\d{2}-\d{4}$/.test(dob)) return say('v3', 102)
    const isMinors = entry.number.endsWith('0005')
    if (!isMinors && !isBorn(entry, dob)) return say('v3', 103)
    const result = {
      name: entry.name,
      dob: entry.knowsBirth ? dayFirst(entry.dateOfBirth, '-') : dob,
      issueDate: '01-03-2021',
      'father/husband': 'RAVI VERMA',
      bloodGroup: '',
      address: [
        {
          addressLine1: `${address.buildingName}, ${address.streetName}`,
          completeAddress: `${address.buildingName}, ${address.streetName}, ${address.locality}, ${address.city}`,
          district: address.city,
          pin: address.pinCode,
          state: address.state,
          type: 'Permanent',
        },
      ],
      validity: { nonTransport: '01-03-2021 to 28-02-2041', transport: '' },
    }
    return say('v3', 101, result, request.body['clientData'])
  })

/** `/v3/name`: whether two names are alike. */
export function compareNames(_: World, { body }: ApiRequest): Answer {
  const [one, other] = [words(text(body, 'name1')), words(text(body, 'name2'))]
  if (one === '' || other === '') return say('v3', 102)
  const isSame = one.split(' ').sort().join(' ') === other.split(' ').sort().join(' ')
  return say('v3', 101, { result: isSame, score: isSame ? 1 : 0.2 }, body['clientData'])
}
