import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { freshDatabase } from '../../../test/server/fresh-database.ts'
import type { TenantRef } from '../../base/tenant.ts'
import { createLogger } from '../../base/logger.ts'
import { createCursors } from '../../base/cursor.ts'
import { systemClock } from '../../base/clock.ts'
import { connect, type Db } from '../../db/connect.ts'
import { migrate } from '../../db/migrate.ts'
import { startTwilioSandbox, type TwilioSandbox } from '../../../sandbox/twilio/server.ts'
import { taskStore } from '../../db/tasks-store.ts'
import { fail } from '../../base/problem.ts'
import { createTwilio } from '../../providers/telephony/twilio/adapter.ts'
import { createApp } from '../tenants/index.ts'
import { obtainNumber, registerNumber } from './add-number.ts'
import { createNumbers, type NumberDeps } from './index.ts'
import { listNumbers } from './number-store.ts'

let sandbox: TwilioSandbox
let db: Db
let close: () => Promise<void>
let deps: NumberDeps
let [test, live, other]: TenantRef[] = []
const tenant = (one: TenantRef | undefined): TenantRef => one ?? expect.unreachable('no tenant')

beforeAll(async () => {
  sandbox = await startTwilioSandbox({ numbers: ['+15005550006', '+15005550007'] })
  const database = await freshDatabase({ migrate })
  db = connect(database.connection)
  const parts = { db, clock: systemClock, masterKey: Buffer.alloc(32, 1) }
  const [first, second] = [await createApp(parts, 'One'), await createApp(parts, 'Two')]
  ;[test, live, other] = [first.modes.test.tenant, first.modes.live.tenant, second.modes.test.tenant]
  const twilio = createTwilio({ baseUrl: sandbox.url, accountSid: sandbox.accountSid, authToken: sandbox.authToken, timeoutMs: 500 })
  deps = {
    db,
    clock: systemClock,
    cursors: createCursors(Buffer.alloc(32, 1)),
    tasks: taskStore,
    providers: (mode) => (mode === 'test' ? [twilio] : fail('provider_unavailable')),
    modeOf: async () => 'test',
    logger: createLogger('silent'),
    incomingUrl: (provider, mode) => `https://connect.example/providers/${provider}/${mode}/incoming`,
  }
  close = async () => {
    await db.close()
    await database.drop()
    await sandbox.close()
  }
})
afterAll(() => close())

const register = (of: TenantRef | undefined, phoneNumber: string) =>
  db.transact(tenant(of).id, (tx) => registerNumber(deps, tx, tenant(of), { phoneNumber, provider: 'twilio' }))
const numbersOf = (of: TenantRef | undefined, limit = 100, before?: string) =>
  db.transact(tenant(of).id, (tx) => listNumbers(tx, tenant(of).id, {}, { limit, before }, systemClock.now()))
const obtain = (of: TenantRef | undefined, phoneNumber: string, buy = false) => obtainNumber(deps, tenant(of), { phoneNumber, buy })

describe('adding a number', () => {
  it('asks the provider whether the account owns it', async () => {
    expect(await obtain(test, '+15005550006')).toBe('twilio')
    await expect(obtain(test, '+15005550008')).rejects.toMatchObject({
      code: 'invalid_request',
      details: { errors: [{ pointer: '/phoneNumber' }] },
    })
  })

  it('does not take silence for an answer', async () => {
    sandbox.control.faultApi({ action: 'fail', status: 500, times: 1 })
    await expect(obtain(test, '+15005550008')).rejects.toMatchObject({ code: 'provider_unavailable' })
    sandbox.control.clearFaults()
  })

  it('needs a provider of that mode', async () => {
    await expect(obtain(live, '+15005550006')).rejects.toMatchObject({ code: 'provider_unavailable' })
  })

  it('gives the same number when it is there already, to many at once too', async () => {
    const added = await Promise.all(Array.from({ length: 8 }, () => register(test, '+15005550006')))
    expect(added.filter(({ made }) => made)).toHaveLength(1)
    expect(new Set(added.map(({ number }) => number.id)).size).toBe(1)
    expect(await numbersOf(test)).toHaveLength(1)
    // What the app has is not asked for again.
    sandbox.control.faultApi({ action: 'fail', status: 500, times: 1 })
    expect(await obtain(test, '+15005550006')).toBe('twilio')
    sandbox.control.clearFaults()
  })

  it('leaves other apps and the other mode without it', async () => {
    expect(await numbersOf(other)).toEqual([])
    expect(await numbersOf(live)).toEqual([])
    // The account is the platform's: what it owns for one app is for no other, and is refused like a number of nobody.
    await expect(register(other, '+15005550006')).rejects.toMatchObject({
      code: 'invalid_request',
      details: { errors: [{ pointer: '/phoneNumber' }] },
    })
    expect(await numbersOf(other)).toEqual([])
  })

  it('buys one where an app has none', async () => {
    const { phoneNumber } = await createNumbers(deps).addNumber(tenant(other), 'US')
    expect((await numbersOf(other)).map((number) => number.phoneNumber)).toContain(phoneNumber)
    expect(await obtain(test, phoneNumber)).toBe('twilio')
  })

  it('buys a number that no app has, also where the account does not know of those that are taken', async () => {
    const third = (await createApp({ db, clock: systemClock, masterKey: Buffer.alloc(32, 1) }, 'Three')).modes.test.tenant
    // The account of another process: a sandbox of its own, which sells the same numbers.
    const { url: baseUrl, accountSid, authToken, close: closeIt } = await startTwilioSandbox()
    const twilio = createTwilio({ baseUrl, accountSid, authToken, timeoutMs: 5_000 })
    const { phoneNumber } = await createNumbers({ ...deps, providers: () => [twilio] }).addNumber(third, 'US')
    expect((await numbersOf(third)).map((number) => number.phoneNumber)).toEqual([phoneNumber])
    expect((await numbersOf(other)).map((number) => number.phoneNumber)).not.toContain(phoneNumber)
    await closeIt()
  })
})

describe('the list of numbers', () => {
  it('comes newest first, page by page', async () => {
    await register(test, '+15005550007')
    const all = await numbersOf(test)
    expect(all.map(({ phoneNumber }) => phoneNumber)).toEqual(['+15005550007', '+15005550006'])
    expect(await numbersOf(test, 1)).toEqual(all.slice(0, 1))
    expect(await numbersOf(test, 1, all[0]?.id)).toEqual(all.slice(1))
  })
})
