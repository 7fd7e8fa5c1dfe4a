import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { createTenant, TestClock } from '../../../test/realtime/start-realtime.ts'
import { freshDatabase, type FreshDatabase } from '../../../test/server/fresh-database.ts'
import { createLogger } from '../../base/logger.ts'
import type { SecretActor, TenantId, UserActor } from '../../base/tenant.ts'
import { memoryBus } from '../../bus/memory-bus.ts'
import { connect, type Db } from '../../db/connect.ts'
import { migrate } from '../../db/migrate.ts'
import { connectedSet, createPresence, type PresenceDeps } from './index.ts'
import { setAvailability } from './set-availability.ts'

let database: FreshDatabase
let db: Db
let deps: PresenceDeps
let tenantId: TenantId
let server: SecretActor
let hints: [TenantId, readonly string[]][]
let busy: Set<string>

const bus = memoryBus(createLogger('silent'))

beforeAll(async () => {
  database = await freshDatabase({ migrate })
  db = connect(database.connection)
})
afterAll(async () => {
  await db.close()
  await database.drop()
})
beforeEach(async () => {
  const tenant = await createTenant(db, ['ana', 'bo'])
  tenantId = tenant.id
  server = { kind: 'secret', tenant: { ...tenant, mode: 'test' }, keyId: 'key_1', callerId: 'key_x', scopes: null }
  hints = []
  busy = new Set()
  deps = {
    db,
    bus,
    clock: new TestClock(),
    busyAmong: async (_id, userIds) => new Set(userIds.filter((id) => busy.has(id))),
    hint: async (id, userIds) => void hints.push([id, userIds]),
  }
})

const idOf = async (hostId: string): Promise<string> => {
  const [row] = await db.transact(tenantId, (tx) =>
    tx.query<{ id: string }>('select id from users where tenant_id = $1 and host_id = $2', [tenantId, hostId]),
  )
  return row?.id ?? ''
}
const userActor = async (hostUserId: string): Promise<UserActor> => ({
  kind: 'user',
  tenant: server.tenant,
  userId: await idOf(hostUserId),
  hostUserId,
  tokenIssuedAt: deps.clock.now(),
  tokenExpiresAt: new Date(deps.clock.now().getTime() + 900_000),
})
const statusOf = async (hostId: string) => (await createPresence(deps).statuses(tenantId, [hostId]))[0]?.status

it('gives one status for each id asked, in order; who does not exist is offline', async () => {
  await bus.touch(connectedSet(tenantId), [await idOf('bo')], 60_000)
  expect(await createPresence(deps).statuses(tenantId, ['nobody', 'bo', 'ana'])).toEqual([
    { userId: 'nobody', status: 'offline', rate: null },
    { userId: 'bo', status: 'online', rate: null },
    { userId: 'ana', status: 'offline', rate: null },
  ])
  expect(await createPresence(deps).isConnected(tenantId, await idOf('bo'))).toBe(true)
  expect(await createPresence(deps).isConnected(tenantId, await idOf('ana'))).toBe(false)
})

it('tells what a call costs where that is not the app’s own rate, and nothing of who does not exist', async () => {
  await db.transact(tenantId, (tx) =>
    tx.query(`update users set rate_coins = 25, rate_seconds = 30 where tenant_id = $1 and host_id = 'bo'`, [tenantId]),
  )
  expect(await createPresence(deps).statuses(tenantId, ['bo', 'ana', 'nobody'])).toEqual([
    { userId: 'bo', status: 'offline', rate: { coins: 25, seconds: 30 } },
    { userId: 'ana', status: 'offline', rate: null },
    { userId: 'nobody', status: 'offline', rate: null },
  ])
  expect(await setAvailability(deps, server, { userId: 'bo', availability: 'always' })).toEqual({
    userId: 'bo',
    status: 'online',
    availability: 'always',
    until: null,
  })
})

it('lets a user say when they can be called, and tells those who watch', async () => {
  const ana = await userActor('ana')
  expect(await setAvailability(deps, ana, { availability: 'always' })).toEqual({
    userId: 'ana',
    status: 'online',
    availability: 'always',
    until: null,
  })
  expect(await statusOf('ana')).toBe('online')
  expect(hints).toEqual([[tenantId, [ana.userId]]])
  // The same request twice: the same answer and state.
  expect(await setAvailability(deps, ana, { availability: 'always' })).toMatchObject({ status: 'online' })
  busy.add(ana.userId)
  expect(await setAvailability(deps, ana, { availability: 'never' })).toMatchObject({ status: 'busy', availability: 'never' })
})

it('takes a time with any offset, in the future only, and not for auto', async () => {
  const ana = await userActor('ana')
  const wish = { availability: 'always', until: '2026-01-01T06:30:00+05:30' } as const
  expect(await setAvailability(deps, ana, wish)).toMatchObject({ until: '2026-01-01T01:00:00.000Z' })
  await expect(setAvailability(deps, ana, { ...wish, until: '2026-01-01T00:00:00Z' })).rejects.toMatchObject({
    code: 'invalid_request',
    details: { errors: [{ pointer: '/until' }] },
  })
  expect(await setAvailability(deps, ana, { ...wish, availability: 'auto' })).toMatchObject({ until: null, status: 'offline' })
})

it('lets a user set nobody else’s, and a server name whose', async () => {
  const ana = await userActor('ana')
  await expect(setAvailability(deps, ana, { userId: 'bo', availability: 'never' })).rejects.toMatchObject({ code: 'forbidden' })
  expect(await setAvailability(deps, ana, { userId: 'ana', availability: 'never' })).toMatchObject({ userId: 'ana' })
  expect(await setAvailability(deps, server, { userId: 'bo', availability: 'always' })).toMatchObject({ userId: 'bo', status: 'online' })
  await expect(setAvailability(deps, server, { availability: 'always' })).rejects.toMatchObject({
    code: 'invalid_request',
    details: { errors: [{ pointer: '/userId' }] },
  })
})

it('knows nobody of another app', async () => {
  const foreign = await createTenant(db, ['ana', 'stranger'])
  const foreignServer: SecretActor = { ...server, tenant: { ...foreign, mode: 'test' } }
  await setAvailability(deps, foreignServer, { userId: 'stranger', availability: 'always' })
  await setAvailability(deps, foreignServer, { userId: 'ana', availability: 'always' })
  expect(await statusOf('stranger')).toBe('offline')
  expect(await statusOf('ana')).toBe('offline')
  await expect(setAvailability(deps, server, { userId: 'stranger', availability: 'never' })).rejects.toMatchObject({ code: 'not_found' })
})

it('shows blocked and deleted users as offline, whatever they wished', async () => {
  for (const [column, value] of [
    ['blocked', true],
    ['deleted_at', new Date()],
  ] as const) {
    const tenant = await createTenant(db, ['zoe'])
    const zoe: SecretActor = { ...server, tenant: { ...tenant, mode: 'test' } }
    await setAvailability(deps, zoe, { userId: 'zoe', availability: 'always' })
    await db.transact(tenant.id, (tx) => tx.query(`update users set ${column} = $2 where tenant_id = $1`, [tenant.id, value]))
    expect(await createPresence(deps).statuses(tenant.id, ['zoe'])).toEqual([{ userId: 'zoe', status: 'offline', rate: null }])
  }
})
