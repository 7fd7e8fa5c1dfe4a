import { randomBytes } from 'node:crypto'
import pg from 'pg'
import { afterAll, beforeAll, expect, inject, it } from 'vitest'
import { tenantId } from '../../base/tenant.ts'
import { connect, type Db } from '../../db/connect.ts'
import { migrations } from '../../db/migrations/index.ts'
import { noon } from './books.fixture.ts'
import { settleCall, verifyLedger } from './index.ts'
import { readHolds } from './holds-store.ts'

// Books as they were written before grants were kept: a wallet with three buckets, and a call that holds coins of it.
const before = `
  insert into tenants (app_id, mode, name, created_at) values ('app_old', 'test', 'Old', '2026-01-01');
  insert into users (id, tenant_id, host_id, display_name, referral_code, created_at)
    select 'usr_' || n, 1, n, n, n, '2026-01-01' from unnest(array['asha', 'bela']) n;
  select set_config('connect.tenant', '1', false);
  select ledger_post(1, 'txn_01kdv1', 'gift', '\\x01', 'gift', null, null, 'Gift', null, '2026-01-02',
    array['usr_asha', 'usr_asha', 'usr_asha', null, null], array['bonus', 'earned', 'purchased', 'issuance', 'promotions'],
    array[5, 0, 0, 4, 0, 0, 4, 0, 0], array[1, 2, 3], array[5, 7, 9]::bigint[], null);
  select ledger_post(1, 'txn_01kdv2', 'call-held:call_1', '\\x02', 'call_hold', 'call', 'call_1', 'Held', '{"callerId": "usr_asha"}', '2026-01-03',
    array['usr_asha', 'usr_asha', 'usr_asha', 'usr_asha'], array['bonus', 'earned', 'held', 'purchased'],
    array[1, 4, 2], array[3], array[12::bigint], 2);
  insert into calls (id, tenant_id, caller_id, callee_id, provider, callback_token, number, rate_coins, rate_seconds, share_percent, ring_seconds,
      limit_seconds, limit_reason, held_coins, created_at)
    values ('call_1', 1, 'usr_asha', 'usr_bela', 'twilio', 't', '+1', 2, 60, 50, 30, 300, 'balance_exhausted', 12, '2026-01-03')`

let admin: pg.Client
let client: pg.Client
let db: Db
const name = `test_${randomBytes(8).toString('hex')}`
beforeAll(async () => {
  const server = inject('postgres')
  admin = new pg.Client({ ...server, database: 'postgres' })
  await admin.connect()
  await admin.query(`create database ${name}`)
  client = new pg.Client({ ...server, database: name })
  await client.connect()
  const first = migrations.findIndex((one) => one.name === '0017-money')
  const apply = async (sql: string) => void (await client.query(`begin;\n${sql};\ncommit`))
  for (const { sql } of migrations.slice(0, first)) await apply(sql)
  await client.query(before)
  for (const { sql } of migrations.slice(first)) await apply(sql)
  db = connect({ ...server, database: name })
})
afterAll(async () => {
  await db.close()
  await client.end()
  await admin.query(`drop database ${name} with (force)`)
  await admin.end()
})

const tenant = tenantId(1)
const opening = async () => {
  const { rows } = await client.query<{ name: string; coins: string; remaining: string }>(
    `select a.name, g.coins, g.remaining from ledger_grants g join ledger_accounts a on a.id = g.account_id
     where g.transaction_id = 'opening' and a.user_id = 'usr_asha' order by a.name`,
  )
  return rows.map((row) => [row.name, Number(row.coins), Number(row.remaining)])
}

it('have one grant for what each bucket held, their keys, and the holds that were open', async () => {
  expect(await opening()).toEqual([
    ['earned', 7, 7],
    ['purchased', 2, 2],
  ])
  expect((await client.query('select key, transaction_id from ledger_keys order by key')).rows).toEqual([
    { key: 'call-held:call_1', transaction_id: 'txn_01kdv2' },
    { key: 'gift', transaction_id: 'txn_01kdv1' },
  ])
  const holds = await db.transact(tenant, (tx) => readHolds(tx, tenant, 'usr_asha', { limit: 10, before: undefined }))
  expect(holds).toMatchObject([{ coins: 12, buckets: { bonus: 5, purchased: 7, earned: 0 } }])
})

it('know of each account how far it may fall, as new ones do', async () => {
  await client.query("insert into ledger_accounts (tenant_id, user_id, name) values (1, 'usr_bela', 'owed'), (1, 'usr_bela', 'purchased')")
  const { rows } = await client.query('select distinct user_id is null as app, name, sign, plain from ledger_accounts order by 1, 2')
  const bucket = (name: string) => ({ app: false, name, sign: 1, plain: name !== 'held' })
  expect(rows).toEqual([
    ...['bonus', 'earned', 'held'].map(bucket),
    { app: false, name: 'owed', sign: -1, plain: false },
    bucket('purchased'),
    ...['issuance', 'promotions'].map((name) => ({ app: true, name, sign: 0, plain: false })),
  ])
})

it('go on: what such a call held comes back to what it was taken from', async () => {
  const end = { callId: 'call_1', callerId: 'usr_asha', calleeId: 'usr_bela', dueCoins: 2, sharePercent: 50, now: noon }
  await db.transact(tenant, async (tx) => {
    const { chargedCoins, earnedCoins, overrunCoins } = await settleCall(tx, tenant, end)
    await tx.query(
      `update calls set settled = true, status = 'completed', end_reason = 'caller_hangup', ended_at = created_at, charged_coins = $1,
         earned_coins = $2, overrun_coins = $3`,
      [chargedCoins, earnedCoins, overrunCoins],
    )
  })
  expect(await opening()).toEqual([
    ['bonus', 3, 3],
    ['earned', 7, 7],
    ['purchased', 2, 9],
  ])
  expect((await verifyLedger(db)).faults).toEqual([])
})
