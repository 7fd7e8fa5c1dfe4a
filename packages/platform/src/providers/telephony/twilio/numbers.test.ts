import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Telephony } from '../port.ts'
import { createTwilio } from './adapter.ts'
import { accountSid, authToken, ok, refusal, startStub, type TwilioStub } from './twilio-stub.fixture.ts'

let stub: TwilioStub
let twilio: Telephony
beforeAll(async () => {
  stub = await startStub()
  twilio = createTwilio({ baseUrl: stub.url, accountSid, authToken, timeoutMs: 10_000 })
})
afterAll(() => stub.close())

const number = '+15017122661'
const pn = `PN${'0'.repeat(32)}`
const owned = (...numbers: string[]) => ok({ incoming_phone_numbers: numbers.map((phone_number) => ({ phone_number, sid: pn })) })
const offered = (...numbers: string[]) => ok({ available_phone_numbers: numbers.map((phone_number) => ({ phone_number, region: 'CA' })) })
const bought = { status: 201, body: { phone_number: number, sid: pn } }
const lost = (response: { destroy(): unknown }) => void response.destroy()
const asked = () => stub.asked.map(({ method, path }) => `${method} ${path.split('/').slice(4).join('/')}`)

describe('whose number it is', () => {
  it('is ours only when it is exactly the one', async () => {
    stub.reply(owned('+150171226610', number))
    expect(await twilio.numbers.owns(number)).toBe(true)
    expect(stub.asked[0]?.query.get('PhoneNumber')).toBe(number)
    stub.reply(owned('+150171226610'))
    expect(await twilio.numbers.owns(number)).toBe(false)
    stub.reply(owned())
    expect(await twilio.numbers.owns(number)).toBe(false)
  })

  it('is not answered by a failure', async () => {
    stub.reply(refusal(503, 20503))
    await expect(twilio.numbers.owns(number)).rejects.toMatchObject({ failure: 'unknown' })
  })
})

describe('what is on offer', () => {
  it('is asked for by type and digits', async () => {
    stub.reply(offered(number))
    const wanted = { country: 'US', type: 'toll_free', contains: '501', limit: 3 } as const
    expect(await twilio.numbers.search(wanted)).toEqual([{ phoneNumber: number, country: 'US', type: 'toll_free', region: 'CA' }])
    expect(asked()).toEqual(['GET AvailablePhoneNumbers/US/TollFree.json'])
    expect(stub.asked[0]?.query.get('Contains')).toBe('501')
  })

  it('goes on to the next type where a country has none of one, and stops at the limit', async () => {
    stub.reply(refusal(404, 20404), refusal(404, 20404), offered('+918000000001', '+918000000002'))
    const found = await twilio.numbers.search({ country: 'IN', limit: 1 })
    expect(found).toEqual([{ phoneNumber: '+918000000001', country: 'IN', type: 'mobile', region: 'CA' }])
    expect(asked().at(-1)).toBe('GET AvailablePhoneNumbers/IN/Mobile.json')
  })

  it('is refused for what is no country before it becomes part of a path', async () => {
    stub.reply(offered())
    await expect(twilio.numbers.search({ country: '../US', limit: 1 })).rejects.toMatchObject({ failure: 'refused' })
    expect(stub.asked).toHaveLength(0)
  })
})

describe('buying a number', () => {
  it('buys exactly this one', async () => {
    stub.reply(bought)
    await twilio.numbers.buy(number)
    expect(asked()).toEqual(['POST IncomingPhoneNumbers.json'])
    expect(stub.asked[0]?.form.get('PhoneNumber')).toBe(number)
  })

  it('says no when it has gone meanwhile', async () => {
    stub.reply(refusal(400, 21422))
    await expect(twilio.numbers.buy(number)).rejects.toMatchObject({ failure: 'refused' })
  })

  it('looks before it is told to have failed: a purchase whose answer was lost is not repeated', async () => {
    stub.reply(lost, owned(number))
    await twilio.numbers.buy(number)
    stub.reply(lost, owned())
    await expect(twilio.numbers.buy(number)).rejects.toMatchObject({ failure: 'unknown' })
    expect(asked().filter((line) => line.startsWith('POST'))).toHaveLength(1)
    // Nor does a look that fails make it certain.
    stub.reply(lost, refusal(429, 20429))
    await expect(twilio.numbers.buy(number)).rejects.toMatchObject({ failure: 'unknown' })
  })
})

describe('a number that is ours', () => {
  it('is given back, and one that is not ours is content with that', async () => {
    stub.reply(owned(number), { status: 204, body: '' })
    await twilio.numbers.release(number)
    expect(asked()[1]).toBe(`DELETE IncomingPhoneNumbers/${pn}.json`)
    stub.reply(owned())
    await twilio.numbers.release(number)
    expect(asked()).toHaveLength(1)
  })

  it('is told where to ask about calls that come in', async () => {
    stub.reply(owned(number), bought)
    await twilio.numbers.receiveCalls(number, 'https://connect.example/in')
    expect(stub.asked[1]?.form.get('VoiceUrl')).toBe('https://connect.example/in')
    expect(stub.asked[1]?.form.get('VoiceFallbackUrl')).toBe('https://connect.example/in')
    // An application set before would be asked instead.
    expect(stub.asked[1]?.form.get('VoiceApplicationSid')).toBe('')
    stub.reply(owned())
    await expect(twilio.numbers.receiveCalls(number, 'https://connect.example/in')).rejects.toMatchObject({ failure: 'refused' })
  })
})
