import { expect, it } from 'vitest'
import { TestClock } from '../../test/realtime/start-realtime.ts'
import { createLogger } from '../base/logger.ts'
import { tenantId } from '../base/tenant.ts'
import { memoryBus } from '../bus/memory-bus.ts'
import type { PresenceFacts } from '../features/presence/index.ts'
import type { RealtimeActor, RealtimeParts } from './parts.ts'
import { Session } from './session.ts'
import { WatchedUsers } from './watched-users.ts'

const id = tenantId(1)
const row = {
  userId: 'usr_ana',
  hostUserId: 'ana',
  availability: 'auto',
  availableUntil: null,
  quietHours: null,
  restsUntil: null,
  rate: null,
} as const
const facts: PresenceFacts = { ...row, connected: false, busy: false }
const actor: RealtimeActor = {
  kind: 'secret',
  tenant: { id, appId: 'app_1', mode: 'test' },
  keyId: 'key_1',
  callerId: 'key_x',
  scopes: null,
}

/** Watches ana; what a reading by our ids finds is given by the test. */
async function watching() {
  const logger = createLogger('silent')
  const readings: PromiseWithResolvers<PresenceFacts[]>[] = []
  const presence: RealtimeParts['presence'] = {
    factsByHostId: async () => [facts],
    factsById: () => {
      const reading = Promise.withResolvers<PresenceFacts[]>()
      readings.push(reading)
      return reading.promise
    },
  }
  const users = new WatchedUsers({ presence, logger, clock: new TestClock(), bus: memoryBus(logger) }, id)
  const session = new Session(actor)
  const told: string[] = []
  session.transport = { send: (text) => told.push(text), end: () => undefined }
  ;(await users.prepare(session, ['ana']))()
  session.begin('"type":"session.snapshot","data":{}}')
  told.length = 0
  const statuses = () => told.map((text) => /"status":"(\w+)"/.exec(text)?.[1])
  return { users, readings, statuses }
}

it('tells what was just written before it is read', async () => {
  const { users, readings, statuses } = await watching()
  users.hint([row.userId], { ...row, availability: 'always' })
  expect(statuses()).toEqual(['online'])
  expect(readings).toHaveLength(1)
})

it('takes back what crossed with another change as soon as it is read', async () => {
  const { users, readings, statuses } = await watching()
  users.hint([row.userId], { ...row, availability: 'always' })
  readings[0]?.resolve([{ ...facts, availability: 'never' }])
  await expect.poll(statuses).toEqual(['online', 'offline'])
})

it('is not misled by a reading that began before the change', async () => {
  const { users, readings, statuses } = await watching()
  users.hint([row.userId])
  users.hint([row.userId], { ...row, availability: 'always' })
  readings[0]?.resolve([facts])
  await expect.poll(() => readings.length).toBe(2)
  readings[1]?.resolve([{ ...facts, availability: 'always', busy: true }])
  await expect.poll(statuses).toEqual(['online', 'busy'])
})

it('says nothing of whom nobody watches', async () => {
  const { users, readings, statuses } = await watching()
  users.hint(['usr_bo'], { ...row, userId: 'usr_bo', hostUserId: 'bo', availability: 'always' })
  expect(statuses()).toEqual([])
  expect(readings).toEqual([])
})
