import pg from 'pg'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { startPlatform, type TestApp, type TestPlatform } from '../start-platform.ts'
import { startReceiver, type Receiver } from './receiver.ts'

let platform: TestPlatform
let app: TestApp
let receiver: Receiver
let other: Receiver
beforeAll(async () => {
  platform = await startPlatform()
})
beforeEach(async () => {
  app = await platform.app()
  receiver = await startReceiver()
  other = await startReceiver()
  return () => Promise.all([receiver.close(), other.close()])
})
afterAll(() => platform.stop())

const register = ({ url }: Receiver) => app.server.webhookEndpoints.create({ url, types: ['user.created'] })

async function silentRounds(endpointId: string): Promise<number | undefined> {
  const client = new pg.Client(platform.database.connection)
  await client.connect()
  const { rows } = await client.query<{ n: number }>('select silent_rounds as n from webhook_endpoints where id = $1', [endpointId])
  await client.end()
  return rows[0]?.n
}

describe('an endpoint that hangs', () => {
  it('holds up neither another of its app nor another app’s', async () => {
    receiver.answer('hang')
    const hanging = await register(receiver)
    await register(other)
    const neighbour = await platform.app()
    const theirs = await startReceiver()
    await neighbour.server.webhookEndpoints.create({ url: theirs.url, types: ['user.created'] })
    for (let n = 0; n < 30; n++) await app.server.users.put({ userId: `u${n}`, displayName: 'U' })
    for (let n = 0; n < 5; n++) await neighbour.server.users.put({ userId: `u${n}`, displayName: 'U' })
    await other.of('user.created', 30)
    await theirs.of('user.created', 5)
    // What was there when the first went out is still under way, and nothing goes after it.
    expect(receiver.received.length).toBeGreaterThan(0)
    expect(receiver.received.length).toBeLessThan(30)
    await app.server.webhookEndpoints.delete({ endpointId: hanging.id })
    await theirs.close()
  })

  it('is asked for one sign of life before everything goes out again', async () => {
    receiver.answer('hang')
    const { id } = await register(receiver)
    for (let n = 0; n < 20; n++) await app.server.users.put({ userId: `v${n}`, displayName: 'V' })
    await receiver.of('user.created')
    await platform.held.advance(15_000)
    // Its silence is on record when the pause after it begins.
    await expect.poll(() => silentRounds(id)).toBe(1)
    const step = async () => {
      await platform.held.advance(500)
      return receiver.received.length
    }
    await expect.poll(step).toBe(2)
    await platform.held.advance(1_000)
    expect(receiver.received).toHaveLength(2)
    receiver.answer({ status: 204 })
    await platform.held.advance(15_000)
    await expect
      .poll(async () => {
        await platform.held.advance(1_000)
        return new Set(receiver.received.map(({ event }) => event.id)).size
      })
      .toBe(20)
  })
})
