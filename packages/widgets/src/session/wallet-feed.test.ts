import { describe, expect, it } from 'vitest'
import { transactions } from '../testing/samples.ts'
import { never, problem, scriptedClient } from '../testing/scripted-client.ts'
import { createStore, type ConnectStore } from './connect-store.ts'
import { joinPages } from './join-pages.ts'
import { filterWallet, moreTransactions, openReceipt, refreshWallet } from './wallet-feed.ts'
import { isShown, ownChange } from './wallet-filters.ts'

const shown = (store: ConnectStore) => {
  const view = store.state.wallet
  return view?.lists.get(view.filter)?.transactions.map(({ id }) => Number(id.slice(4)))
}

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
    await filterWallet(store, { filter: 'topups' })
    expect(shown(store)).toEqual([4])
    late.resolve(undefined)
    await first
    expect(shown(store)).toEqual([4])
    expect(store.state.wallet?.lists.has('all')).toBe(false)
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
    expect(shown(store)).toHaveLength(19)
    mood = 'slow'
    const before = pages
    void moreTransactions(store)
    void moreTransactions(store)
    expect(pages).toBe(before + 1)
  })

  it('goes on where the platform found little, but not for ever', async () => {
    let pages = 0
    const store = createStore(scriptedClient({ lookedAt: 4, beforeWallet: () => (pages++, Promise.resolve()) }))
    await filterWallet(store, { filter: 'topups' })
    // One for the balances, and five that looked at four transactions each.
    expect([pages, shown(store)]).toEqual([6, [4]])
    expect(store.state.wallet?.lists.get('topups')?.nextCursor).toBe('20')
    await moreTransactions(store)
    expect([shown(store), store.state.wallet?.lists.get('topups')?.nextCursor]).toEqual([[4], null])
  })

  it('keeps what is known of each filter', async () => {
    let works = true
    const beforeWallet = () => (works ? Promise.resolve() : Promise.reject(problem('network_error')))
    const store = createStore(scriptedClient({ beforeWallet }))
    await refreshWallet(store)
    await filterWallet(store, { filter: 'calls' })
    expect(shown(store)).toEqual([1, 3])
    works = false
    await filterWallet(store, { filter: 'all' })
    expect(store.state.wallet).toMatchObject({ failed: 'refresh' })
    expect(shown(store)).toHaveLength(19)
    await filterWallet(store, { filter: 'earnings' })
    expect(shown(store)).toBeUndefined()
  })

  it('reads an open receipt anew when the wallet has changed, and keeps it when that fails', async () => {
    let told: 'first' | 'second' | 'none' = 'first'
    const walletReceipt = () => (told === 'none' ? Promise.reject(problem('network_error')) : Promise.resolve({ description: told }))
    const store = createStore(scriptedClient({ walletReceipt }))
    const { id } = transactions[3] ?? { id: '' }
    await openReceipt(store, { transactionId: id })
    const said = () => store.state.wallet?.receipt?.known?.description
    expect(said()).toBe('first')
    told = 'second'
    await refreshWallet(store)
    await expect.poll(said).toBe('second')
    told = 'none'
    await refreshWallet(store)
    expect(said()).toBe('second')
  })
})

describe('a line of the history', () => {
  it('tells what became of all that is one’s own: coins that were set aside are no line', () => {
    const [settlement, hold, earned] = transactions
    if (!settlement || !hold || !earned) throw new Error('samples are missing')
    expect([settlement, hold, earned].map(ownChange)).toEqual([-30, 0, 65])
    expect([settlement, hold, earned].map((one) => isShown(one, 'all'))).toEqual([true, false, true])
    const returned = { ...settlement, buckets: { held: -10, earned: 5 } }
    expect(isShown(returned, 'earnings')).toBe(false)
    expect(isShown({ ...settlement, buckets: {} }, 'all')).toBe(true)
  })
})
