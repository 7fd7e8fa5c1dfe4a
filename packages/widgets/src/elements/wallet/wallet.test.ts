import type { WalletTransaction } from '@impacthub/sdk'
import { describe, expect, it } from 'vitest'
import { userEvent } from 'vitest/browser'
import { accessibilityFaults } from '../../testing/axe.ts'
import { part, words } from '../../testing/mount.ts'
import { asha, transactions, wallet } from '../../testing/samples.ts'
import { never, problem } from '../../testing/scripted-client.ts'
import { heldForRavi } from '../../testing/scripted-wallet.ts'
import { show } from '../../testing/show-wallet.ts'

const holding = { balance: 1_125, buckets: { ...wallet.buckets, held: 120 } }
/** What a transaction of a call says of it. */
const aboutCall = (index: number): Pick<WalletTransaction, 'call'> => {
  const call = transactions[index]?.call
  return call ? { call } : {}
}
const holdingNow = { userId: asha, withdrawable: 65, ...holding }

describe('ihc-wallet', () => {
  it('is a skeleton first', async () => {
    const page = show({ beforeWallet: never })
    await expect.poll(() => page.all('.bone').length).toBe(7)
    expect(part(page.element, 'card').ariaBusy).toBe('true')
    expect(await accessibilityFaults()).toEqual([])
  })

  it('shows the balance and its kinds, and what each may be used for', async () => {
    const page = show()
    await expect.poll(() => page.text('balance')).toBe('1,245')
    expect(
      page
        .all("[part='bucket']")
        .map(words)
        .map((text) => text.replace(/\s+/g, ' ')),
    ).toEqual(['Bonus 30 To spend, used first', 'Bought 1,150 To spend', 'Earned 65 To spend or withdraw'])
    expect(page.text('withdrawable')).toBe('65 coins can be withdrawn')
    expect([page.text('held'), page.text('expiring'), page.text('owed')]).toEqual(['', '', ''])
    expect(await accessibilityFaults()).toEqual([])
  })

  it('tells each transaction in a plain line, and what it came to', async () => {
    const page = show()
    await expect.poll(() => page.lines().length).toBe(19)
    expect(page.lines().slice(0, 5)).toEqual([
      'Call with Ravi Kumar, 2 min 5 sec: 30 coins | −30',
      'Earned from a call with Meera Iyer, 12 min 5 sec: 65 coins | +65',
      'Coins bought: 100 coins | +100',
      'Bonus received: 50 coins | +50',
      'Coins spent: 20 coins | −20',
    ])
    expect(words(page.all("[part='row']")[4])).toMatch(/ · Gift −20coins$/)
  })

  it.each<[news: Partial<WalletTransaction>, line: string]>([
    [{ type: 'call_refund', buckets: { purchased: 1 }, ...aboutCall(0) }, 'Refund for a call with Ravi Kumar: 1 coin'],
    [{ type: 'call_refund', buckets: { earned: -4 }, ...aboutCall(2) }, 'Given back for a refunded call with Meera Iyer: 4 coins'],
    [{ type: 'topup_bonus', buckets: { bonus: 5 } }, 'Bonus with a top-up: 5 coins'],
    [{ type: 'referral', referralSide: 'referrer', buckets: { bonus: 50 } }, 'Reward for inviting somebody: 50 coins'],
    [{ type: 'referral', referralSide: 'referee', buckets: { bonus: 50 } }, 'Welcome reward: 50 coins'],
    [{ type: 'referral_reversal', buckets: { bonus: -50 } }, 'Referral reward taken back: 50 coins'],
    [{ type: 'credit', buckets: { earned: 5 } }, 'Coins earned: 5 coins'],
    [{ type: 'reversal', buckets: { purchased: -1_000 } }, 'Coins taken back: 1,000 coins'],
    [{ type: 'reversal', buckets: { purchased: 2 } }, 'Coins given back: 2 coins'],
    [{ type: 'expiry', buckets: { bonus: -7 } }, 'Coins expired: 7 coins'],
    [{ type: 'collection', buckets: { purchased: -7 } }, 'Paid back what you owed: 7 coins'],
    [{ type: 'of_tomorrow', buckets: { purchased: 7 } }, 'Transaction: 7 coins'],
    [{ type: 'toString', buckets: { purchased: 7 } }, 'Transaction: 7 coins'],
  ])('has words for %j', async (news, line) => {
    const [, , , base] = transactions
    if (!base) throw new Error('a sample is missing')
    const page = show({ transactions: [{ ...base, ...news }] })
    await expect.poll(() => page.lines()[0]?.split(' | ')[0]).toBe(line)
  })

  it('says of coins that were taken back which of them are to be paid back', async () => {
    const [, , , base] = transactions
    if (!base) throw new Error('a sample is missing')
    const gone = { ...base, type: 'reversal', coins: 0, buckets: {}, description: 'Refund of a top-up', owedCoins: 70 }
    const page = show({ transactions: [gone] })
    await expect.poll(() => page.text('note-text')).toBe('Refund of a top-up · To pay back: 70')
  })

  it('says what is held and for what, and no more once it is over', async () => {
    const holds = [heldForRavi, { ...heldForRavi, id: 'txn_2', coins: 1, call: undefined, expiresAt: '2026-01-06T10:00:00Z' }]
    const page = show({ wallet: { ...holding, buckets: { ...holding.buckets, held: 121 } }, holds })
    await expect
      .poll(() => page.all("[part='hold']").map(words))
      .toEqual([
        expect.stringMatching(/^For a call with Ravi Kumar 120 coins Since /),
        expect.stringMatching(/^For a payment 1 coin Since .*, until .* at the latest$/),
      ])
    expect(page.text('held')).toMatch(/^121 coins are held .* What is not used comes back to you\.$/)
    expect(await accessibilityFaults()).toEqual([])
    page.client.emit('wallet.updated', { userId: asha, balance: 1_245, buckets: wallet.buckets, withdrawable: 65 })
    await expect.poll(() => page.text('held')).toBe('')
  })

  it('says what expires and what is owed', async () => {
    const page = show({ wallet: { expiring: { coins: 30, at: '2026-02-01T00:00:00Z' }, owedCoins: 1 } })
    await expect.poll(() => page.text('expiring')).toMatch(/^30 coins expire on .*2026$/)
    expect(page.text('owed')).toBe('You owe 1 coin. Until it is paid back you cannot withdraw.')
    expect(page.text('withdrawable')).toBe('')
    expect(await accessibilityFaults()).toEqual([])
  })

  it('pages to the end, each line once, with the focus kept', async () => {
    const page = show()
    await expect.poll(() => page.lines().length).toBe(19)
    part(page.element, 'more').focus()
    await userEvent.keyboard('{Enter}')
    await expect.poll(() => page.lines().length).toBe(24)
    expect(new Set(page.all("[part='row']").map((row) => row.getAttribute('aria-controls'))).size).toBe(24)
    expect(page.text('more')).toBe('')
    await expect.poll(() => page.focused()).toBe(page.all("[part='row']")[19])
    expect(await accessibilityFaults()).toEqual([])
  })

  it('keeps the lines paged in when the wallet changes', async () => {
    const page = show()
    await expect.poll(() => page.lines().length).toBe(19)
    await userEvent.click(part(page.element, 'more'))
    await expect.poll(() => page.lines().length).toBe(24)
    page.client.emit('wallet.updated', holdingNow)
    await expect.poll(() => page.text('balance')).toBe('1,125')
    expect(page.lines()).toHaveLength(24)
  })

  it('follows live what the platform tells', async () => {
    let open = true
    const page = show({ beforeWallet: () => (open ? Promise.resolve() : never()) })
    await expect.poll(() => page.text('balance')).toBe('1,245')
    open = false
    page.client.emit('wallet.updated', holdingNow)
    await expect.poll(() => page.text('balance')).toBe('1,125')
    expect(page.text('held')).toMatch(/^120 coins are held/)
  })

  it('says that it could not be loaded, and tries again when asked', async () => {
    let fails = true
    const page = show({ beforeWallet: () => (fails ? Promise.reject(problem('unavailable', 503)) : Promise.resolve()) })
    await expect.poll(() => page.text('note')).toBe('Your wallet could not be loaded.')
    expect(await accessibilityFaults()).toEqual([])
    fails = false
    const retry = part(page.element, 'refresh')
    expect(words(retry)).toBe('Try again')
    await userEvent.click(retry)
    await expect.poll(() => page.text('balance')).toBe('1,245')
    expect(page.text('note')).toBe('')
  })

  it('shows the balance that came live where nothing else could be loaded', async () => {
    const page = show({ beforeWallet: () => Promise.reject(problem('unavailable', 503)) })
    await expect.poll(() => page.text('note')).toBe('Your wallet could not be loaded.')
    page.client.open()
    await expect.poll(() => page.text('balance')).toBe('1,245')
    await expect.poll(() => page.text('note')).toBe('These transactions could not be loaded.')
    expect(page.lines()).toEqual([])
    expect(await accessibilityFaults()).toEqual([])
  })

  it('keeps the last known state without a connection, and reads anew once it is back', async () => {
    let reads = 0
    const page = show({ beforeWallet: () => (reads++, Promise.resolve()) })
    await expect.poll(() => page.text('balance')).toBe('1,245')
    page.client.connection('offline')
    await expect.poll(() => page.text('note')).toBe('No connection. You see the last known state.')
    expect(page.text('balance')).toBe('1,245')
    expect(page.lines()).toHaveLength(19)
    expect(await accessibilityFaults()).toEqual([])
    const before = reads
    page.client.open()
    await expect.poll(() => page.text('note')).toBe('')
    expect(reads).toBeGreaterThan(before)
  })

  it('says when there are no transactions', async () => {
    const page = show({ transactions: [] })
    await expect.poll(() => page.text('empty')).toBe('No transactions yet. What you buy, earn and spend is listed here.')
    expect(await accessibilityFaults()).toEqual([])
  })

  it('speaks Hindi', async () => {
    const page = show({}, 'hi')
    await expect.poll(() => page.text('withdrawable')).toBe('65 कॉइन निकाले जा सकते हैं')
    expect(page.lines()[0]).toMatch(/^Ravi Kumar के साथ कॉल, 2 .* 5 .*: 30 कॉइन \| −30$/)
  })
})
