import { afterAll, beforeAll, expect, it } from 'vitest'
import { startPlatform, type TestApp, type TestPlatform } from '../start-platform.ts'

let here: TestPlatform
let app: TestApp
beforeAll(async () => {
  here = await startPlatform({ exotel: 'flow' })
  app = await here.app()
})
afterAll(() => here.stop())

it('sells Indian numbers through Exotel and others through Twilio, unless one is named', async () => {
  const providers = async (query: Parameters<TestApp['server']['numbers']['search']>[0]) =>
    new Set((await app.server.numbers.search({ limit: 5, ...query })).data.map(({ provider }) => provider))
  expect(await providers({ country: 'IN' })).toEqual(new Set(['exotel']))
  expect(await providers({ country: 'IN', type: 'toll_free' })).toEqual(new Set(['exotel']))
  expect(await providers({ country: 'US' })).toEqual(new Set(['twilio']))
  expect(await providers({ country: 'US', provider: 'exotel' })).toEqual(new Set())
})

it('buys, gives and releases an Indian number', async () => {
  const [offer] = (await app.server.numbers.search({ country: 'IN', type: 'toll_free', limit: 1 })).data
  const phoneNumber = offer?.phoneNumber ?? expect.unreachable('nothing is on offer')
  const answers = await Promise.all([1, 2].map(() => app.server.numbers.create({ phoneNumber, buy: true })))
  expect(new Set(answers.map(({ id }) => id)).size).toBe(1)
  const numberId = answers[0]?.id ?? ''
  await here.quiet()
  expect(await app.server.numbers.get({ numberId })).toMatchObject({ provider: 'exotel', country: 'IN', receivesCalls: true })
  await expect(app.server.numbers.create({ phoneNumber, provider: 'twilio' })).rejects.toMatchObject({ code: 'invalid_request' })
  await app.user('asha')
  expect((await app.server.numbers.assign({ userId: 'asha', phoneNumber })).userId).toBe('asha')
  await app.server.numbers.remove({ numberId, atProvider: 'release' })
  await here.advance(24 * 3_600 + 60, 3_600)
  await expect(app.server.numbers.get({ numberId })).rejects.toMatchObject({ code: 'not_found' })
  await expect(app.server.numbers.create({ phoneNumber })).rejects.toMatchObject({ code: 'invalid_request' })
})
