import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startPlatform, type TestApp, type TestPlatform } from '../start-platform.ts'

let here: TestPlatform
let app: TestApp
let other: TestApp
beforeAll(async () => {
  here = await startPlatform()
  app = await here.app('One')
  other = await here.app('Other')
})
afterAll(() => here.stop())

interface Owned {
  readonly phone_number: string
  readonly voice_url: string
}
async function account(): Promise<readonly Owned[]> {
  const answer = await fetch(`${here.twilio.url}/_sandbox/numbers`)
  return ((await answer.json()) as { numbers: Owned[] }).numbers
}
const owned = async (phoneNumber: string) => (await account()).filter((one) => one.phone_number === phoneNumber)

const numbersOf = async (of: TestApp) => (await of.server.numbers.list({ limit: 100 })).data.map(({ phoneNumber }) => phoneNumber)

async function forSale(type: 'local' | 'toll_free' = 'local'): Promise<string> {
  const { data } = await app.server.numbers.search({ country: 'US', type, limit: 50 })
  return data[0]?.phoneNumber ?? expect.unreachable('nothing is on offer')
}

async function post(of: TestApp, body: unknown, key?: string) {
  const answer = await fetch(`${here.url}/v1/numbers`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${of.secretKey}`,
      'content-type': 'application/json',
      ...(key === undefined ? {} : { 'idempotency-key': key }),
    },
    body: JSON.stringify(body),
  })
  return { status: answer.status, body: (await answer.json()) as { id?: string; code?: string } }
}

async function audited(subject: string): Promise<{ action: string; details: unknown }[]> {
  const client = new pg.Client(here.database.connection)
  await client.connect()
  const { rows } = await client.query<{ action: string; details: unknown }>(
    'select action, details from audit where subject = $1 order by id',
    [subject],
  )
  await client.end()
  return rows
}

describe('numbers on offer', () => {
  it('are found by country, type and digits, toll-free ones too', async () => {
    const { data } = await app.server.numbers.search({ country: 'US', type: 'toll_free', contains: '888', limit: 3 })
    expect(data).toHaveLength(3)
    for (const offer of data)
      expect(offer).toMatchObject({ provider: 'twilio', country: 'US', type: 'toll_free', phoneNumber: expect.stringContaining('888') })
    const all = (await app.server.numbers.search({ country: 'US', limit: 5 })).data
    expect(all.map(({ type }) => type)).toEqual(Array(5).fill('local'))
  })

  it('are none where the provider sells none, and no question that makes no sense', async () => {
    expect((await app.server.numbers.search({ country: 'AQ' })).data).toEqual([])
    for (const query of [{ country: 'us' }, { country: '../US' }, { country: 'US', contains: 'abc' }, { country: 'US', limit: 51 }])
      await expect(app.server.numbers.search(query)).rejects.toMatchObject({ code: 'invalid_request' })
    await expect(app.server.numbers.search({ country: 'IN', provider: 'exotel' })).rejects.toMatchObject({ code: 'provider_unavailable' })
  })

  it('are asked for anew when the provider does not answer', async () => {
    here.twilio.control.faultApi({ action: 'fail', status: 503 })
    await expect(app.server.numbers.search({ country: 'US' }, { signal: AbortSignal.timeout(20_000) })).resolves.toBeDefined()
    here.twilio.control.clearFaults()
  })
})

describe('buying a number', () => {
  it('makes it the app’s, tells the provider where calls to it go, and is on record', async () => {
    const phoneNumber = await forSale('toll_free')
    const number = await app.server.numbers.create({ phoneNumber, buy: true })
    expect(number).toMatchObject({ provider: 'twilio', phoneNumber, country: 'US', type: 'toll_free', status: 'active', userId: null })
    await here.quiet()
    expect(await owned(phoneNumber)).toMatchObject([{ voice_url: `${here.url}/providers/twilio/test/incoming` }])
    expect(await numbersOf(app)).toContain(phoneNumber)
    expect(await audited(number.id)).toEqual([{ action: 'number.added', details: { provider: 'twilio', bought: true } }])
    expect(
      (await app.server.numbers.search({ country: 'US', type: 'toll_free', limit: 50 })).data.map((one) => one.phoneNumber),
    ).not.toContain(phoneNumber)
  })

  it('happens once, however often and by how many at once it is asked for', async () => {
    const phoneNumber = await forSale()
    const answers = await Promise.all([1, 2, 3, 4].map(() => post(app, { phoneNumber, buy: true })))
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 200, 200, 201])
    expect(new Set(answers.map(({ body }) => body.id)).size).toBe(1)
    expect((await post(app, { phoneNumber, buy: true })).status).toBe(200)
    expect(await owned(phoneNumber)).toHaveLength(1)
  })

  it('of one number by two apps gives it to one', async () => {
    const phoneNumber = await forSale()
    const answers = await Promise.all([app, other].map((one) => post(one, { phoneNumber, buy: true })))
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 400])
    expect(await owned(phoneNumber)).toHaveLength(1)
  })

  it('does not happen without the word, for what is not for sale, for another app’s, or with a key that was used', async () => {
    const [phoneNumber, another] = (await app.server.numbers.search({ country: 'US', limit: 2 })).data.map((one) => one.phoneNumber)
    const refused = { status: 400, body: { code: 'invalid_request' } }
    expect(await post(app, { phoneNumber })).toMatchObject(refused)
    expect(await post(app, { phoneNumber: '+999123456789', buy: true })).toMatchObject(refused)
    expect(await post(app, { phoneNumber: (await numbersOf(other))[0], buy: true })).toMatchObject(refused)
    expect(await post(app, { phoneNumber, buy: true }, 'k-buy')).toMatchObject({ status: 201 })
    expect(await post(app, { phoneNumber: another, buy: true }, 'k-buy')).toMatchObject({
      status: 409,
      body: { code: 'idempotency_key_reused' },
    })
    expect(await owned(another ?? '')).toEqual([])
    expect(await post(app, { phoneNumber, buy: true }, 'k-buy')).toMatchObject({ status: 201 })
  })

  it('is found done when the provider’s answer was lost, or the process died before it was written down', async () => {
    const phoneNumber = await forSale()
    here.twilio.control.faultApi({ action: 'lose-answer', method: 'POST', path: 'IncomingPhoneNumbers' })
    expect((await post(app, { phoneNumber, buy: true })).status).toBe(201)
    here.twilio.control.clearFaults()
    expect(await owned(phoneNumber)).toHaveLength(1)
    // Bought, and nobody wrote it down.
    const orphan = await forSale()
    here.twilio.control.ownNumber(orphan)
    expect((await post(app, { phoneNumber: orphan, buy: true })).status).toBe(201)
    expect(await owned(orphan)).toHaveLength(1)
  })

  it('does not exist in live mode before it has a provider', async () => {
    const live = await here.app('Live', 'live')
    const phoneNumber = await forSale()
    expect(await post(live, { phoneNumber, buy: true })).toMatchObject({ status: 503, body: { code: 'provider_unavailable' } })
    expect(await owned(phoneNumber)).toEqual([])
  })
})

describe('a number that is told to the provider', () => {
  it('is told again when the provider did not hear it', async () => {
    here.twilio.control.ownNumber('+14155550777')
    here.twilio.control.faultApi({ action: 'fail', status: 503, method: 'POST', path: 'IncomingPhoneNumbers/', times: 2 })
    await app.server.numbers.create({ phoneNumber: '+14155550777' })
    await here.advance(60, 5)
    here.twilio.control.clearFaults()
    expect(await owned('+14155550777')).toMatchObject([{ voice_url: `${here.url}/providers/twilio/test/incoming` }])
  })

  it('is told again when our address is another one', async () => {
    const client = new pg.Client(here.database.connection)
    await client.connect()
    const told = `select receives_at from numbers where phone_number = '+14155550777'`
    const { rows: before } = await client.query(told)
    await client.query(`update numbers set receives_at = 'another' where phone_number = '+14155550777'`)
    await here.advance(660, 60)
    const { rows: after } = await client.query(told)
    await client.end()
    expect(after).toEqual(before)
  })
})
