import { randomUUID } from 'node:crypto'
import { ConnectError, type Call } from '@impacthub/sdk'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { everyTenant } from '../../src/base/tenant.ts'
import { startPlatform, type TestApp, type TestPlatform } from '../start-platform.ts'
import { callOf, inProgress, pair, purses, settled, until, type Pair } from './scene.ts'

let here: TestPlatform
let app: TestApp
beforeAll(async () => {
  here = await startPlatform()
  app = await here.app()
})
afterAll(() => here.stop())

const refused = (code: string, status: number): unknown => expect.objectContaining({ code, status })
const codeOf = (reason: unknown): unknown => (reason instanceof ConnectError ? reason.code : reason)

type Talk = Pair & { readonly call: Call }

/** Two who have talked for 5 minutes and a second at 2 coins a minute: 12 coins, of which the callee earned 6. */
async function talk(coins = 100): Promise<Talk> {
  const two = await pair(app, { coins, calleeDoes: '1301', rate: { coins: 2, seconds: 60 } })
  const { id } = await callOf(two)
  return { ...two, call: await talked(id) }
}

/** Lets a call begin second by second, and then go on quickly. */
async function talked(callId: string): Promise<Call> {
  await until(here, app, callId, inProgress)
  await here.advance(295, 59)
  return until(here, app, callId, settled)
}

/** As if the call had ended so long ago. */
async function age(callId: string, days: number): Promise<void> {
  await here.platform.db.transact(everyTenant, (tx) =>
    tx.query('update calls set ended_at = ended_at - make_interval(days => $2) where id = $1', [callId, days]),
  )
}

async function missedCall(two: Pair): Promise<Call> {
  const { id } = await callOf(two)
  return until(here, app, id, settled)
}

it('shows a missed call to the callee and the server, and the caller none', async () => {
  const two = await pair(app, { calleeDoes: '0002' })
  const friend = await app.user('friend')
  expect(await two.callee.client.calls.missed()).toEqual({ unseen: 0, seenAt: null })
  const first = await missedCall(two)
  const second = await missedCall(two)
  expect(await two.callee.client.calls.missed()).toEqual({ unseen: 2, seenAt: null })
  const ids = (calls: { data: Call[] }) => calls.data.map(({ id }) => id)
  expect(ids(await two.callee.client.calls.list({ missed: 'true' }))).toEqual([second.id, first.id])
  expect(ids(await two.caller.client.calls.list({ missed: 'true' }))).toEqual([])
  expect(ids(await app.server.calls.list({ missed: 'true', userId: two.callee.userId }))).toEqual([second.id, first.id])
  expect(ids(await app.server.calls.list({ missed: 'true', userId: two.caller.userId }))).toEqual([])
  expect(ids(await app.server.calls.list({ missed: 'true' }))).toEqual([second.id, first.id])
  expect((await two.callee.client.calls.get({ callId: first.id })).missed).toBe(true)
  expect((await two.caller.client.calls.get({ callId: first.id })).missed).toBe(false)
  expect((await app.server.calls.get({ callId: first.id })).missed).toBe(true)
  const seenAt = new Date(here.held.now()).toISOString()
  for (let twice = 0; twice < 2; twice++) expect(await two.callee.client.calls.seeMissed()).toEqual({ unseen: 0, seenAt })
  expect(await friend.client.calls.missed()).toEqual({ unseen: 0, seenAt: null })
  await missedCall(two)
  expect((await two.callee.client.calls.missed()).unseen).toBe(1)
})

it('misses nothing that the callee declined or took', async () => {
  const two = await talk()
  expect((await two.callee.client.calls.list({ missed: 'true' })).data).toEqual([])
  expect((await two.callee.client.calls.missed()).unseen).toBe(0)
})

it('takes one rating a side, shows each their own, and replaces it', async () => {
  const { caller, callee, call } = await talk()
  const { id: callId } = call
  const first = await caller.client.calls.rate({ callId, score: 2, reasons: ['bad_sound'], comment: 'It crackled at 2345 6789 0124' })
  expect(first).toMatchObject({ by: 'caller', score: 2, reasons: ['bad_sound'], comment: 'It crackled at XXXX XXXX 0124' })
  await here.advance(5)
  const again = await caller.client.calls.rate({ callId, score: 4 })
  expect(again).toMatchObject({ score: 4, reasons: [], comment: null, createdAt: first.createdAt })
  await callee.client.calls.rate({ callId, score: 5 })
  const scores = async (client: Pick<Talk['caller']['client'], 'calls'>) =>
    (await client.calls.ratings({ callId })).data.map(({ by, score }) => [by, score])
  expect(await scores(caller.client)).toEqual([['caller', 4]])
  expect(await scores(callee.client)).toEqual([['callee', 5]])
  expect((await app.server.calls.ratings({ callId })).data.map(({ by, score }) => [by, score])).toEqual([
    ['caller', 4],
    ['callee', 5],
  ])
  for (const wish of [
    { score: 0 },
    { score: 6 },
    { score: 1.5 },
    { score: 3, reasons: ['rude', 'rude'] as 'rude'[] },
    { score: 3, comment: 'x'.repeat(501) },
  ])
    await expect(caller.client.calls.rate({ callId, ...wish })).rejects.toEqual(refused('invalid_request', 400))
})

it('takes no rating of a call that goes on, that nobody answered, or that is long over', async () => {
  const two = await pair(app)
  const { id: callId } = await callOf(two)
  await until(here, app, callId, inProgress)
  const rate = (id: string) => two.caller.client.calls.rate({ callId: id, score: 5 })
  await expect(rate(callId)).rejects.toEqual(refused('conflict', 409))
  await two.caller.client.calls.end({ callId })
  await until(here, app, callId, settled)
  await rate(callId)
  await age(callId, 6)
  await rate(callId)
  await age(callId, 1)
  await here.advance(1)
  await expect(rate(callId)).rejects.toEqual(refused('conflict', 409))
  const silent = await pair(app, { calleeDoes: '0001' })
  const busy = await missedCall(silent)
  await expect(silent.caller.client.calls.rate({ callId: busy.id, score: 5 })).rejects.toEqual(refused('conflict', 409))
})

it('gives each side its own receipt, and the server both', async () => {
  const { caller, callee, call } = await talk()
  const { id: callId } = call
  const facts = {
    callId,
    seconds: 301,
    intervals: 6,
    rate: { coins: 2, seconds: 60 },
    endReason: 'callee_hangup',
    endedBy: 'callee',
    estimated: false,
    settled: true,
    adjustments: [],
  }
  const paid = { chargedCoins: 12, buckets: { bonus: 0, purchased: 12, earned: 0 }, refundedCoins: 0 }
  expect(await caller.client.calls.receipt({ callId })).toMatchObject({ ...facts, view: 'caller', caller: paid, callee: null })
  const earned = { earnedCoins: 6, takenBackCoins: 0 }
  expect(await callee.client.calls.receipt({ callId })).toMatchObject({ ...facts, view: 'callee', caller: null, callee: earned })
  expect(await app.server.calls.receipt({ callId })).toMatchObject({ ...facts, view: 'server', caller: paid, callee: earned })
})

it('gives a call’s charge back to where it came from, in parts, and never more', async () => {
  const two = await pair(app, { coins: 4, calleeDoes: '1301', rate: { coins: 2, seconds: 60 } })
  await app.server.wallets.credit({ userId: two.caller.userId, coins: 3, bucket: 'bonus', reason: 'Gift' })
  await app.server.wallets.credit({ userId: two.caller.userId, coins: 20, bucket: 'earned', reason: 'Work' })
  const { id: callId } = await callOf(two)
  await talked(callId)
  expect((await two.caller.client.calls.receipt({ callId })).caller?.buckets).toEqual({ bonus: 3, purchased: 4, earned: 5 })
  const refund = (coins?: number) => app.server.calls.refund({ callId, reason: 'Bad line', ...(coins === undefined ? {} : { coins }) })
  expect(await refund(7)).toMatchObject({ coins: 7, takenBackCoins: 4, uncollectedCoins: 0, disputeId: null })
  expect((await two.caller.client.wallet.get()).buckets).toMatchObject({ bonus: 0, purchased: 2, earned: 20 })
  expect(await two.callee.client.wallet.get()).toMatchObject({ withdrawable: 2 })
  await expect(refund(6)).rejects.toEqual(refused('conflict', 409))
  expect(await refund()).toMatchObject({ coins: 5, takenBackCoins: 2 })
  expect((await two.caller.client.wallet.get()).buckets).toEqual({ bonus: 3, purchased: 4, earned: 20, held: 0 })
  expect(await two.callee.client.wallet.get()).toMatchObject({ withdrawable: 0 })
  await expect(refund()).rejects.toEqual(refused('conflict', 409))
  expect(await app.server.calls.get({ callId })).toMatchObject({ chargedCoins: 12, earnedCoins: 6, refundedCoins: 12 })
  const receipt = await two.caller.client.calls.receipt({ callId })
  expect(receipt.caller).toMatchObject({ refundedCoins: 12, refundedBuckets: { bonus: 3, purchased: 4, earned: 5 } })
  expect(receipt.adjustments).toMatchObject([
    { coins: 5, takenBackCoins: null, reason: null },
    { coins: 7, takenBackCoins: null, reason: null },
  ])
  expect((await two.callee.client.calls.receipt({ callId })).adjustments).toMatchObject([
    { coins: null, takenBackCoins: 2 },
    { coins: null, takenBackCoins: 4 },
  ])
  const told = async ({ client }: Pair['caller']) => (await client.wallet.listTransactions()).data[0]
  expect(await told(two.caller)).toMatchObject({ type: 'call_refund', coins: 5, description: `Refund of a call with ${two.callee.userId}` })
  expect(await told(two.callee)).toMatchObject({ coins: -2, description: `Given back for a refunded call with ${two.caller.userId}` })
  const [entry] = (await app.server.ledger.listTransactions({ limit: 1 })).data
  expect(entry).toMatchObject({ type: 'call_refund', reference: { type: 'call', id: callId } })
  expect(await here.trialBalance()).toBe(0)
})

it('lets the app bear what the callee has spent already, and nobody go below zero', async () => {
  const { caller, callee, call } = await talk()
  await app.server.wallets.debit({ userId: callee.userId, coins: 5, bucket: 'earned', reason: 'Spent' })
  const before = await app.server.ledger.listAccounts()
  expect(await app.server.calls.refund({ callId: call.id, reason: 'Wrong person' })).toMatchObject({
    coins: 12,
    takenBackCoins: 1,
    uncollectedCoins: 5,
  })
  expect(await purses({ caller, callee, callerPhone: '', calleePhone: '' })).toEqual({ left: 100, held: 0, earned: 0 })
  const changed = (await app.server.ledger.listAccounts()).data.map(({ name, balance }, n) => [
    name,
    balance - (before.data[n]?.balance ?? 0),
  ])
  expect(Object.fromEntries(changed)).toMatchObject({ losses: -5, revenue: -6, users: 11 })
  expect(await here.trialBalance()).toBe(0)
})

it('refunds once for fifty who ask at once, and once for the same request sent fifty times', async () => {
  const [one, other] = [await talk(), await talk()]
  const many = await Promise.allSettled(Array.from({ length: 50 }, () => app.server.calls.refund({ callId: one.call.id, reason: 'Race' })))
  expect(many.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
  for (const answer of many) if (answer.status === 'rejected') expect(codeOf(answer.reason)).toBe('conflict')
  const idempotencyKey = randomUUID()
  const same = await Promise.allSettled(
    Array.from({ length: 50 }, () => app.server.calls.refund({ callId: other.call.id, coins: 3, reason: 'Twice' }, { idempotencyKey })),
  )
  const ids = same.flatMap((answer) => (answer.status === 'fulfilled' ? [answer.value.id] : []))
  expect(new Set(ids).size).toBe(1)
  expect((await app.server.calls.get({ callId: other.call.id })).refundedCoins).toBe(3)
  expect((await one.caller.client.wallet.get()).balance).toBe(100)
  expect((await other.caller.client.wallet.get()).balance).toBe(91)
  expect(await here.trialBalance()).toBe(0)
})

it('refuses to refund what is not settled, cost nothing, or is another app’s', async () => {
  const two = await pair(app)
  const { id: callId } = await callOf(two)
  await until(here, app, callId, inProgress)
  const refund = (id: string) => app.server.calls.refund({ callId: id, reason: 'Test' })
  await expect(refund(callId)).rejects.toEqual(refused('conflict', 409))
  await two.caller.client.calls.end({ callId })
  const free = await missedCall(await pair(app, { calleeDoes: '0001' }))
  await expect(refund(free.id)).rejects.toEqual(refused('conflict', 409))
  const elsewhere = await here.app('Elsewhere')
  await expect(elsewhere.server.calls.refund({ callId, reason: 'Test' })).rejects.toEqual(refused('not_found', 404))
  expect(await here.trialBalance()).toBe(0)
})

it('reopens a disputed call with its evidence, without phone numbers, and refunds it by a decision', async () => {
  const { caller, callee, call, callerPhone, calleePhone } = await talk()
  const { id: callId } = call
  const opened = await caller.client.calls.dispute({ callId, reason: 'bad_sound', comment: 'I heard 2345-6789-0124' })
  const comment = 'I heard XXXX-XXXX-0124'
  expect(opened).toMatchObject({ callId, openedBy: 'caller', status: 'open', reason: 'bad_sound', comment, refundedCoins: null })
  expect((await callee.client.calls.get({ callId })).disputed).toBe(true)
  const disputeSeenBy = async (calls: Pick<TestApp['server']['calls'], 'receipt'>) => (await calls.receipt({ callId })).dispute
  expect(await disputeSeenBy(caller.client.calls)).toEqual(opened)
  expect(await disputeSeenBy(app.server.calls)).toEqual(opened)
  expect(await disputeSeenBy(callee.client.calls)).toBeNull()
  await expect(callee.client.calls.dispute({ callId, reason: 'other' })).rejects.toEqual(refused('conflict', 409))
  expect((await app.server.disputes.list({ status: 'open' })).data.map(({ id }) => id)).toEqual([opened.id])
  const { evidence } = await app.server.disputes.get({ disputeId: opened.id })
  expect(evidence).toMatchObject({
    call: { id: callId, charged_coins: 12, status: 'completed' },
    providerAccount: { callee: { status: 'completed', durationSeconds: 301 } },
    ledger: [{ type: 'call_hold' }, { type: 'call_settlement' }],
  })
  expect((evidence['messages'] as unknown[]).length).toBeGreaterThan(1)
  const text = JSON.stringify(evidence)
  for (const number of [callerPhone, calleePhone, call.number ?? '']) expect(text).not.toContain(number.slice(3))
  expect(text).not.toContain('callback_token')
  const resolve = (coins?: number) =>
    app.server.disputes.resolve({
      disputeId: opened.id,
      outcome: 'refund',
      note: 'Heard 2345-6789-0124',
      ...(coins === undefined ? {} : { coins }),
    })
  await expect(resolve(13)).rejects.toEqual(refused('conflict', 409))
  expect(await resolve(4)).toMatchObject({ status: 'refunded', refundedCoins: 4, note: 'Heard XXXX-XXXX-0124' })
  await expect(resolve()).rejects.toEqual(refused('conflict', 409))
  expect(await caller.client.calls.get({ callId })).toMatchObject({ disputed: false, refundedCoins: 4 })
  expect((await caller.client.calls.receipt({ callId })).adjustments).toMatchObject([{ coins: 4, disputeId: opened.id }])
  expect(await disputeSeenBy(caller.client.calls)).toMatchObject({ id: opened.id, status: 'refunded', refundedCoins: 4 })
  expect(await disputeSeenBy(callee.client.calls)).toBeNull()
  expect(await here.trialBalance()).toBe(0)
})

it('decides a dispute once, whoever asks, and takes another afterwards', async () => {
  const { caller, call } = await talk()
  const { id: callId } = call
  const { id: disputeId } = await app.server.calls.dispute({ callId, reason: 'wrong_charge' })
  await expect(app.server.disputes.resolve({ disputeId, outcome: 'reject', coins: 3, note: 'x' })).rejects.toEqual(
    refused('invalid_request', 400),
  )
  const answers = await Promise.allSettled(
    Array.from({ length: 20 }, (_, n) =>
      app.server.disputes.resolve({ disputeId, outcome: n % 2 === 0 ? 'refund' : 'reject', note: 'Race' }),
    ),
  )
  expect(answers.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
  const { status, refundedCoins } = await app.server.disputes.get({ disputeId })
  expect((await caller.client.wallet.get()).balance).toBe(88 + (refundedCoins ?? 0))
  expect(status).toBe(refundedCoins === null ? 'rejected' : 'refunded')
  const again = await Promise.allSettled(Array.from({ length: 10 }, () => caller.client.calls.dispute({ callId, reason: 'cut_off' })))
  expect(again.filter((answer) => answer.status === 'fulfilled')).toHaveLength(1)
  const page = await app.server.disputes.list({ limit: 1 })
  expect(page.data).toMatchObject([{ callId, status: 'open', reason: 'cut_off' }])
  expect((await app.server.disputes.list({ limit: 1, cursor: page.nextCursor ?? '' })).data).toMatchObject([{ id: disputeId }])
  expect(await here.trialBalance()).toBe(0)
})

it('forgets what a person wrote when they go, and keeps what was decided', async () => {
  const { caller, callee, call } = await talk()
  const { id: callId } = call
  await caller.client.calls.rate({ callId, score: 1, comment: 'Rude words of mine' })
  await callee.client.calls.rate({ callId, score: 3, comment: 'The other side' })
  const { id: disputeId } = await caller.client.calls.dispute({ callId, reason: 'abuse', comment: 'More words of mine' })
  await app.server.users.delete({ userId: caller.userId })
  expect((await app.server.calls.ratings({ callId })).data.map(({ score, comment }) => [score, comment])).toEqual([
    [1, null],
    [3, 'The other side'],
  ])
  expect(await app.server.disputes.get({ disputeId })).toMatchObject({ status: 'open', comment: null })
  expect(await app.server.disputes.resolve({ disputeId, outcome: 'refund', note: 'Fair' })).toMatchObject({ refundedCoins: 12 })
  expect(await here.trialBalance()).toBe(0)
})

it('takes a dispute of the two of a call only, of one that is over, for 30 days', async () => {
  const { caller, call } = await talk()
  const { id: callId } = call
  const [stranger, elsewhere] = [await app.user('stranger'), await here.app('Elsewhere')]
  const other = await elsewhere.user('other')
  for (const client of [stranger.client, other.client, elsewhere.server]) {
    await expect(client.calls.dispute({ callId, reason: 'other' })).rejects.toEqual(refused('not_found', 404))
    await expect(client.calls.receipt({ callId })).rejects.toEqual(refused('not_found', 404))
    await expect(client.calls.ratings({ callId })).rejects.toEqual(refused('not_found', 404))
  }
  await expect(stranger.client.calls.rate({ callId, score: 5 })).rejects.toEqual(refused('not_found', 404))
  const two = await pair(app)
  const running = await callOf(two)
  await expect(two.caller.client.calls.dispute({ callId: running.id, reason: 'other' })).rejects.toEqual(refused('conflict', 409))
  await two.caller.client.calls.end({ callId: running.id })
  const { id: disputeId } = await caller.client.calls.dispute({ callId, reason: 'other' })
  await expect(elsewhere.server.disputes.get({ disputeId })).rejects.toEqual(refused('not_found', 404))
  await expect(elsewhere.server.disputes.resolve({ disputeId, outcome: 'refund', note: 'x' })).rejects.toEqual(refused('not_found', 404))
  expect((await elsewhere.server.disputes.list()).data).toEqual([])
  await app.server.disputes.resolve({ disputeId, outcome: 'reject', note: 'No' })
  await age(callId, 30)
  await here.advance(1)
  await expect(caller.client.calls.dispute({ callId, reason: 'other' })).rejects.toEqual(refused('conflict', 409))
})
