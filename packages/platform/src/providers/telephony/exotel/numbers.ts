import * as z from 'zod'
import { ProviderError, type NumberOffer, type NumberQuery, type NumberType } from '../port.ts'
import { accept, refused, type ExotelClient } from './client.ts'
import { toE164 } from './phone.ts'
import { sid } from './wire.ts'

/** Numbers of the account: ExoPhones. */
export interface Market {
  readonly client: ExotelClient
  /** The address of the flow that calls to our numbers run; what that flow asks of us is set in the flow itself. */
  readonly incomingFlowUrl: string | undefined
}

const field = z.unknown().optional()
const ownedWire = z.object({ sid, phone_number: z.string(), voice_url: field })
type Owned = z.output<typeof ownedWire>
const ownedPage = z.object({
  incoming_phone_numbers: z.array(ownedWire).max(1_000),
  page_size: z.number().int().positive().optional().catch(undefined),
})
const offerList = z
  .array(
    z.object({
      phone_number: z.string(),
      region: z.string().nullish().catch(null),
      capabilities: z.object({ voice: z.boolean() }).nullish().catch(null),
    }),
  )
  .max(1_000)
const boughtWire = z.object({ phone_number: z.string() })

const owned = 'IncomingPhoneNumbers'
const pageSize = 100
const mostPages = 50

/** What the account has of this number. Exotel lists all of them, page by page, and takes no filter. */
async function find({ client }: Market, phoneNumber: string): Promise<Owned | undefined> {
  let first: string | undefined
  for (let page = 0; page < mostPages; page++) {
    const answer = await client({ method: 'GET', product: 'numbers', path: owned, query: { Page: page, PageSize: pageSize } })
    const { incoming_phone_numbers: numbers, page_size: size = pageSize } = accept(answer, ownedPage)
    const found = numbers.find((number) => toE164(number.phone_number) === phoneNumber)
    if (found !== undefined) return found
    // A page that was told already: the server knows no pages.
    if (numbers.length < size || numbers[0]?.sid === first) return undefined
    first = numbers[0]?.sid
  }
  throw new ProviderError('unknown', 'too many numbers')
}

export const ownsNumber = async (market: Market, phoneNumber: string): Promise<boolean> => (await find(market, phoneNumber)) !== undefined

const kinds: Readonly<Record<NumberType, string>> = { local: 'Landline', mobile: 'Mobile', toll_free: 'TollFree' }
const allTypes: readonly NumberType[] = ['local', 'mobile', 'toll_free']
const notOffered = 404

/** Numbers that can be bought; of every type unless one is asked for, geographic ones first. */
export async function searchNumbers({ client }: Market, { country, type, contains, limit }: NumberQuery): Promise<NumberOffer[]> {
  if (!/^[A-Z]{2}$/.test(country)) throw new ProviderError('refused', 'country')
  const found: NumberOffer[] = []
  for (const wanted of type === undefined ? allTypes : [type]) {
    if (found.length >= limit) break
    const answer = await client({
      method: 'GET',
      product: 'numbers',
      path: `AvailablePhoneNumbers/${country}/${kinds[wanted]}`,
      ...(contains === undefined ? {} : { query: { Contains: contains } }),
    })
    if (answer.status === notOffered) continue
    for (const { phone_number: written, region, capabilities } of accept(answer, offerList)) {
      const phoneNumber = toE164(written)
      // A number that cannot be rung, or read, is of no use to us.
      if (phoneNumber === undefined || capabilities?.voice === false) continue
      found.push({ phoneNumber, country, type: wanted, region: region ?? null })
    }
  }
  return found.slice(0, limit)
}

const isUnsure = (error: unknown): boolean => error instanceof ProviderError && error.failure === 'unknown'

/** Buys exactly this number. A purchase whose answer was lost is looked up, not repeated: it may have been made, and each costs money. */
export async function buyNumber(market: Market, phoneNumber: string): Promise<void> {
  const { incomingFlowUrl } = market
  const form = { PhoneNumber: phoneNumber, ...(incomingFlowUrl === undefined ? {} : { VoiceUrl: incomingFlowUrl }) }
  try {
    accept(await market.client({ method: 'POST', product: 'numbers', path: owned, form }), boughtWire)
  } catch (error) {
    // That the look failed says nothing about the purchase: it stays unknown.
    if (isUnsure(error) && (await ownsNumber(market, phoneNumber).catch(() => false))) return
    throw error
  }
}

/** Lets calls to the number run our flow. Without a flow in the settings, one that was set by hand is left as it is. */
export async function receiveCalls(market: Market, phoneNumber: string): Promise<void> {
  const number = await find(market, phoneNumber)
  if (number === undefined) throw new ProviderError('refused', 'not owned')
  const { incomingFlowUrl } = market
  if (number.voice_url === incomingFlowUrl && incomingFlowUrl !== undefined) return
  if (incomingFlowUrl !== undefined) {
    const form = { VoiceUrl: incomingFlowUrl }
    accept(await market.client({ method: 'PUT', product: 'numbers', path: `${owned}/${number.sid}`, form }), boughtWire)
    return
  }
  if (typeof number.voice_url !== 'string' || number.voice_url === '') throw new ProviderError('refused', 'no flow')
}

export async function releaseNumber(market: Market, phoneNumber: string): Promise<void> {
  const number = await find(market, phoneNumber)
  if (number === undefined) return
  const answer = await market.client({ method: 'DELETE', product: 'numbers', path: `${owned}/${number.sid}` })
  if (!answer.ok && answer.status !== notOffered) throw refused(answer)
}
