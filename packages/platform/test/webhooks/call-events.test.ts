import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { startPlatform, type TestApp, type TestPlatform } from '../start-platform.ts'
import { startReceiver, type Receiver } from './receiver.ts'

let platform: TestPlatform
let app: TestApp
let receiver: Receiver
beforeAll(async () => {
  platform = await startPlatform()
})
beforeEach(async () => {
  app = await platform.app()
  receiver = await startReceiver()
  await app.server.webhookEndpoints.create({ url: receiver.url, types: ['call.*'] })
  return () => receiver.close()
})
afterAll(() => platform.stop())

const callTo = async (phone: string) => {
  const caller = await app.user('asha', { coins: 100 })
  const callee = await app.user('ravi', { phone, availability: 'always' })
  return caller.client.calls.create({ calleeId: callee.userId })
}
const inOrder = () => receiver.received.map(({ event }) => event).sort((one, other) => one.sequence - other.sequence)
const typesInOrder = () => inOrder().map(({ type }) => type)

describe('the events of a call', () => {
  it('tell its life from the first ring to the charge, as the API shows it, without any phone number', async () => {
    const { id } = await callTo('+919800001020')
    await platform.advance(120, 2)
    await receiver.of('call.settled')
    expect(typesInOrder()).toEqual(['call.initiated', 'call.ringing', 'call.in_progress', 'call.completed', 'call.settled'])
    expect(inOrder().map(({ sequence }) => sequence)).toEqual([1, 2, 3, 4, 5])
    const { number, ...call } = await app.server.calls.get({ callId: id })
    expect(number).toMatch(/^\+1415/)
    const last = inOrder().at(-1)
    expect(last?.data).toEqual(call)
    expect(last?.data).toMatchObject({ id, callerId: 'asha', calleeId: 'ravi', settled: true, chargedCoins: 1 })
    expect(inOrder()[0]?.data).toMatchObject({ id, status: 'initiated', heldCoins: call.heldCoins, settled: false })
    // The message that tells of the ringing is the first that names the callee's leg.
    expect(inOrder()[1]?.data).toMatchObject({ status: 'ringing', providerIds: call.providerIds })
    for (const { body } of receiver.received) {
      expect(body).not.toMatch(/\+[0-9]{7,}|(?<![0-9a-zA-Z])[0-9]{10,}(?![0-9a-zA-Z])/)
      expect(Buffer.byteLength(body)).toBeLessThan(20_000)
    }
    const { data } = await app.server.events.list({ objectId: id })
    expect(data.map(({ type }) => type)).toEqual([...typesInOrder()].reverse())
  })

  it('tell of a busy callee, who has missed it', async () => {
    await callTo('+919800000001')
    await platform.advance(30, 2)
    await receiver.of('call.settled')
    expect(typesInOrder().filter((type) => type !== 'call.ringing')).toEqual(['call.initiated', 'call.busy', 'call.missed', 'call.settled'])
  })

  it('tell of a call that was called off before it was answered', async () => {
    const { id } = await callTo('+919800000002')
    await app.server.calls.end({ callId: id })
    await platform.advance(60, 2)
    await receiver.of('call.settled')
    const types = typesInOrder()
    expect(types.at(0)).toBe('call.initiated')
    expect(types.at(-1)).toBe('call.settled')
    expect(types.filter((type) => /^call\.(completed|busy|no_answer|declined|canceled|failed)$/.test(type))).toHaveLength(1)
  })

  it('are not there of a call that was refused, however late in its admission', async () => {
    const caller = await app.user('poor')
    await app.user('ravi', { availability: 'always' })
    await expect(caller.client.calls.create({ calleeId: 'ravi' })).rejects.toMatchObject({ code: 'insufficient_balance' })
    await expect(caller.client.calls.create({ calleeId: 'nobody' })).rejects.toMatchObject({ code: 'not_found' })
    await platform.quiet()
    expect(receiver.received).toEqual([])
    expect((await app.server.events.list()).data.filter(({ type }) => type.startsWith('call.'))).toEqual([])
  })

  it('come once of a call that was asked for twice', async () => {
    const caller = await app.user('asha', { coins: 100 })
    await app.user('ravi', { availability: 'always' })
    const call = () => caller.client.calls.create({ calleeId: 'ravi' }, { idempotencyKey: 'double-tap' })
    const [one, two] = [await call(), await call()]
    expect(two.id).toBe(one.id)
    expect((await app.server.events.list({ type: 'call.initiated' })).data).toHaveLength(1)
    await app.server.calls.end({ callId: one.id })
    await platform.advance(30, 2)
  })

  it('go on after its end: rated, disputed, decided, given back', async () => {
    const { id } = await callTo('+919800001020')
    await platform.advance(120, 2)
    const { client } = await app.user('asha')
    await client.calls.rate({ callId: id, score: 2 })
    const dispute = await client.calls.dispute({ callId: id, reason: 'other' })
    await app.server.disputes.resolve({ disputeId: dispute.id, outcome: 'refund', note: 'Bad line' })
    await platform.quiet()
    await receiver.of('call.dispute_resolved')
    const after = inOrder().slice(5)
    expect(after.map(({ type }) => type)).toEqual(['call.rated', 'call.disputed', 'call.refunded', 'call.dispute_resolved'])
    expect(after.map(({ data }) => data)).toMatchObject([
      { disputed: false, refundedCoins: 0 },
      { disputed: true },
      { refundedCoins: 1 },
      { disputed: false, refundedCoins: 1 },
    ])
  })

  it('name a deleted person no more', async () => {
    const { id } = await callTo('+919800000001')
    await platform.advance(30, 2)
    await app.server.users.delete({ userId: 'ravi' })
    const { data } = await app.server.events.list({ objectId: id })
    expect(data.length).toBeGreaterThan(2)
    for (const event of data) expect(event.data).toMatchObject({ callerName: 'asha', calleeName: 'Deleted user' })
  })
})

it('a number that is given and taken is told of by its id', async () => {
  await app.server.webhookEndpoints.create({ url: receiver.url, types: ['number.*'] })
  await app.user('asha')
  const [number] = (await app.server.numbers.list()).data
  if (number === undefined) throw new Error('the app has no number')
  const { id, phoneNumber } = await app.server.numbers.assign({ userId: 'asha', numberId: number.id })
  await app.server.numbers.unassign({ userId: 'asha' })
  await app.server.numbers.unassign({ userId: 'asha' })
  await platform.quiet()
  await receiver.of('number.released')
  expect(inOrder().map(({ type, data }) => ({ type, data }))).toEqual([
    { type: 'number.assigned', data: { id, userId: 'asha' } },
    { type: 'number.released', data: { id, userId: 'asha' } },
  ])
  for (const { body } of receiver.received) expect(body).not.toContain(phoneNumber.slice(1))
})
