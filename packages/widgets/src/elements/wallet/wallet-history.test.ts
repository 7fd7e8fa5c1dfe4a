import type { WalletReceipt, WalletTransaction } from '@impacthub/sdk'
import { describe, expect, it } from 'vitest'
import { userEvent } from 'vitest/browser'
import { accessibilityFaults } from '../../testing/axe.ts'
import { part, words } from '../../testing/mount.ts'
import { asha, transactions, wallet } from '../../testing/samples.ts'
import { never, problem } from '../../testing/scripted-client.ts'
import { show } from '../../testing/show-wallet.ts'

const pressed = (page: ReturnType<typeof show>) => page.all("[part='filter'][aria-pressed='true']").map(words)

describe('the filters of a wallet', () => {
  it('show one kind of transactions, by keyboard too', async () => {
    const page = show()
    await page.choose('Calls')
    await expect
      .poll(() => page.lines())
      .toEqual(['Call with Ravi Kumar, 2 min 5 sec: 30 coins | −30', 'Earned from a call with Meera Iyer, 12 min 5 sec: 65 coins | +65'])
    expect(pressed(page)).toEqual(['Calls'])
    await userEvent.keyboard('{Tab}{Enter}')
    await expect.poll(() => page.lines()).toEqual(['Coins bought: 100 coins | +100'])
    expect(pressed(page)).toEqual(['Top-ups'])
    expect(page.focused()).toBe(page.find("[part='filter'][aria-pressed='true']"))
    await page.choose('Bonuses')
    await expect.poll(() => page.lines()).toEqual(['Bonus received: 50 coins | +50'])
    await page.choose('Earnings')
    await expect.poll(() => page.lines()).toEqual(['Earned from a call with Meera Iyer, 12 min 5 sec: 65 coins | +65'])
    await page.choose('Refunds')
    await expect.poll(() => page.text('empty')).toBe('None of this kind.')
    expect(await accessibilityFaults()).toEqual([])
  })

  it('can look further back where a long history has shown none so far', async () => {
    const rare: WalletTransaction = {
      id: 'txn_rare',
      type: 'reversal',
      coins: -5,
      buckets: { purchased: -5 },
      reference: null,
      description: 'Wrong',
      createdAt: '2025-01-05T10:00:00Z',
    }
    const page = show({ transactions: [...transactions, rare], lookedAt: 5 })
    await page.choose('Refunds')
    await expect.poll(() => page.text('empty')).toBe('None of this kind so far back.')
    expect(page.text('more')).toBe('Look further back')
    await userEvent.click(part(page.element, 'more'))
    await expect.poll(() => page.lines()).toEqual(['Coins taken back: 5 coins | −5'])
    expect(page.text('more')).toBe('')
  })

  it('show what is known while the platform is asked, and say when it cannot be', async () => {
    let mood = () => Promise.resolve()
    const page = show({ beforeWallet: () => mood() })
    await expect.poll(() => page.lines().length).toBe(19)
    mood = never
    await page.choose('Calls')
    await expect.poll(() => page.all('.history .bone').length).toBe(3)
    expect(await accessibilityFaults()).toEqual([])
    await page.choose('All')
    await expect.poll(() => page.lines().length).toBe(19)
    mood = () => Promise.reject(problem('network_error'))
    await page.choose('Top-ups')
    await expect.poll(() => page.text('note')).toBe('These transactions could not be loaded.')
    mood = () => Promise.resolve()
    await userEvent.click(part(page.element, 'refresh'))
    await expect.poll(() => page.lines()).toHaveLength(1)
    expect(page.text('note')).toBe('')
  })
})

describe('the receipt of a transaction', () => {
  it('opens under its line, one at a time, by keyboard too, and keeps the focus', async () => {
    const page = show()
    await page.open(0)
    await expect.poll(() => page.receipt()).toMatchObject({ 'talk-time': '2 min 5 sec', 'was-held': '120', number: transactions[0]?.id })
    expect(page.receipt()['when']).toMatch(/5 Jan|Jan 5/)
    expect(page.receipt()['reference']).toMatch(/^call_/)
    expect(await accessibilityFaults()).toEqual([])
    const second = page.all("[part='row']")[1]
    second?.focus()
    await userEvent.keyboard('{Enter}')
    await expect.poll(() => page.receipt()['to']).toBe('65 earned')
    expect(page.all("[part='row'][aria-expanded='true']")).toEqual([second])
    expect(page.focused()).toBe(second)
    await userEvent.keyboard(' ')
    await expect.poll(() => page.receipt()).toEqual({})
    expect(page.focused()).toBe(second)
  })

  it('tells which coins paid, what is left of those given, and what took them back', async () => {
    const at = '2026-01-07T10:00:00Z'
    const related = { id: 'txn_9', type: 'reversal', coins: -40, description: 'Wrong', createdAt: at }
    const told: Readonly<Record<string, Partial<WalletReceipt>>> = {
      [transactions[0]?.id ?? '']: {
        used: [
          { bucket: 'bonus', coins: 20, grantedBy: 'txn_1', expiresAt: at },
          { bucket: 'bonus', coins: 5, grantedBy: 'txn_2', expiresAt: null },
          { bucket: 'purchased', coins: 5, grantedBy: 'txn_3', expiresAt: null },
        ],
        reversedBy: [{ ...related, type: 'call_refund', coins: 1 }],
      },
      [transactions[4]?.id ?? '']: {
        granted: [{ bucket: 'bonus', coins: 50, leftCoins: 10, expiresAt: '2026-02-01T00:00:00Z' }],
        reversedBy: [related],
      },
      [transactions[5]?.id ?? '']: { reverses: { ...related, description: 'A gift' } },
    }
    const page = show({ walletReceipt: (id) => Promise.resolve(told[id] ?? {}) })
    await page.open(0)
    await expect.poll(() => page.receipt()).toMatchObject({ from: '25 bonus, 5 bought', reversal: '1 coin given back' })
    await page.open(3)
    await expect.poll(() => page.receipt()).toMatchObject({ to: '50 bonus', reversal: '40 coins taken back', 'note-line': 'Welcome bonus' })
    expect(page.receipt()['left']).toMatch(/^10, expiring on .*2026$/)
    await page.open(4)
    await expect.poll(() => page.receipt()).toMatchObject({ from: '20 bought', 'note-line': 'Gift' })
    expect(page.receipt()['reverses']).toMatch(/^A gift · /)
    expect(await accessibilityFaults()).toEqual([])
  })

  it('is bones first, says when it could not be loaded, and tries again with the focus on its line', async () => {
    let mood: 'slow' | 'ill' | 'well' = 'slow'
    const moods = { slow: never, ill: () => Promise.reject(problem('unavailable')), well: () => Promise.resolve({}) }
    const page = show({ walletReceipt: () => moods[mood]() })
    await page.open(0)
    await expect.poll(() => page.find('.receipt-bone')).toBeTruthy()
    expect(await accessibilityFaults()).toEqual([])
    mood = 'ill'
    await page.open(1)
    await expect.poll(() => page.text('receipt-fault')).toBe('The receipt could not be loaded.')
    expect(await accessibilityFaults()).toEqual([])
    mood = 'well'
    await userEvent.click(part(page.element, 'retry'))
    await expect.poll(() => page.receipt()['to']).toBe('65 earned')
    expect(page.focused()).toBe(page.all("[part='row']")[1])
  })

  it('stays open while the wallet changes', async () => {
    const page = show()
    await page.open(0)
    await expect.poll(() => page.receipt()['number']).toBeTruthy()
    page.client.emit('wallet.updated', { userId: asha, balance: 7, buckets: { ...wallet.buckets, purchased: 7 }, withdrawable: 65 })
    await expect.poll(() => page.text('balance')).toBe('1,245')
    expect(page.receipt()['number']).toBe(transactions[0]?.id)
  })
})
