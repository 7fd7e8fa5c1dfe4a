import type { Answer } from '../kit/listen.ts'
import { notFound, refuse } from './api-error.ts'
import { type ApiRequest, methodParam, numberFilter, pageOf, urlParam, wholeNumber } from './api-request.ts'
import { countries, formatted, type NumberType, numberTypes, offeredAs, offers, toE164 } from './countries.ts'
import type { OwnedNumber } from './owned-number.ts'
import { presentNumber } from './present.ts'
import { newSid } from './sid.ts'
import type { World } from './world.ts'

const MAX_NUMBERS = 10_000

const owns = (world: World, phoneNumber: string): OwnedNumber | undefined =>
  [...world.store.numbers.values()].find((number) => number.phoneNumber === phoneNumber)

/** `GET /AvailablePhoneNumbers.json` */
export function listCountries(world: World, request: ApiRequest): Answer {
  const { items, paging } = pageOf(
    request,
    Object.keys(countries).map((sid) => ({ sid })),
  )
  return { status: 200, json: { ...paging, countries: items.map(({ sid }) => presentCountry(world, sid)) } }
}

/** `GET /AvailablePhoneNumbers/{ISO}.json` */
export function fetchCountry(world: World, request: ApiRequest): Answer {
  const iso = request.at[0] ?? ''
  if (!Object.hasOwn(countries, iso)) notFound(request.path)
  return { status: 200, json: presentCountry(world, iso) }
}

const inSnakeCase: Readonly<Record<NumberType, string>> = { Local: 'local', TollFree: 'toll_free', Mobile: 'mobile' }

function presentCountry(world: World, iso: string): Record<string, unknown> {
  const uri = `/2010-04-01/Accounts/${world.accountSid}/AvailablePhoneNumbers/${iso}`
  const types = numberTypes.filter((type) => countries[iso]?.prefixes[type])
  return {
    country_code: iso,
    country: countries[iso]?.name,
    uri: `${uri}.json`,
    beta: false,
    subresource_uris: Object.fromEntries(types.map((type) => [inSnakeCase[type], `${uri}/${type}.json`])),
  }
}

/** `GET /AvailablePhoneNumbers/{ISO}/{Local|TollFree|Mobile}.json` */
export function searchNumbers(world: World, request: ApiRequest): Answer {
  const iso = request.at[0] ?? ''
  const type = numberTypes.find((known) => known === request.at[1])
  if (!type || !Object.hasOwn(countries, iso) || !countries[iso]?.prefixes[type]) return notFound(request.path)
  const size = Math.min(wholeNumber(request.query, 'PageSize', 1, 999_999_999) ?? 50, 1_000)
  const found: string[] = []
  if (request.query.get('VoiceEnabled') !== 'false') {
    for (const number of offers(iso, type, { contains: containsParam(request.query), areaCode: areaCodeParam(request.query) })) {
      if (!owns(world, number)) found.push(number)
      if (found.length >= size) break
    }
  }
  const json = found.map((phoneNumber) => presentOffer(phoneNumber, iso, type))
  return { status: 200, json: { uri: request.path, available_phone_numbers: json } }
}

function containsParam(params: URLSearchParams): string | undefined {
  const text = params.get('Contains')
  if (text === null || text === '') return undefined
  // A plus at the front is written by people who think of it as part of the number, and arrives as a space.
  const pattern = text.trim()
  return /^\+?[0-9A-Za-z*]{2,16}$/.test(pattern) ? pattern : refuse(21421, 'Contains must have 2 to 16 digits, letters or *')
}

function areaCodeParam(params: URLSearchParams): string | undefined {
  const text = params.get('AreaCode')
  if (text === null) return undefined
  if (text === '') return refuse(21452, 'No area code given')
  return /^[2-9]\d{2}$/.test(text) ? text : refuse(21451, `Invalid area code: ${text.slice(0, 20)}`)
}

function presentOffer(phoneNumber: string, iso: string, type: NumberType): Record<string, unknown> {
  return {
    friendly_name: formatted(phoneNumber),
    phone_number: phoneNumber,
    lata: null,
    locality: type === 'Local' ? countries[iso]?.locality : null,
    rate_center: null,
    latitude: null,
    longitude: null,
    region: null,
    postal_code: null,
    iso_country: iso,
    address_requirements: 'none',
    beta: false,
    capabilities: { voice: true, sms: type !== 'TollFree', mms: false },
  }
}

/** `POST /IncomingPhoneNumbers.json` and its typed twins. */
export function buyNumber(world: World, request: ApiRequest): Answer {
  const { form } = request
  const type = numberTypes.find((known) => known === request.at[0])
  const phoneNumber = wantedNumber(world, form, type)
  if (world.store.numbers.size >= MAX_NUMBERS) refuse(21422, 'The account has as many numbers as this sandbox keeps.')
  const number = ownNumber(world, phoneNumber)
  try {
    applyForm(number, form)
  } catch (error) {
    world.store.removeNumber(number.sid)
    throw error
  }
  world.store.saveNumber(number)
  return { status: 201, json: presentNumber(world.accountSid, number) }
}

function wantedNumber(world: World, form: URLSearchParams, type: NumberType | undefined): string {
  const written = form.get('PhoneNumber') ?? ''
  if (written === '') {
    const areaCode = areaCodeParam(form) ?? refuse(21421, 'PhoneNumber or AreaCode is required')
    for (const number of offers('US', type ?? 'Local', { areaCode })) if (!owns(world, number)) return number
    return refuse(21452, `No numbers found in area code ${areaCode}`)
  }
  const phoneNumber = toE164(written) ?? refuse(21421, `PhoneNumber is not valid: ${written.slice(0, 40)}`)
  const offered = offeredAs(phoneNumber)
  const fits = offered !== undefined && (type === undefined || type === offered)
  return fits && !owns(world, phoneNumber) ? phoneNumber : refuse(21422, `${phoneNumber} is not available.`)
}

/** Gives the account a number, on offer or not. */
export function ownNumber(world: World, phoneNumber: string, voiceUrl = ''): OwnedNumber {
  const now = world.clock.now()
  const number: OwnedNumber = {
    sid: newSid('PN'),
    phoneNumber,
    createdAtMs: now,
    updatedAtMs: now,
    friendlyName: formatted(phoneNumber),
    voiceUrl,
    voiceMethod: 'POST',
    voiceFallbackUrl: '',
    voiceFallbackMethod: 'POST',
    statusCallback: '',
    statusCallbackMethod: 'POST',
    smsUrl: '',
    smsMethod: 'POST',
    addressSid: '',
    bundleSid: '',
  }
  world.store.saveNumber(number)
  return number
}

function applyForm(number: OwnedNumber, form: URLSearchParams): void {
  const url = (name: string, code: number, otherwise: string): string => (form.has(name) ? (urlParam(form, name, code) ?? '') : otherwise)
  const friendlyName = form.get('FriendlyName') ?? number.friendlyName
  if (friendlyName.length > 64) refuse(20001, 'FriendlyName must not be longer than 64 characters')
  Object.assign(number, {
    friendlyName,
    voiceUrl: url('VoiceUrl', 21502, number.voiceUrl),
    voiceMethod: methodParam(form, 'VoiceMethod') ?? number.voiceMethod,
    voiceFallbackUrl: url('VoiceFallbackUrl', 21502, number.voiceFallbackUrl),
    voiceFallbackMethod: methodParam(form, 'VoiceFallbackMethod') ?? number.voiceFallbackMethod,
    statusCallback: url('StatusCallback', 21609, number.statusCallback),
    statusCallbackMethod: methodParam(form, 'StatusCallbackMethod') ?? number.statusCallbackMethod,
    smsUrl: url('SmsUrl', 21502, number.smsUrl),
    smsMethod: methodParam(form, 'SmsMethod') ?? number.smsMethod,
    addressSid: (form.get('AddressSid') ?? number.addressSid).slice(0, 34),
    bundleSid: (form.get('BundleSid') ?? number.bundleSid).slice(0, 34),
  } satisfies Partial<OwnedNumber>)
}

/** `GET /IncomingPhoneNumbers.json` and its typed twins, newest first. */
export function listNumbers(world: World, request: ApiRequest): Answer {
  const phoneNumber = numberFilter(request.query, 'PhoneNumber')?.replace(/[^\d+*]/g, '')
  const friendlyName = request.query.get('FriendlyName')
  const type = request.at[0]
  const { items, paging } = pageOf(
    request,
    [...world.store.numbers.values()]
      .filter(
        (number) =>
          (phoneNumber === undefined || number.phoneNumber.includes(phoneNumber)) &&
          (friendlyName === null || friendlyName === '' || number.friendlyName === friendlyName) &&
          (type === undefined || offeredAs(number.phoneNumber) === type),
      )
      .reverse(),
  )
  return { status: 200, json: { ...paging, incoming_phone_numbers: items.map((number) => presentNumber(world.accountSid, number)) } }
}

const numberAt = (world: World, request: ApiRequest): OwnedNumber => world.store.numbers.get(request.at[0] ?? '') ?? notFound(request.path)

/** `GET /IncomingPhoneNumbers/{Sid}.json` */
export function fetchNumber(world: World, request: ApiRequest): Answer {
  return { status: 200, json: presentNumber(world.accountSid, numberAt(world, request)) }
}

/** `POST /IncomingPhoneNumbers/{Sid}.json` */
export function updateNumber(world: World, request: ApiRequest): Answer {
  const number = numberAt(world, request)
  applyForm(number, request.form)
  number.updatedAtMs = world.clock.now()
  world.store.saveNumber(number)
  return { status: 200, json: presentNumber(world.accountSid, number) }
}

/** `DELETE /IncomingPhoneNumbers/{Sid}.json` */
export function releaseNumber(world: World, request: ApiRequest): Answer {
  world.store.removeNumber(numberAt(world, request).sid)
  return { status: 204 }
}
