import { afterEach, beforeEach, expect, it } from 'vitest'
import { noon, openBooks, type Books, type Person } from './books.fixture.ts'
import { holdForCall, settleCall, verifyLedger } from './index.ts'

let books: Books
let asha: Person
let bela: Person

beforeEach(async () => {
  books = await openBooks({ poolSize: 4 })
  asha = await books.makeUser('asha')
  bela = await books.makeUser('bela')
  await books.credit(asha, 'purchased', 100)
  const call = { callerId: asha.id, calleeId: bela.id, rateCoins: 10, maxIntervals: 2, sharePercent: 50, dueCoins: 10, now: noon }
  await books.in((tx) => holdForCall(tx, books.tenant, { ...call, callId: 'call_over' }))
  await books.in((tx) => settleCall(tx, books.tenant, { ...call, callId: 'call_over' }))
  await books.in((tx) => holdForCall(tx, books.tenant, { ...call, callId: 'call_open' }))
})
afterEach(() => books.close())

/** Alters rows as only the database's administrator can: without triggers and checks. */
async function tamper(sql: string): Promise<void> {
  await books.admin.query("set session_replication_role = 'replica'")
  await books.admin.query(sql)
  await books.admin.query("set session_replication_role = 'origin'")
}

const brokenRules = async () => new Set((await verifyLedger(books.db)).faults.map(({ rule }) => rule))

it('finds nothing wrong with books that the door has written', async () => {
  expect(await verifyLedger(books.db)).toEqual({ ledgers: 2, transactions: 4, faults: [] })
})

it.each([
  {
    deed: 'a balance that was set',
    sql: "update ledger_accounts set balance = balance + 1 where name = 'purchased' and balance > 0",
    rules: ['all balances sum to zero', 'a balance equals the sum of its entries', 'the grants of a bucket add up to its balance'],
  },
  {
    deed: 'an entry that was altered',
    sql: 'update ledger_entries set coins = coins + 1 where coins = 100',
    rules: [
      'a balance equals the sum of its entries',
      'a transaction has entries, and they sum to zero',
      'what is left of a grant is what it gave less what was taken from it',
      'what is left of a grant says of it what the grant said',
    ],
  },
  {
    deed: 'two balances that were altered against each other',
    sql: `update ledger_accounts set balance = balance + case name when 'purchased' then 7 else -7 end
      where name = 'issuance' or name = 'purchased' and balance > 0`,
    rules: ['a balance equals the sum of its entries', 'the grants of a bucket add up to its balance'],
  },
  {
    deed: 'an entry that was taken away',
    sql: 'delete from ledger_entries where coins = 100',
    rules: [
      'a balance equals the sum of its entries',
      'a transaction has entries, and they sum to zero',
      'what is left of a grant is what it gave less what was taken from it',
    ],
  },
  {
    deed: 'a transaction that was taken away',
    sql: "delete from ledger_transactions where type = 'credit'",
    rules: ['an entry belongs to a transaction, and to its account’s owner', 'what is left of a grant says of it what the grant said'],
  },
  {
    deed: 'an entry that was put into another’s history',
    sql: 'update ledger_entries set user_id = null where coins = 100',
    rules: ['an entry belongs to a transaction, and to its account’s owner'],
  },
  {
    deed: 'a settlement whose key was changed',
    sql: "update ledger_transactions set key = 'x' where key = 'call-settled:call_over'",
    rules: [
      'what a user has on hold is what their open calls and withdrawals hold',
      'a key leads to its transaction, and a transaction to its key',
    ],
  },
  {
    deed: 'a grant that was raised',
    sql: 'update ledger_grants set remaining = remaining + 1, coins = coins + 1 where remaining > 0',
    rules: [
      'the grants of a bucket add up to its balance',
      'what is left of a grant is what it gave less what was taken from it',
      'what is left of a grant says of it what the grant said',
    ],
  },
  {
    deed: 'coins that were laid to another grant',
    sql: "update ledger_entries set grants = jsonb_build_object('txn_of_another', coins) where grants is not null and coins < 0",
    rules: ['what is left of a grant is what it gave less what was taken from it'],
  },
  {
    deed: 'a key that was taken away',
    sql: "delete from ledger_keys where key = 'call-settled:call_over'",
    rules: ['a key leads to its transaction, and a transaction to its key'],
  },
  {
    deed: 'a second settlement',
    sql: `insert into ledger_transactions select tenant_id, 'txn_2', 'x', fingerprint, type, reference_type, reference_id, description, metadata, created_at
      from ledger_transactions where type = 'call_settlement'`,
    rules: [
      'a transaction has entries, and they sum to zero',
      'a call is settled once',
      'a key leads to its transaction, and a transaction to its key',
    ],
  },
])('finds $deed', async ({ sql, rules }) => {
  await tamper(sql)
  expect(await brokenRules()).toEqual(new Set(rules))
})

it('finds a call whose record differs from the ledger', async () => {
  const record = (callId: string, settled: boolean, charged: number) =>
    books.admin.query(
      `insert into calls (id, tenant_id, caller_id, callee_id, provider, callback_token, number, rate_coins, rate_seconds, share_percent, ring_seconds,
         limit_seconds, limit_reason, held_coins, charged_coins, earned_coins, created_at, status, end_reason, ended_at, settled)
       values ($1, $2, $3, $4, 'twilio', 't', '+1', 10, 60, 50, 30, 120, 'balance_exhausted', 20, $6::bigint, $6::bigint / 2, $7, 'completed', 'caller_hangup', $7, $5)`,
      [callId, books.tenant, asha.id, bela.id, settled, charged, noon],
    )
  await record('call_over', true, 10)
  await record('call_open', false, 0)
  expect(await brokenRules()).toEqual(new Set())
  await books.admin.query("update calls set settled = true where id = 'call_open'")
  await books.admin.query("update calls set charged_coins = 20 where id = 'call_over'")
  await record('call_unknown', false, 0)
  const { faults } = await verifyLedger(books.db)
  expect(new Map(faults.map(({ subject, detail }) => [subject, detail]))).toEqual(
    new Map([
      ['call_open', 'no settlement'],
      ['call_over', 'other coins'],
      ['call_unknown', 'no hold'],
    ]),
  )
})

it('finds a refund that stands in one place only', async () => {
  await books.admin.query(
    `insert into calls (id, tenant_id, caller_id, callee_id, provider, callback_token, number, rate_coins, rate_seconds, share_percent, ring_seconds,
       limit_seconds, limit_reason, held_coins, charged_coins, earned_coins, refunded_coins, created_at, status, end_reason, ended_at, settled)
     values ('call_over', $1, $2, $3, 'twilio', 't', '+1', 10, 60, 50, 30, 120, 'balance_exhausted', 20, 10, 5, 4, $4, 'completed', 'caller_hangup', $4, true)`,
    [books.tenant, asha.id, bela.id, noon],
  )
  const { faults } = await verifyLedger(books.db)
  expect(faults.filter(({ subject }) => subject === 'call_over')).toMatchObject([
    { rule: 'what was refunded of a call is what its record says', detail: 'record 4, ledger 0, refunds 0' },
  ])
})

it('finds a user who owns less than nothing', async () => {
  await books.admin.query('alter table ledger_accounts drop constraint never_negative')
  await tamper("update ledger_accounts set balance = -1 where name = 'bonus'")
  expect(await brokenRules()).toContain('no user owns less than nothing')
})
