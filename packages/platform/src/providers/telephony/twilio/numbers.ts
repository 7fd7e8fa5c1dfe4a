import { ProviderError } from '../port.ts'
import { accept, type TwilioClient } from './client.ts'
import { boughtWire, offerPage, ownedPage } from './wire.ts'

/** True when the account owns exactly this number (the filter also finds numbers that only contain it). */
export async function ownsNumber(client: TwilioClient, phoneNumber: string): Promise<boolean> {
  const answer = await client.get('IncomingPhoneNumbers.json', { PhoneNumber: phoneNumber })
  return accept(answer, ownedPage).incoming_phone_numbers.some((owned) => owned.phone_number === phoneNumber)
}

const kinds = ['Local', 'Mobile', 'National', 'TollFree']
const notOffered = 404
const mostTries = 3

/** Numbers that can be bought without papers, of the first kind that the country has. */
async function offers(client: TwilioClient, country: string): Promise<string[]> {
  for (const kind of kinds) {
    const answer = await client.get(`AvailablePhoneNumbers/${country}/${kind}.json`, {
      VoiceEnabled: true,
      ExcludeAllAddressRequired: true,
      PageSize: 20,
    })
    if (answer.status === notOffered) continue
    const found = accept(answer, offerPage).available_phone_numbers
    if (found.length > 0) return found.map((offer) => offer.phone_number)
  }
  return []
}

const isUnsure = (error: unknown): boolean => error instanceof ProviderError && error.failure === 'unknown'
/** No longer available, or wanting an address or a bundle: another one may do. */
const tryAnother: ReadonlySet<number | undefined> = new Set([21421, 21422, 21631, 21649, 21650, 21651])

/** Buys one number. A purchase whose answer was lost is looked up, not repeated: it may have been made, and each costs money. */
export async function buyNumber(client: TwilioClient, country: string): Promise<string> {
  if (!/^[A-Z]{2}$/.test(country)) throw new ProviderError('refused', 'country')
  for (const phoneNumber of (await offers(client, country)).slice(0, mostTries)) {
    try {
      const answer = await client.post('IncomingPhoneNumbers.json', { PhoneNumber: phoneNumber })
      if (!answer.ok && tryAnother.has(answer.code)) continue
      return accept(answer, boughtWire).phone_number
    } catch (error) {
      if (isUnsure(error) && (await ownsNumber(client, phoneNumber))) return phoneNumber
      throw error
    }
  }
  throw new ProviderError('refused', 'no number')
}
