import { expect, it } from 'vitest'
import { freshDatabase } from '../../../test/server/fresh-database.ts'
import { systemClock } from '../../base/clock.ts'
import { createLogger } from '../../base/logger.ts'
import { everyTenant, tenantId } from '../../base/tenant.ts'
import { memoryBus } from '../../bus/memory-bus.ts'
import { inBackground } from '../../db/background.ts'
import { connect } from '../../db/connect.ts'
import { migrate } from '../../db/migrate.ts'
import { createDirectory } from './directory.ts'

it('finds an app for background work whose transactions take all places and wait for it', async () => {
  const { connection, drop } = await freshDatabase({ migrate })
  const db = connect(connection)
  const [row] = await db.transact(everyTenant, (tx) =>
    tx.query<{ id: number }>(`insert into tenants (app_id, mode, name, created_at) values ('app_one', 'test', 'One', $1) returning id`, [
      systemClock.now(),
    ]),
  )
  const id = tenantId(row?.id ?? 0)
  const directory = createDirectory(db, memoryBus(createLogger('silent')), systemClock)
  const work = Array.from({ length: 8 }, () => inBackground(() => db.transact(id, async () => (await directory.tenant(id))?.appId)))
  expect(await Promise.all(work)).toEqual(work.map(() => 'app_one'))
  await db.close()
  await drop()
})
