import pg from 'pg'
import { expect, it } from 'vitest'
import { newId } from '../../src/base/ids.ts'
import { startPlatform } from '../start-platform.ts'
import { startReceiver } from './receiver.ts'

it('an event that was committed goes out, whatever dies before, during and after', async () => {
  const first = await startPlatform()
  const app = await first.app()
  const receiver = await startReceiver()
  const { id } = await app.server.webhookEndpoints.create({ url: receiver.url, types: ['*'] })
  receiver.answer('hang')
  const sent = await app.server.webhookEndpoints.test({ endpointId: id })
  await receiver.of('webhook.test')
  await first.crash()
  // What a process commits in its last moment.
  const database = new pg.Client(first.database.connection)
  await database.connect()
  const unsent = newId('evt', new Date(first.held.now()))
  const event = { id: unsent, type: 'user.deleted', object: newId('usr'), data: { id: 'usr_x', userId: 'x' } }
  await database.query('begin')
  await database.query("select set_config('connect.tenant', $1, true)", [String(app.app.modes.test.tenant.id)])
  await database.query('select events_record($1, $2, $3)', [
    app.app.modes.test.tenant.id,
    JSON.stringify([event]),
    new Date(first.held.now()),
  ])
  await database.query('commit')
  await database.end()
  receiver.answer({ status: 204 })
  const second = await startPlatform({ beside: first })
  // The first one's lease runs out.
  await second.advance(12)
  expect(receiver.received.map(({ headers }) => headers['webhook-id']).sort()).toEqual([sent.id, sent.id, unsent].sort())
  await second.advance(60, 10)
  expect(receiver.received).toHaveLength(3)
  await second.stop()
  await receiver.close()
  await first.twilio.close()
  await first.database.drop()
})
