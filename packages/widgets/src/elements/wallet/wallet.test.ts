import { html } from 'lit'
import { describe, expect, it } from 'vitest'
import { userEvent } from 'vitest/browser'
import { accessibilityFaults } from '../../testing/axe.ts'
import { mount, part, words } from '../../testing/mount.ts'
import { asha, wallet } from '../../testing/samples.ts'
import { never, problem, type Script } from '../../testing/scripted-client.ts'
import './wallet.define.ts'

const show = (script: Script = {}, language = 'en') => {
  const page = mount(html`<ihc-wallet></ihc-wallet>`, script, language)
  const element = page.main.querySelector('ihc-wallet')
  const text = (name: string) => words(element?.shadowRoot?.querySelector(`[part~='${name}']`))
  const rows = () => [...(element?.shadowRoot?.querySelectorAll('li') ?? [])].map(words)
  return { ...page, element, text, rows, card: () => words(part(element, 'card')) }
}

describe('ihc-wallet', () => {
  it('is a skeleton first', async () => {
    const page = show({ beforeWallet: never })
    await expect.poll(() => page.element?.shadowRoot?.querySelectorAll('.bone').length).toBe(7)
    expect(part(page.element, 'card').ariaBusy).toBe('true')
    expect(await accessibilityFaults()).toEqual([])
  })

  it('shows the balance, its kinds and the latest transactions in plain words', async () => {
    const page = show()
    await expect.poll(() => page.text('balance')).toBe('1,245')
    expect(page.text('withdrawable')).toBe('65 coins can be withdrawn')
    expect(page.text('held')).toBe('')
    expect(page.rows()).toHaveLength(10)
    expect(page.rows()[0]).toMatch(/^Call settled, rest returned .* · Call with Ravi Kumar \+90$/)
    expect(page.rows()[1]).toMatch(/^Held for a call with Ravi Kumar [^·]* −120$/)
    expect(page.rows()[2]).toMatch(/^Earned from a call .* \+65$/)
    expect(await accessibilityFaults()).toEqual([])
  })

  it('pages to the end, each row once, with the focus kept', async () => {
    const page = show()
    await expect.poll(() => page.rows().length).toBe(10)
    part(page.element, 'more').focus()
    await userEvent.keyboard('{Enter}')
    await expect.poll(() => page.rows().length).toBe(20)
    expect(page.element?.shadowRoot?.activeElement).toBe(part(page.element, 'more'))
    await userEvent.keyboard('{Enter}')
    await expect.poll(() => page.rows().length).toBe(25)
    expect(new Set(page.rows()).size).toBe(25)
    expect(page.text('more')).toBe('')
    expect(await accessibilityFaults()).toEqual([])
  })

  it('keeps the rows paged in when the wallet changes', async () => {
    const page = show()
    await expect.poll(() => page.rows().length).toBe(10)
    await userEvent.click(part(page.element, 'more'))
    await expect.poll(() => page.rows().length).toBe(20)
    page.client.emit('wallet.updated', { userId: asha, balance: 1_125, buckets: { ...wallet.buckets, held: 120 }, withdrawable: 65 })
    await expect.poll(() => page.text('balance')).toBe('1,125')
    expect(page.rows()).toHaveLength(20)
  })

  it('follows live what the platform tells', async () => {
    let open = true
    const page = show({ beforeWallet: () => (open ? Promise.resolve() : never()) })
    await expect.poll(() => page.text('balance')).toBe('1,245')
    open = false
    page.client.emit('wallet.updated', { userId: asha, balance: 1_125, buckets: { ...wallet.buckets, held: 120 }, withdrawable: 65 })
    await expect.poll(() => page.text('balance')).toBe('1,125')
    expect(page.text('held')).toBe('120 coins are held for a call')
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

  it('keeps the last known state without a connection, and reads anew once it is back', async () => {
    let reads = 0
    const page = show({ beforeWallet: () => (reads++, Promise.resolve()) })
    await expect.poll(() => page.text('balance')).toBe('1,245')
    page.client.connection('offline')
    await expect.poll(() => page.text('note')).toBe('No connection. You see the last known state.')
    expect(page.text('balance')).toBe('1,245')
    expect(page.rows()).toHaveLength(10)
    expect(await accessibilityFaults()).toEqual([])
    const before = reads
    page.client.open()
    await expect.poll(() => page.text('note')).toBe('')
    expect(reads).toBeGreaterThan(before)
  })

  it('says when there are no transactions', async () => {
    const page = show({ transactions: [] })
    await expect.poll(() => page.text('empty')).toBe('No transactions yet.')
    expect(await accessibilityFaults()).toEqual([])
  })

  it('speaks Hindi', async () => {
    const page = show({}, 'hi')
    await expect.poll(() => page.text('withdrawable')).toBe('65 कॉइन निकाले जा सकते हैं')
  })
})
