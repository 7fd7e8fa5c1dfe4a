import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startPlatform, type TestApp, type TestPlatform } from '../../../test/start-platform.ts'

let world: TestPlatform
let one: TestApp
let two: TestApp
beforeAll(async () => {
  world = await startPlatform()
  one = await world.app('One')
  two = await world.app('Two')
})
afterAll(() => world.stop())

const numbersOf = async (app: TestApp) => (await app.server.numbers.list()).data.map(({ phoneNumber }) => phoneNumber)
const send = (body: unknown, headers: Record<string, string>) =>
  fetch(`${world.url}/v1/numbers`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${one.secretKey}`, ...headers },
    body: JSON.stringify(body),
  })

describe('the numbers of an app', () => {
  it('are those it added, and nobody else’s', async () => {
    world.twilio.control.ownNumber('+14155550123')
    const number = await one.server.numbers.create({ phoneNumber: '+14155550123' })
    expect(number).toMatchObject({ provider: 'twilio', phoneNumber: '+14155550123', id: expect.stringMatching(/^num_[0-9a-z]{26}$/) })
    expect(await numbersOf(one)).toHaveLength(2)
    expect((await numbersOf(one))[0]).toBe('+14155550123')
    expect(await numbersOf(two)).not.toContain('+14155550123')
  })

  it('are added once, however often that is asked for', async () => {
    const first = await one.server.numbers.create({ phoneNumber: '+14155550123' })
    const again = await one.server.numbers.create({ phoneNumber: '+14155550123' })
    expect(again.id).toBe(first.id)
    expect((await send({ phoneNumber: '+14155550123' }, {})).status).toBe(200)
    world.twilio.control.ownNumber('+14155550124')
    const answers = await Promise.all([1, 2].map(() => one.server.numbers.create({ phoneNumber: '+14155550124' })))
    expect(new Set(answers.map(({ id }) => id)).size).toBe(1)
  })

  it('are answered alike for the same Idempotency-Key, and refused for another number under it', async () => {
    world.twilio.control.ownNumber('+14155550125')
    const [first, again] = [
      await send({ phoneNumber: '+14155550125' }, { 'idempotency-key': 'k1' }),
      await send({ phoneNumber: '+14155550125' }, { 'idempotency-key': 'k1' }),
    ]
    expect([first.status, again.status, again.headers.get('idempotent-replay')]).toEqual([201, 201, 'true'])
    expect(await again.json()).toEqual(await first.json())
    const other = await send({ phoneNumber: '+14155550123' }, { 'idempotency-key': 'k1' })
    expect([other.status, await other.json()]).toMatchObject([409, { code: 'idempotency_key_reused' }])
  })

  it('are refused when the account does not own them', async () => {
    await expect(one.server.numbers.create({ phoneNumber: '+14155559999' })).rejects.toMatchObject({
      status: 400,
      code: 'invalid_request',
      errors: [{ pointer: '/phoneNumber' }],
    })
  })

  it('are refused when they are no numbers, or the provider cannot be asked', async () => {
    await expect(one.server.numbers.create({ phoneNumber: '0800' })).rejects.toMatchObject({ status: 400 })
    const id = world.twilio.control.faultApi({ action: 'fail', status: 503 })
    expect(id).toBeDefined()
    const answer = await send({ phoneNumber: '+14155559998' }, {})
    world.twilio.control.clearFaults()
    expect([answer.status, await answer.json()]).toMatchObject([503, { code: 'provider_unavailable' }])
    expect(answer.headers.get('retry-after')).toBe('5')
  })

  it('are not for people or browsers', async () => {
    const user = await one.user('visitor')
    for (const credential of [await user.token(), one.publishableKey]) {
      const answer = await send({ phoneNumber: '+14155550123' }, { authorization: `Bearer ${credential}` })
      expect(answer.status).toBe(403)
    }
  })

  it('do not exist in live mode before it has a provider', async () => {
    const live = await world.app('Live', 'live')
    await expect(live.server.numbers.create({ phoneNumber: '+14155550123' })).rejects.toMatchObject({ code: 'provider_unavailable' })
    expect(await numbersOf(live)).toEqual([])
  })

  it('come page by page, with cursors that fit no other app', async () => {
    const all = await numbersOf(one)
    const seen: string[] = []
    let cursor: string | undefined
    do {
      const page = await one.server.numbers.list({ limit: 1, ...(cursor === undefined ? {} : { cursor }) })
      seen.push(...page.data.map(({ phoneNumber }) => phoneNumber))
      cursor = page.nextCursor ?? undefined
    } while (cursor !== undefined)
    expect(seen).toEqual(all)
    const { nextCursor } = await one.server.numbers.list({ limit: 1 })
    await expect(two.server.numbers.list({ limit: 1, cursor: nextCursor ?? '' })).rejects.toMatchObject({ code: 'invalid_request' })
  })
})
