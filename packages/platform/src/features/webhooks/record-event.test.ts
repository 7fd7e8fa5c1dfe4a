import { randomBytes } from 'node:crypto'
import pg from 'pg'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { startPlatform, type TestApp, type TestPlatform } from '../../../test/start-platform.ts'
import { newId } from '../../base/ids.ts'
import { tenantId } from '../../base/tenant.ts'
import { recordEvent, recordEvents } from './index.ts'

let platform: TestPlatform
let app: TestApp
let database: pg.Client
beforeAll(async () => {
  platform = await startPlatform()
  app = await platform.app()
  database = new pg.Client(platform.database.connection)
  await database.connect()
})
afterAll(async () => {
  await database.end()
  await platform.stop()
})

const tenant = () => tenantId(app.app.modes.test.tenant.id)
const now = () => new Date(platform.held.now())
const gone = (userId: string) => ({ type: 'user.deleted', objectId: userId, data: { id: userId, userId } }) as const

it('numbers the events of an object without gaps, whoever records at once', async () => {
  const [one, other] = [newId('usr'), newId('usr')]
  const { db } = platform.platform
  await Promise.all(Array.from({ length: 20 }, () => db.transact(tenant(), (tx) => recordEvent(tx, tenant(), gone(one), now()))))
  await db.transact(tenant(), (tx) => recordEvents(tx, tenant(), [gone(other), gone(one), gone(other)], now()))
  const numbers = async (id: string) =>
    (await database.query<{ n: number }>('select sequence::int as n from events where object_id = $1 order by sequence', [id])).rows.map(
      ({ n }) => n,
    )
  expect(await numbers(one)).toEqual(Array.from({ length: 21 }, (_, n) => n + 1))
  expect(await numbers(other)).toEqual([1, 2])
})

it('leaves nothing of an event whose change was not committed', async () => {
  const id = newId('usr')
  const attempt = platform.platform.db.transact(tenant(), async (tx) => {
    await recordEvent(tx, tenant(), gone(id), now())
    throw new Error('the change failed')
  })
  await expect(attempt).rejects.toThrow('the change failed')
  expect((await database.query('select from events where object_id = $1', [id])).rowCount).toBe(0)
  expect((await database.query('select from event_sequences where object_id = $1', [id])).rowCount).toBe(0)
})

it('cannot write into another tenant', async () => {
  const other = tenantId(app.app.modes.live.tenant.id)
  await expect(
    platform.platform.db.transact(tenant(), (tx) => recordEvent(tx, other, gone(`usr_${randomBytes(4).toString('hex')}`), now())),
  ).rejects.toThrow(/row-level security/)
})
