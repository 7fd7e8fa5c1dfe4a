import { describe, expect, it } from 'vitest'
import { transactions } from '../testing/samples.ts'
import { never, problem, scriptedClient } from '../testing/scripted-client.ts'
import { createStore } from './connect-store.ts'
import { joinPages } from './join-pages.ts'
import { moreTransactions, refreshWallet } from './wallet-feed.ts'

describe('the wallet feed', () => {
  it('joins a fresh first page to the rows paged in, where they meet', () => {
    expect(joinPages(transactions.slice(0, 4), transactions.slice(2, 8))).toEqual(transactions.slice(0, 8))
    expect(joinPages(transactions.slice(0, 2), transactions.slice(5, 8))).toBeUndefined()
    expect(joinPages([], transactions.slice(0, 2))).toBeUndefined()
  })

  it('goes by the last question when answers come late', async () => {
    const late = Promise.withResolvers<undefined>()
    let slow = true
    const store = createStore(scriptedClient({ beforeWallet: async () => (slow ? late.promise : undefined) }))
    const first = refreshWallet(store)
    slow = false
    await refreshWallet(store)
    store.set({ wallet: { ...store.state.wallet, transactions: transactions.slice(0, 1), nextCursor: null } })
    late.resolve(undefined)
    await first
    expect(store.state.wallet?.transactions).toHaveLength(1)
    expect(store.state.wallet?.busy).toBeUndefined()
  })

  it('asks for a page once, and keeps what it has when that fails', async () => {
    let pages = 0
    let mood: 'well' | 'slow' | 'ill' = 'well'
    const moods = { well: () => Promise.resolve(), slow: never, ill: () => Promise.reject(problem('unavailable', 503)) }
    const store = createStore(scriptedClient({ beforeWallet: () => (pages++, moods[mood]()) }))
    await refreshWallet(store)
    mood = 'ill'
    await moreTransactions(store)
    expect(store.state.wallet).toMatchObject({ failed: 'more', busy: undefined })
    expect(store.state.wallet?.transactions).toHaveLength(10)
    mood = 'slow'
    const before = pages
    void moreTransactions(store)
    void moreTransactions(store)
    expect(pages).toBe(before + 1)
  })
})
