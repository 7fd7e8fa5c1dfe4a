import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { iterate, type ConnectServer } from '@impacthub/sdk/server'
import { expect } from 'vitest'
import { reads, says, type Phone } from './browser.ts'

const cli = join(import.meta.dirname, '../../src/cli.ts')

/** `./dev verify-ledger`, while the platform runs. */
export const verifyLedger = (dataDir: string): Promise<{ code: number; said: string }> =>
  new Promise((resolve) => {
    const env = { ...process.env, CONNECT_DATA_DIR: dataDir }
    execFile(process.execPath, ['--conditions=source', cli, 'verify-ledger'], { env }, (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : Number(error.code ?? 1), said: stdout + stderr }),
    )
  })

/** What the ledger's own entries say that a user can spend: everything but what is held. */
async function spendableByEntries(server: ConnectServer, userId: string): Promise<number> {
  let sum = 0
  for await (const { entries } of iterate(server.ledger.listTransactions, { limit: 100 })) {
    expect(entries.reduce((total, { coins }) => total + coins, 0)).toBe(0)
    for (const entry of entries) if (entry.userId === userId && entry.account !== 'held') sum += entry.coins
  }
  return sum
}

/** The page, the API and the ledger tell the same of a user's coins. */
export async function expectSameBooks(phone: Phone, server: ConnectServer, userId: string): Promise<void> {
  const wallet = await server.wallets.get({ userId })
  await says(phone.balance, wallet.balance.toLocaleString('en'))
  // What was only set aside, or came back, is no line of the page: each tells what came to or left all that the user has.
  const changes = wallet.transactions.map(({ buckets }) => Object.values(buckets).reduce<number>((sum, coins) => sum + (coins ?? 0), 0))
  const shown = async () => (await reads(phone.historyCoins)).split(' ').map(Number)
  // The page asks for twenty at first; the test's people have no more than that.
  expect(changes.length).toBeLessThan(20)
  await expect.poll(shown, { timeout: 60_000, interval: 50 }).toEqual(changes.filter((change) => change !== 0))
  expect(changes.reduce((total, change) => total + change, 0)).toBe(wallet.balance + wallet.buckets.held)
  expect(wallet.transactions.reduce((total, { coins }) => total + coins, 0)).toBe(wallet.balance)
  expect(await spendableByEntries(server, userId)).toBe(wallet.balance)
}
