import { Webhook } from 'standardwebhooks'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
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
  return () => receiver.close()
})
afterAll(() => platform.stop())

const register = (types: string[] = ['*']) => app.server.webhookEndpoints.create({ url: receiver.url, types: types as ['*'] })

it('sends a signed event', async () => {
  const { id, secret } = await register()
  const event = await app.server.webhookEndpoints.test({ endpointId: id })
  await platform.quiet()
  const [got] = await receiver.of('webhook.test')
  expect(got?.event).toMatchObject({ id: event.id, type: 'webhook.test', sequence: 1, mode: 'test', data: { endpointId: id } })
  expect(() => new Webhook(secret).sign(event.id, new Date(), 'x')).not.toThrow()
  expect(await app.server.events.get({ eventId: event.id })).toMatchObject({
    deliveries: [{ endpointId: id, status: 'succeeded', attempts: [{ status: 204, failure: null }] }],
  })
})
