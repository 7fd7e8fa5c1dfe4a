import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { startPlatform, type TestApp, type TestPlatform } from '../../../test/start-platform.ts'

let platform: TestPlatform
let app: TestApp
let stranger: TestApp
beforeAll(async () => {
  platform = await startPlatform()
  app = await platform.app('One')
  stranger = await platform.app('Two')
})
afterAll(async () => {
  expect(await platform.trialBalance()).toBe(0)
  await platform.stop()
})

async function credited(userId: string, coins: number) {
  await app.user(userId)
  return (await app.server.wallets.credit({ userId, coins, reason: 'Pack' })).transaction.id
}

it('takes a credit back, tells what is owed, and shows it in the history', async () => {
  const id = await credited('asha', 100)
  await app.server.wallets.debit({ userId: 'asha', coins: 60, reason: 'Gift' })
  const reversal = await app.server.ledger.reverse({ transactionId: id, reason: 'Refunded' })
  expect(reversal).toMatchObject({
    reverses: id,
    userId: 'asha',
    coins: 100,
    takenCoins: 40,
    owedCoins: 60,
    wallet: { userId: 'asha', balance: 0, buckets: { bonus: 0, purchased: 0, earned: 0, held: 0 } },
  })
  const { transactions } = await app.server.wallets.get({ userId: 'asha' })
  expect(transactions[0]).toMatchObject({
    id: reversal.id,
    type: 'reversal',
    coins: -40,
    buckets: { purchased: -40 },
    owedCoins: 60,
    reference: { type: 'transaction', id },
    description: 'Refunded',
  })
  const { reversedBy } = await app.server.wallets.getTransaction({ userId: 'asha', transactionId: id })
  expect(reversedBy).toMatchObject([{ id: reversal.id, coins: -40, owedCoins: 60 }])
  const { sum } = await app.server.ledger.listAccounts()
  expect(sum).toBe(0)
})

it('answers the same request once, and another one that nothing is left', async () => {
  const id = await credited('bela', 10)
  const options = { idempotencyKey: randomUUID() }
  const first = await app.server.ledger.reverse({ transactionId: id, reason: 'Twice', coins: 4 }, options)
  expect(await app.server.ledger.reverse({ transactionId: id, reason: 'Twice', coins: 4 }, options)).toEqual(first)
  expect((await app.server.ledger.reverse({ transactionId: id, reason: 'Rest' })).coins).toBe(6)
  await expect(app.server.ledger.reverse({ transactionId: id, reason: 'More' })).rejects.toMatchObject({
    code: 'already_reversed',
    status: 409,
  })
  await expect(app.server.ledger.reverse({ transactionId: id, reason: 'Other', coins: 4 }, options)).rejects.toMatchObject({
    code: 'idempotency_key_reused',
  })
})

it('knows no transaction of another app', async () => {
  const id = await credited('chand', 10)
  await expect(stranger.server.ledger.reverse({ transactionId: id, reason: 'x' })).rejects.toMatchObject({ code: 'not_found', status: 404 })
  expect(await app.server.wallets.get({ userId: 'chand' })).toMatchObject({ balance: 10 })
})

it.each([0, -1, 1.5, 1e18, '5', null])('refuses %j coins', async (coins) => {
  const id = await credited('devi', 10)
  const headers = { authorization: `Bearer ${app.secretKey}`, 'content-type': 'application/json', 'idempotency-key': randomUUID() }
  const body = JSON.stringify({ reason: 'x', coins })
  const response = await fetch(`${platform.url}/v1/ledger/transactions/${id}/reverse`, { method: 'POST', headers, body })
  expect([response.status, await response.json()]).toEqual([400, expect.objectContaining({ code: 'invalid_request' })])
})
