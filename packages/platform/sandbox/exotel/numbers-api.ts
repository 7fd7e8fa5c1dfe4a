import type { Answer } from '../kit/listen.ts'
import { ApiError, notFound, refuse } from './api-error.ts'
import { type ApiRequest, wholeNumber } from './api-request.ts'
import type { ExoPhone } from './exophone.ts'
import { istTime } from './ist.ts'
import { countriesOnOffer, isOnOffer, numberTypes, type Offer, offerOf, offers } from './offers.ts'
import { asWritten, toE164 } from './phone-number.ts'
import { newSid } from './sid.ts'
import { appIdOf } from './voice-flow.ts'
import type { World } from './world.ts'

const MAX_NUMBERS = 10_000
const FOUND_AT_ONCE = 50
const RENTAL_PRICE = '499.000000'

/** The number of the account that is this one. */
export function ownedNumber(world: World, phoneNumber: string): ExoPhone | undefined {
  return [...world.store.numbers.all.values()].find((one) => one.phoneNumber === phoneNumber)
}

/** `GET AvailablePhoneNumbers` */
export function listCountries(): Answer {
  return { status: 200, json: countriesOnOffer().map(({ iso, types }) => ({ country: iso, number_types: types })) }
}

/** `GET AvailablePhoneNumbers/{ISO}/{Type}` */
export function searchNumbers(world: World, { at: [iso = '', wanted = ''], query }: ApiRequest): Answer {
  const type = numberTypes.find((known) => known === wanted) ?? notFound(`Number type ${wanted.slice(0, 20)}`)
  if (!isOnOffer(iso)) return notFound(`Country ${iso}`)
  const contains = query.get('Contains')?.trim().replace(/^\+/, '') || undefined
  if (contains !== undefined && !/^\d{1,15}$/.test(contains)) refuse('Invalid Contains: must be digits')
  const region = query.get('InRegion') || undefined
  if (region !== undefined && !/^[A-Z]{2}$/.test(region)) refuse('Invalid InRegion: must be a telecom circle')
  const withSms = query.get('IncomingSMS') === 'true'
  const found: unknown[] = []
  for (const offer of withSms && type === 'TollFree' ? [] : offers({ iso, type, contains, region })) {
    if (ownedNumber(world, offer.phoneNumber)) continue
    found.push(presentOffer(offer))
    if (found.length >= FOUND_AT_ONCE) break
  }
  return { status: 200, json: found }
}

const capabilitiesOf = (offer: Offer | undefined): unknown => ({ voice: true, sms: offer?.type === 'Mobile' })

function presentOffer(offer: Offer): Record<string, unknown> {
  return {
    phone_number: offer.phoneNumber,
    friendly_name: asWritten(offer.phoneNumber),
    capabilities: capabilitiesOf(offer),
    country: offer.iso,
    region: offer.region,
    number_type: offer.type,
    rental_price: RENTAL_PRICE,
    currency: 'INR',
  }
}

/** A number of the account as the API shows it. */
export function presentNumber(world: World, number: ExoPhone): Record<string, unknown> {
  const offer = offerOf(number.phoneNumber)
  return {
    sid: number.sid,
    account_sid: world.accountSid,
    phone_number: number.phoneNumber,
    friendly_name: number.friendlyName,
    voice_url: number.voiceUrl === '' ? null : number.voiceUrl,
    sms_url: number.smsUrl === '' ? null : number.smsUrl,
    capabilities: capabilitiesOf(offer),
    country: offer?.iso ?? (number.phoneNumber.startsWith('+91') ? 'IN' : null),
    region: offer?.region ?? null,
    number_type: offer?.type ?? 'Landline',
    rental_price: RENTAL_PRICE,
    currency: 'INR',
    date_created: istTime(number.createdAtMs),
    date_updated: istTime(number.updatedAtMs),
    uri: `/v2_beta/Accounts/${world.accountSid}/IncomingPhoneNumbers/${number.sid}`,
  }
}

/** Gives the account a number, on offer or not. */
export function ownNumber(world: World, phoneNumber: string, voiceUrl = ''): ExoPhone {
  const now = world.clock.now()
  const friendlyName = asWritten(phoneNumber)
  const number: ExoPhone = { sid: newSid(), phoneNumber, createdAtMs: now, updatedAtMs: now, friendlyName, voiceUrl, smsUrl: '' }
  world.store.numbers.save(number.sid, number)
  return number
}

type Changes = Pick<ExoPhone, 'friendlyName' | 'voiceUrl' | 'smsUrl'>

function changesOf(world: World, form: URLSearchParams, before: Changes): Changes {
  const friendlyName = form.get('FriendlyName') ?? before.friendlyName
  if (friendlyName.length > 64) refuse('FriendlyName must not be longer than 64 characters')
  const voiceUrl = form.get('VoiceUrl') ?? before.voiceUrl
  if (voiceUrl !== '' && appIdOf(voiceUrl, world.accountSid) === undefined) refuse('Invalid VoiceUrl: must be the address of a flow')
  const smsUrl = form.get('SMSUrl') ?? before.smsUrl
  if (smsUrl !== '' && !URL.canParse(smsUrl)) refuse('Invalid SMSUrl: must be the address of a flow')
  return { friendlyName, voiceUrl, smsUrl }
}

/** `POST IncomingPhoneNumbers`: buys a number. */
export function buyNumber(world: World, { form }: ApiRequest): Answer {
  const written = form.get('PhoneNumber') ?? ''
  if (written === '') refuse('Mandatory parameter PhoneNumber is missing')
  const phoneNumber = toE164(written) ?? refuse('Invalid PhoneNumber: not a valid phone number')
  if (ownedNumber(world, phoneNumber)) throw new ApiError(409, 'The number is taken')
  if (!offerOf(phoneNumber)) return notFound('The number')
  if (world.store.numbers.all.size >= MAX_NUMBERS) throw new ApiError(402, 'The account has as many numbers as it may')
  const changes = changesOf(world, form, { friendlyName: asWritten(phoneNumber), voiceUrl: '', smsUrl: '' })
  const number = Object.assign(ownNumber(world, phoneNumber), changes)
  world.store.numbers.save(number.sid, number)
  return { status: 200, json: presentNumber(world, number) }
}

/** `GET IncomingPhoneNumbers` */
export function listNumbers(world: World, { query }: ApiRequest): Answer {
  const page = wholeNumber(query, 'Page', 0, 1_000_000) ?? 0
  const size = wholeNumber(query, 'PageSize', 1, 1_000) ?? 50
  const all = [...world.store.numbers.all.values()]
  const shown = all.slice(page * size, (page + 1) * size).map((number) => presentNumber(world, number))
  return { status: 200, json: { page, page_size: size, total: all.length, incoming_phone_numbers: shown } }
}

const numberAt = (world: World, { at: [sid = ''] }: ApiRequest): ExoPhone => world.store.numbers.all.get(sid) ?? notFound('The number')

/** `GET IncomingPhoneNumbers/{sid}` */
export function fetchNumber(world: World, request: ApiRequest): Answer {
  return { status: 200, json: presentNumber(world, numberAt(world, request)) }
}

/** `PUT IncomingPhoneNumbers/{sid}` */
export function updateNumber(world: World, request: ApiRequest): Answer {
  const number = numberAt(world, request)
  Object.assign(number, changesOf(world, request.form, number), { updatedAtMs: world.clock.now() })
  world.store.numbers.save(number.sid, number)
  return { status: 200, json: presentNumber(world, number) }
}

/** `DELETE IncomingPhoneNumbers/{sid}` */
export function releaseNumber(world: World, request: ApiRequest): Answer {
  world.store.numbers.remove(numberAt(world, request).sid)
  return { status: 200, json: {} }
}
