import { ProviderError, type NumberOffer, type NumberQuery, type NumberType } from '../port.ts'
import { accept, type TwilioClient } from './client.ts'
import { failureOf } from './failures.ts'
import { boughtWire, offerPage, ownedPage } from './wire.ts'

/** The number's id when the account owns exactly this number (the filter also finds numbers that only contain it). */
async function sidOf(client: TwilioClient, phoneNumber: string): Promise<string | undefined> {
  const answer = await client.get('IncomingPhoneNumbers.json', { PhoneNumber: phoneNumber })
  return accept(answer, ownedPage).incoming_phone_numbers.find((owned) => owned.phone_number === phoneNumber)?.sid
}

export const ownsNumber = async (client: TwilioClient, phoneNumber: string): Promise<boolean> =>
  (await sidOf(client, phoneNumber)) !== undefined

const kinds: Readonly<Record<NumberType, readonly string[]>> = {
  // Countries without geographic numbers sell national ones.
  local: ['Local', 'National'],
  mobile: ['Mobile'],
  toll_free: ['TollFree'],
}
const allTypes: readonly NumberType[] = ['local', 'mobile', 'toll_free']
const notOffered = 404

/** Numbers that can be bought without papers; of every type unless one is asked for, geographic ones first. */
export async function searchNumbers(client: TwilioClient, { country, type, contains, limit }: NumberQuery): Promise<NumberOffer[]> {
  if (!/^[A-Z]{2}$/.test(country)) throw new ProviderError('refused', 'country')
  const found: NumberOffer[] = []
  for (const wanted of type === undefined ? allTypes : [type]) {
    for (const kind of kinds[wanted]) {
      if (found.length >= limit) return found.slice(0, limit)
      const answer = await client.get(`AvailablePhoneNumbers/${country}/${kind}.json`, {
        VoiceEnabled: true,
        ExcludeAllAddressRequired: true,
        PageSize: limit,
        ...(contains === undefined ? {} : { Contains: contains }),
      })
      if (answer.status === notOffered) continue
      const offers = accept(answer, offerPage).available_phone_numbers
      found.push(...offers.map((offer) => ({ phoneNumber: offer.phone_number, country, type: wanted, region: offer.region ?? null })))
    }
  }
  return found.slice(0, limit)
}

const isUnsure = (error: unknown): boolean => error instanceof ProviderError && error.failure === 'unknown'

/** Buys exactly this number. A purchase whose answer was lost is looked up, not repeated: it may have been made, and each costs money. */
export async function buyNumber(client: TwilioClient, phoneNumber: string): Promise<void> {
  try {
    accept(await client.post('IncomingPhoneNumbers.json', { PhoneNumber: phoneNumber }), boughtWire)
  } catch (error) {
    // That the look failed says nothing about the purchase: it stays unknown.
    if (isUnsure(error) && (await ownsNumber(client, phoneNumber).catch(() => false))) return
    throw error
  }
}

/** Where Twilio shall ask what to do with a call to the number. An application, where one was set, would be asked instead. */
export async function receiveCalls(client: TwilioClient, phoneNumber: string, url: string): Promise<void> {
  const sid = await sidOf(client, phoneNumber)
  if (sid === undefined) throw new ProviderError('refused', 'not owned')
  const asked = { VoiceUrl: url, VoiceMethod: 'POST', VoiceFallbackUrl: url, VoiceFallbackMethod: 'POST', VoiceApplicationSid: '' }
  accept(await client.post(`IncomingPhoneNumbers/${sid}.json`, asked), boughtWire)
}

export async function releaseNumber(client: TwilioClient, phoneNumber: string): Promise<void> {
  const sid = await sidOf(client, phoneNumber)
  if (sid === undefined) return
  const answer = await client.delete(`IncomingPhoneNumbers/${sid}.json`)
  if (!answer.ok && answer.status !== notOffered)
    throw new ProviderError(failureOf(answer.status, answer.code), String(answer.code ?? answer.status))
}
