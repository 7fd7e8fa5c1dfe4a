import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { NumberMarket } from '../port.ts'
import { ok, startStub, type Stub } from '../stub.fixture.ts'
import { accountSid, exoPhone, exotelAt, otherSid, refusal } from './exotel-stub.fixture.ts'

let stub: Stub
let numbers: NumberMarket
beforeAll(async () => {
  stub = await startStub()
  numbers = exotelAt(stub.url, { flowId: '926' }).numbers
})
beforeEach(() => stub.reply())
afterAll(() => stub.close())

const below = `/v2_beta/Accounts/${accountSid}`
const flowUrl = 'https://my.exotel.com/exoml/start/926'
const number = (fields: Record<string, unknown> = {}) => ({
  sid: otherSid,
  phone_number: exoPhone,
  friendly_name: '08030752400',
  voice_url: null,
  rental_price: '499.00',
  currency: 'INR',
  ...fields,
})
const page = (...owned: unknown[]) => ok({ page: 0, page_size: 100, incoming_phone_numbers: owned })
const offer = (phoneNumber: string, fields: Record<string, unknown> = {}) => ({
  phone_number: phoneNumber,
  friendly_name: phoneNumber,
  capabilities: { voice: true, sms: false },
  country: 'IN',
  region: 'MH',
  number_type: 'Landline',
  rental_price: '499.00',
  ...fields,
})
const asked = () => stub.asked.map(({ method, path }) => `${method} ${path}`)

describe('numbers on offer', () => {
  it('are of the type asked for', async () => {
    stub.reply(ok([offer('+912248901234'), offer('02248901235', { region: null })]))
    expect(await numbers.search({ country: 'IN', type: 'local', contains: '4890', limit: 5 })).toEqual([
      { phoneNumber: '+912248901234', country: 'IN', type: 'local', region: 'MH' },
      { phoneNumber: '+912248901235', country: 'IN', type: 'local', region: null },
    ])
    expect(asked()).toEqual([`GET ${below}/AvailablePhoneNumbers/IN/Landline`])
    expect(stub.asked[0]?.query.get('Contains')).toBe('4890')
  })

  it('are of every type unless one is asked for, and never more than asked for', async () => {
    stub.reply(refusal(404), ok([offer('+919513886363')]), ok([offer('18001234567')]))
    expect((await numbers.search({ country: 'IN', limit: 2 })).map(({ type }) => type)).toEqual(['mobile', 'toll_free'])
    stub.reply(ok([offer('+912248901234'), offer('+912248901235')]))
    expect(await numbers.search({ country: 'IN', limit: 1 })).toHaveLength(1)
    expect(stub.asked).toHaveLength(1)
  })

  it('leave out those that cannot be rung or read', async () => {
    stub.reply(ok([offer('+912248901234', { capabilities: { voice: false } }), offer('call us')]))
    expect(await numbers.search({ country: 'IN', type: 'local', limit: 5 })).toEqual([])
  })

  it('are not asked for in a country that is a path', async () => {
    await expect(numbers.search({ country: '..', limit: 1 })).rejects.toMatchObject({ failure: 'refused' })
    expect(stub.asked).toEqual([])
  })
})

describe('numbers of the account', () => {
  it('are found on whatever page they stand', async () => {
    const full = (from: number) =>
      page(
        ...Array.from({ length: 100 }, (_, i) =>
          number({ sid: `${'0'.repeat(28)}${from + i}`, phone_number: `+9122489${10_000 + from + i}` }),
        ),
      )
    stub.reply(full(1000), full(2000), page(number()))
    expect(await numbers.owns(exoPhone)).toBe(true)
    expect(stub.asked.map(({ query }) => query.get('Page'))).toEqual(['0', '1', '2'])
    stub.reply(full(1000))
    expect(await numbers.owns(exoPhone)).toBe(false)
    expect(stub.asked).toHaveLength(2)
  })

  it('are bought exactly, for calls that run our flow', async () => {
    stub.reply(ok(number()))
    await numbers.buy(exoPhone)
    expect(asked()).toEqual([`POST ${below}/IncomingPhoneNumbers`])
    expect(Object.fromEntries(stub.asked[0]?.form ?? [])).toEqual({ PhoneNumber: exoPhone, VoiceUrl: flowUrl })
  })

  it.each([
    ['a failure', refusal(500)],
    ['an answer that cannot be read', ok('{')],
  ])('are not bought twice after %s', async (_, reply) => {
    stub.reply(reply, page(number()))
    await numbers.buy(exoPhone)
    stub.reply(reply, page())
    await expect(numbers.buy(exoPhone)).rejects.toMatchObject({ failure: 'unknown' })
    expect(asked().filter((line) => line.startsWith('POST'))).toHaveLength(1)
    // Nor does a look that fails make it certain that it was not bought.
    stub.reply(reply, refusal(429))
    await expect(numbers.buy(exoPhone)).rejects.toMatchObject({ failure: 'unknown' })
  })

  it('are not bought where Exotel says no', async () => {
    stub.reply(refusal(402))
    await expect(numbers.buy(exoPhone)).rejects.toMatchObject({ failure: 'refused' })
    expect(stub.asked).toHaveLength(1)
  })

  it('are given back once', async () => {
    stub.reply(page(number()), ok({}))
    await numbers.release(exoPhone)
    expect(asked()).toEqual([`GET ${below}/IncomingPhoneNumbers`, `DELETE ${below}/IncomingPhoneNumbers/${otherSid}`])
    stub.reply(page())
    await numbers.release(exoPhone)
    stub.reply(page(number()), refusal(404))
    await numbers.release(exoPhone)
    stub.reply(page(number()), refusal(500))
    await expect(numbers.release(exoPhone)).rejects.toMatchObject({ failure: 'unknown' })
  })

  it('let calls run our flow, set once', async () => {
    stub.reply(page(number()), ok(number({ voice_url: flowUrl })))
    await numbers.receiveCalls(exoPhone, 'https://connect.example/ours')
    expect(asked()[1]).toBe(`PUT ${below}/IncomingPhoneNumbers/${otherSid}`)
    expect(Object.fromEntries(stub.asked[1]?.form ?? [])).toEqual({ VoiceUrl: flowUrl })
    stub.reply(page(number({ voice_url: flowUrl })))
    await numbers.receiveCalls(exoPhone, 'https://connect.example/ours')
    expect(stub.asked).toHaveLength(1)
    stub.reply(page())
    await expect(numbers.receiveCalls(exoPhone, 'https://connect.example/ours')).rejects.toMatchObject({ failure: 'refused' })
  })

  it('must have a flow that was set by hand where none is configured', async () => {
    const byHand = exotelAt(stub.url).numbers
    stub.reply(page(number({ voice_url: 'https://my.exotel.com/exoml/start/7' })))
    await byHand.receiveCalls(exoPhone, 'https://connect.example/ours')
    stub.reply(page(number()))
    await expect(byHand.receiveCalls(exoPhone, 'https://connect.example/ours')).rejects.toMatchObject({ failure: 'refused' })
    expect(asked().filter((line) => line.startsWith('PUT'))).toEqual([])
  })

  it('are never a path', async () => {
    stub.reply(page(number({ sid: '../../Calls' })))
    await expect(numbers.release(exoPhone)).rejects.toMatchObject({ failure: 'unknown' })
    expect(stub.asked).toHaveLength(1)
  })
})
