import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Telephony } from '../port.ts'
import { createTwilio } from './adapter.ts'
import { accountSid, authToken, ok, refusal, startStub, type TwilioStub } from './twilio-stub.fixture.ts'

let stub: TwilioStub
let twilio: Telephony
beforeAll(async () => {
  stub = await startStub()
  twilio = createTwilio({ baseUrl: stub.url, accountSid, authToken, timeoutMs: 300 })
})
afterAll(() => stub.close())

const owned = (...numbers: string[]) => ok({ incoming_phone_numbers: numbers.map((phone_number) => ({ phone_number, sid: 'PN1' })) })
const offered = (...numbers: string[]) => ok({ available_phone_numbers: numbers.map((phone_number) => ({ phone_number })) })
const bought = (phone_number: string) => ({ status: 201, body: { phone_number, sid: 'PN1' } })
const lost = (response: { destroy(): unknown }) => void response.destroy()
const asked = () => stub.asked.map(({ method, path }) => `${method} ${path.split('/').slice(4).join('/')}`)

describe('whose number it is', () => {
  it('is ours only when it is exactly the one', async () => {
    stub.reply(owned('+150171226610', '+15017122661'))
    expect(await twilio.ownsNumber('+15017122661')).toBe(true)
    expect(stub.asked[0]?.query.get('PhoneNumber')).toBe('+15017122661')
    stub.reply(owned('+150171226610'))
    expect(await twilio.ownsNumber('+15017122661')).toBe(false)
    stub.reply(owned())
    expect(await twilio.ownsNumber('+15017122661')).toBe(false)
  })

  it('is not answered by a failure', async () => {
    stub.reply(refusal(503, 20503))
    await expect(twilio.ownsNumber('+15017122661')).rejects.toMatchObject({ failure: 'unknown' })
  })
})

describe('buying a number', () => {
  it('buys the first that is offered', async () => {
    stub.reply(offered('+15017122661', '+15017122662'), bought('+15017122661'))
    expect(await twilio.buyNumber('US')).toBe('+15017122661')
    expect(asked()).toEqual(['GET AvailablePhoneNumbers/US/Local.json', 'POST IncomingPhoneNumbers.json'])
    expect(stub.asked[1]?.form.get('PhoneNumber')).toBe('+15017122661')
  })

  it('looks at the next kind where a country has no local numbers', async () => {
    stub.reply(refusal(404, 20404), offered('+918000000001'), bought('+918000000001'))
    expect(await twilio.buyNumber('IN')).toBe('+918000000001')
    expect(asked()[1]).toBe('GET AvailablePhoneNumbers/IN/Mobile.json')
  })

  it('takes another when one has gone meanwhile', async () => {
    stub.reply(offered('+15017122661', '+15017122662'), refusal(400, 21422), bought('+15017122662'))
    expect(await twilio.buyNumber('US')).toBe('+15017122662')
  })

  it('looks before it buys again: a purchase whose answer was lost is not repeated', async () => {
    stub.reply(offered('+15017122661', '+15017122662'), lost, owned('+15017122661'))
    expect(await twilio.buyNumber('US')).toBe('+15017122661')
    stub.reply(offered('+15017122661', '+15017122662'), lost, owned())
    await expect(twilio.buyNumber('US')).rejects.toMatchObject({ failure: 'unknown' })
    expect(asked().filter((line) => line.startsWith('POST'))).toHaveLength(1)
  })

  it('refuses what is no country before it becomes part of a path', async () => {
    stub.reply(offered())
    await expect(twilio.buyNumber('../US')).rejects.toMatchObject({ failure: 'refused' })
    expect(stub.asked).toHaveLength(0)
  })
})
