import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { list, OWNED, pick, type Scene, setScene, text } from './test-customer.ts'

let scene: Scene
beforeEach(async () => {
  scene = await setScene()
})
afterEach(() => scene.close())

const v2 = (method: string, path: string, said?: Record<string, string>) =>
  scene.ask(method, `/v2_beta/Accounts/${scene.sandbox.accountSid}${path}`, said)
const VOICE_URL = 'https://my.exotel.com/exoml/start/4711'
const found = async (path: string) => list((await v2('GET', path)).json)

describe('ExoPhones', () => {
  it('are found by country and type, by circle and by digits', async () => {
    expect(await found('/AvailablePhoneNumbers/IN/Landline')).toHaveLength(50)
    expect((await v2('GET', '/AvailablePhoneNumbers/IN/Mobile')).json).toMatchObject([
      {
        phone_number: expect.stringMatching(/^\+91\d{10}$/),
        friendly_name: expect.stringMatching(/^0\d{10}$/),
        capabilities: { voice: true, sms: true },
        country: 'IN',
        region: 'KA',
        number_type: 'Mobile',
        rental_price: '499.000000',
      },
      ...Array.from({ length: 49 }, () => ({ number_type: 'Mobile' })),
    ])
    const mumbai = await found('/AvailablePhoneNumbers/IN/Landline?InRegion=MU')
    expect(mumbai).toMatchObject(Array.from({ length: 50 }, () => ({ region: 'MU', number_type: 'Landline' })))
    expect(await found('/AvailablePhoneNumbers/IN/TollFree?Contains=1800412037')).toMatchObject([{ phone_number: '+911800412037' }])
    expect(await found('/AvailablePhoneNumbers/IN/TollFree?IncomingSMS=true')).toEqual([])
    expect(await found('/AvailablePhoneNumbers')).toMatchObject([
      { country: 'IN', number_types: ['Landline', 'Mobile', 'TollFree'] },
      { country: 'SG' },
    ])
  })

  it('are bought once, listed, pointed at another flow, and released', async () => {
    const [first] = await found('/AvailablePhoneNumbers/IN/Landline')
    const phoneNumber = text(first, 'phone_number')
    const bought = await v2('POST', '/IncomingPhoneNumbers', { PhoneNumber: phoneNumber, VoiceUrl: VOICE_URL, FriendlyName: 'pool' })
    expect(bought).toMatchObject({
      status: 200,
      json: {
        sid: expect.stringMatching(/^[0-9a-f]{32}$/),
        phone_number: phoneNumber,
        voice_url: VOICE_URL,
        friendly_name: 'pool',
        rental_price: '499.000000',
        currency: 'INR',
      },
    })
    expect((await v2('POST', '/IncomingPhoneNumbers', { PhoneNumber: phoneNumber })).status).toBe(409)
    expect(await found('/AvailablePhoneNumbers/IN/Landline')).not.toContainEqual(first)
    expect((await v2('GET', '/IncomingPhoneNumbers')).json).toMatchObject({
      page: 0,
      page_size: 50,
      incoming_phone_numbers: [{ phone_number: OWNED }, { phone_number: phoneNumber }],
    })
    const path = `/IncomingPhoneNumbers/${text(bought.json, 'sid')}`
    const edited = await v2('PUT', path, { VoiceUrl: `http://my.exotel.com/${scene.sandbox.accountSid}/exoml/start_voice/9` })
    expect(edited.json).toMatchObject({ friendly_name: 'pool', voice_url: expect.stringContaining('/9') })
    expect((await v2('DELETE', path)).status).toBe(200)
    expect((await v2('GET', path)).status).toBe(404)
    expect((await v2('DELETE', path)).status).toBe(404)
    expect(await found('/AvailablePhoneNumbers/IN/Landline')).toContainEqual(first)
  })

  const refused: [string, string, string, Record<string, string> | undefined, number][] = [
    ['a country without numbers', 'GET', '/AvailablePhoneNumbers/DE/Landline', undefined, 404],
    ['a type that is none', 'GET', '/AvailablePhoneNumbers/IN/Satellite', undefined, 404],
    ['letters in Contains', 'GET', '/AvailablePhoneNumbers/IN/Mobile?Contains=abc', undefined, 400],
    ['a circle that is none', 'GET', '/AvailablePhoneNumbers/IN/Mobile?InRegion=mumbai', undefined, 400],
    ['no number', 'POST', '/IncomingPhoneNumbers', {}, 400],
    ['a number that is none', 'POST', '/IncomingPhoneNumbers', { PhoneNumber: 'x' }, 400],
    ['a number that is not on offer', 'POST', '/IncomingPhoneNumbers', { PhoneNumber: '+919800000000' }, 404],
    ['a VoiceUrl that is no flow', 'POST', '/IncomingPhoneNumbers', { PhoneNumber: '+912269802000', VoiceUrl: 'https://evil.test/' }, 400],
    ['a name without end', 'POST', '/IncomingPhoneNumbers', { PhoneNumber: '+912269802000', FriendlyName: 'x'.repeat(65) }, 400],
    ['a number of nobody', 'PUT', '/IncomingPhoneNumbers/abc', { FriendlyName: 'x' }, 404],
  ]
  it.each(refused)('refuse %s, and nothing is bought', async (_, method, path, said, status) => {
    expect((await v2(method, path, said)).status).toBe(status)
    expect((await v2('GET', '/IncomingPhoneNumbers')).json).toMatchObject({ total: 1 })
  })
})

describe('the metadata of a number', () => {
  it('says where it is from and whether it is not to be disturbed', async () => {
    const metadata = async () => pick((await scene.v1('GET', '/Numbers/09800030240.json')).json, 'Numbers')
    expect(await metadata()).toEqual({
      PhoneNumber: '09800030240',
      Circle: 'GJ',
      CircleName: expect.any(String),
      Type: 'Mobile',
      Operator: 'AT',
      OperatorName: 'Airtel',
      DND: 'No',
    })
    scene.sandbox.control.markDnd('+919800030240')
    expect(await metadata()).toMatchObject({ DND: 'Yes' })
  })

  it('is refused for what is no number', async () => {
    expect((await scene.v1('GET', '/Numbers/bob.json')).status).toBe(400)
  })
})
