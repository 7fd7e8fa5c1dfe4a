import pg from 'pg'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { freezeBooks, releaseBooks, watchSeals, watchSums } from '../../src/features/ledger-proof/index.ts'
import { codeOf } from '../../src/features/wallet/books.fixture.ts'
import { startPlatform, type TestApp, type TestPlatform } from '../start-platform.ts'

let platform: TestPlatform
let stranger: TestApp
let admin: pg.Client
let alarms: string[]

beforeAll(async () => {
  alarms = []
  const logger = {
    info: () => undefined,
    warn: () => undefined,
    error: (message: string, fields?: object) => void alarms.push(JSON.stringify({ message, ...fields })),
  }
  platform = await startPlatform({ logger })
  stranger = await platform.app('Stranger')
  await stranger.user('ravi', { coins: 10 })
  admin = new pg.Client(platform.database.connection)
  await admin.connect()
})
afterAll(async () => {
  await admin.end()
  await platform.stop()
})

async function tamper(sql: string, ...values: unknown[]): Promise<void> {
  await admin.query("set session_replication_role = 'replica'")
  await admin.query(sql, values)
  await admin.query("set session_replication_role = 'origin'")
}

const deps = () => ({ db: platform.platform.db, clock: { now: () => new Date(platform.held.now()) } })
const orderOf = (app: TestApp) => ({ appId: app.app.appId, mode: 'test', by: 'Nila', reason: 'Looks wrong' })

/** The routes that move coins are shut with one answer; what reads is not. */
async function expectFrozen(app: TestApp): Promise<void> {
  const refusal = { code: 'ledger_frozen', status: 503 }
  await expect(app.server.wallets.credit({ userId: 'asha', coins: 1, reason: 'x' })).rejects.toMatchObject(refusal)
  await expect(app.server.wallets.debit({ userId: 'asha', coins: 1, reason: 'x' })).rejects.toMatchObject(refusal)
  const [transaction] = (await app.server.ledger.listTransactions({ limit: 1 })).data
  await expect(app.server.ledger.reverse({ transactionId: transaction?.id ?? '', reason: 'x' })).rejects.toMatchObject(refusal)
  expect((await app.server.wallets.get({ userId: 'asha' })).transactions.length).toBeGreaterThan(0)
  expect((await app.server.ledger.listAccounts()).data.length).toBeGreaterThan(0)
  await stranger.server.wallets.credit({ userId: 'ravi', coins: 1, reason: 'Others go on' })
}

async function newApp(): Promise<TestApp> {
  const app = await platform.app('Mine')
  await app.user('asha', { coins: 50 })
  return app
}

/** Its transaction is in a seal. Tests of other files are busy on the same server, and a round of the sealer waits for what is under way there. */
async function untilSealed(app: TestApp): Promise<void> {
  const sealed = `select 1 from ledger_seals s join tenants t on t.id = s.tenant_id where t.app_id = $1 and cardinality(s.transaction_ids) > 0`
  while ((await admin.query(sealed, [app.app.appId])).rowCount === 0) await platform.advance(60, 60)
}

const auditOf = async (app: TestApp) => {
  const { rows } = await admin.query<{ actor: string; action: string; name: string | null }>(
    `select a.actor, a.action, a.details ->> 'operator' as name from audit a join tenants t on t.id = a.tenant_id
     where t.app_id = $1 and a.action like 'ledger.%' order by a.id`,
    [app.app.appId],
  )
  return rows
}

it('a sum that is wrong freezes that app’s coins, again and again, until the books are right and an operator says so', async () => {
  const app = await newApp()
  const change = (coins: number) =>
    tamper(
      `update ledger_accounts a set balance = balance + $2 from tenants t, users u
       where t.id = a.tenant_id and t.app_id = $1 and u.id = a.user_id and a.name = 'earned'`,
      app.app.appId,
      coins,
    )
  await change(3)
  alarms.length = 0
  await platform.advance(660, 60) // the watch comes every ten minutes
  expect(alarms.map((alarm): unknown => JSON.parse(alarm))).toContainEqual(
    expect.objectContaining({ code: 'ledger_broken', app: app.app.appId, mode: 'test' }),
  )
  await expectFrozen(app)
  expect(await releaseBooks(deps(), orderOf(app))).toMatchObject({ outcome: 'faulty' })
  await expectFrozen(app)
  await change(-3)
  expect(await releaseBooks(deps(), orderOf(app))).toEqual({ outcome: 'released' })
  await app.server.wallets.credit({ userId: 'asha', coins: 1, reason: 'Again' })
  expect(await codeOf(releaseBooks(deps(), orderOf(app)))).toBe('conflict')
  expect(await auditOf(app)).toEqual([
    { actor: 'platform', action: 'ledger.frozen', name: null },
    { actor: 'operator', action: 'ledger.released', name: 'Nila' },
  ])
})

it('a forgery that adds up freezes them too, once it is compared with the seals', async () => {
  const app = await newApp()
  await untilSealed(app)
  await tamper(
    `update ledger_transactions x set description = 'Bribe' from tenants t where t.id = x.tenant_id and t.app_id = $1`,
    app.app.appId,
  )
  const seen: string[] = []
  const watch = {
    ...deps(),
    logger: { error: (message: string, fields?: object) => void seen.push(JSON.stringify({ message, ...fields })) },
  }
  await watchSums(watch)
  expect(seen).toEqual([])
  await watchSeals(watch)
  expect(seen).toHaveLength(1)
  await expectFrozen(app)
  expect(await releaseBooks(deps(), orderOf(app))).toMatchObject({
    outcome: 'faulty',
    faults: [{ subject: expect.stringContaining('transaction txn_') }],
  })
  await watchSeals(watch)
  expect([seen.length, (await auditOf(app)).length]).toEqual([2, 1])
})

it('an operator freezes and releases by name and reason, each once', async () => {
  const app = await newApp()
  const order = orderOf(app)
  for (const wrong of [{ by: '' }, { reason: ' ' }, { by: 'x'.repeat(101) }, { reason: 'x'.repeat(501) }])
    expect(await codeOf(freezeBooks(deps(), { ...order, ...wrong }))).toBe('invalid_request')
  for (const wrong of [{ appId: 'app_none' }, { mode: 'other' }]) {
    expect(await codeOf(freezeBooks(deps(), { ...order, ...wrong }))).toBe('not_found')
    expect(await codeOf(releaseBooks(deps(), { ...order, ...wrong }))).toBe('not_found')
  }
  await freezeBooks(deps(), order)
  await expectFrozen(app)
  expect(await codeOf(freezeBooks(deps(), order))).toBe('conflict')
  expect(await releaseBooks(deps(), order)).toEqual({ outcome: 'released' })
  expect(await auditOf(app)).toEqual([
    { actor: 'operator', action: 'ledger.frozen', name: 'Nila' },
    { actor: 'operator', action: 'ledger.released', name: 'Nila' },
  ])
})
