import type { ConnectClient } from '@impacthub/sdk'
import { expect, it } from 'vitest'
import { scriptedClient, type ScriptedClient } from '../testing/scripted-client.ts'
import { createStore } from './connect-store.ts'
import { refreshHistory } from './history-feed.ts'
import { readReferral } from './referral-feed.ts'
import { refreshWallet } from './wallet-feed.ts'

/** What a service worker has kept says when it came. */
const keptAt = '2026-11-20T08:00:00.000Z'

/** A client whose reads come from the page's service worker for as long as `away` is true. */
function behindWorker() {
  const network = { away: true }
  const from =
    <Input extends unknown[], Answer extends object>(read: (...input: Input) => Promise<Answer>) =>
    async (...input: Input): Promise<Answer> => ({ ...(await read(...input)), ...(network.away && { keptAt }) })
  const scripted: ScriptedClient = scriptedClient()
  const { app, wallet, calls, referral } = scripted
  const client: ConnectClient = {
    ...scripted,
    app: { ...app, get: from(app.get) },
    wallet: { ...wallet, get: from(wallet.get), listTransactions: from(wallet.listTransactions) },
    calls: { ...calls, list: from(calls.list), missed: from(calls.missed) },
    referral: { ...referral, get: from(referral.get) },
  }
  return { network, scripted, client, store: createStore(client) }
}

it('shows what a service worker has kept as the last known state, until the platform answers', async () => {
  const { network, scripted, store } = behindWorker()
  await expect.poll(() => store.state.app).toBeDefined()
  expect(store.state.connection).toBe('offline')
  await Promise.all([refreshWallet(store), refreshHistory(store), readReferral(store)])
  expect(store.state.wallet).toMatchObject({ balances: { balance: 1_245 }, failed: 'refresh', busy: undefined })
  expect(store.state.history).toMatchObject({ calls: expect.any(Array), failed: 'refresh', busy: undefined })
  expect(store.state.referral).toMatchObject({ standing: expect.anything(), failed: true })

  network.away = false
  scripted.open()
  await expect.poll(() => 'keptAt' in (store.state.app ?? {})).toBe(false)
  await Promise.all([refreshWallet(store), refreshHistory(store), readReferral(store)])
  expect(store.state).toMatchObject({ connection: 'open', referral: { failed: false } })
  expect([store.state.wallet?.failed, store.state.history?.failed]).toEqual([undefined, undefined])
})

it('takes nothing kept in the place of what the platform has told', async () => {
  const { network, scripted, store } = behindWorker()
  network.away = false
  scripted.open()
  await Promise.all([refreshWallet(store), refreshHistory(store), readReferral(store)])
  const { wallet, history, referral } = store.state
  network.away = true
  await Promise.all([refreshWallet(store), refreshHistory(store), readReferral(store)])
  expect(store.state.wallet).toEqual({ ...wallet, failed: 'refresh' })
  expect(store.state.history).toEqual({ ...history, failed: 'refresh' })
  expect(store.state.referral).toEqual({ ...referral, failed: true })
  expect(store.state.connection).toBe('open')
})

it('does not take a page for offline that is connected, though its app is an old answer', async () => {
  const { scripted, client } = behindWorker()
  scripted.open()
  const another = createStore(client)
  await expect.poll(() => another.state.app).toBeDefined()
  expect(another.state.connection).toBe('open')
})
