import { once } from 'node:events'
import { connect } from 'node:net'
import { expect, it } from 'vitest'
import { everyTenant } from '../src/base/tenant.ts'
import { startPlatform } from './start-platform.ts'

it('starts the whole platform, and a second process over the same data', async () => {
  const first = await startPlatform()
  const app = await first.app()
  const asha = await app.user('asha', { coins: 10 })
  expect(await asha.client.wallet.get()).toMatchObject({ balance: 10 })
  const second = await startPlatform({ beside: first })
  await second.stop()
  expect(await first.trialBalance()).toBe(0)
  const jobs = await first.platform.db.read<{ kind: string }>(everyTenant, `select kind from tasks where kind like 'every.%'`, [])
  // Whatever looks after coins and proofs waits for its time, once.
  const ledgers = ['make-ledger-partitions', 'seal-ledger', 'watch-ledger', 'watch-seals', 'release-forgotten-holds', 'expire-coins']
  for (const name of [...ledgers, 'collect-debts', 'tend-payees'])
    expect(jobs.filter(({ kind }) => kind === `every.${name}`)).toHaveLength(1)
  await first.stop()
})

it('stops at once though a browser holds a connection that it has not used, and one that it has', async () => {
  const platform = await startPlatform()
  const { port } = new URL(platform.url)
  const unused = connect(Number(port), '127.0.0.1')
  await once(unused, 'connect')
  await (await fetch(`${platform.url}/healthz`)).text()
  const closed = once(unused, 'close')
  unused.resume()
  // Without care for it, the stop would wait its 20 seconds, which is the time this test has.
  await platform.stop()
  await closed
}, 15_000)
