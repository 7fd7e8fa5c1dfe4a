import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import type { Telephony } from '../port.ts'
import { createTwilio } from './adapter.ts'
import { accountSid, authToken, callList, callResource, ok, parentSid, refusal, startStub, type TwilioStub } from './twilio-stub.fixture.ts'

let stub: TwilioStub
let now: Date
let twilio: Telephony
beforeAll(async () => {
  stub = await startStub()
})
beforeEach(() => {
  now = new Date('2027-08-31T20:36:29Z')
  twilio = createTwilio({ baseUrl: stub.url, accountSid, authToken, clock: { now: () => now } })
})
afterAll(() => stub.close())

const outcome = (): Promise<unknown> =>
  twilio.fetchCall(parentSid, null).then(
    () => 'answered',
    (error: unknown) => (error instanceof Error && 'failure' in error ? error.failure : error),
  )
const times = async (count: number): Promise<unknown[]> => {
  const outcomes: unknown[] = []
  for (let i = 0; i < count; i++) outcomes.push(await outcome())
  return outcomes
}

it('leaves a provider alone that fails five times in a row, and says that nothing was sent', async () => {
  stub.reply(refusal(503, 20503))
  expect(await times(7)).toEqual([...Array.from({ length: 5 }, () => 'unknown'), 'not_sent', 'not_sent'])
  expect(stub.asked).toHaveLength(5)
})

it('tries once after a rest, and rests again when that fails', async () => {
  stub.reply(refusal(503, 20503))
  await times(5)
  now = new Date(now.getTime() + 5_000)
  expect(await Promise.all([outcome(), outcome(), outcome()])).toEqual(['unknown', 'not_sent', 'not_sent'])
  expect(await outcome()).toBe('not_sent')
  expect(stub.asked).toHaveLength(6)
})

it('goes on as before once the trial is answered', async () => {
  stub.reply(refusal(503, 20503))
  await times(5)
  now = new Date(now.getTime() + 5_000)
  stub.reply(refusal(404, 20404))
  expect(await times(3)).toEqual(['answered', 'answered', 'answered'])
})

it('is not moved by refusals: they are answers', async () => {
  stub.reply(refusal(401, 20003))
  expect(await times(8)).toEqual(Array.from({ length: 8 }, () => 'refused'))
})

it('counts failures in a row only', async () => {
  for (let i = 0; i < 3; i++) {
    stub.reply(refusal(503, 20503))
    await times(4)
    stub.reply(ok(callResource()), ok(callList()))
    expect(await outcome()).toBe('answered')
  }
})
