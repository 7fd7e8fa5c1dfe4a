import { html } from 'lit'
import { beforeEach, describe, expect, it } from 'vitest'
import { userEvent } from 'vitest/browser'
import { accessibilityFaults } from '../../testing/axe.ts'
import { part, words } from '../../testing/mount.ts'
import { app, asha, packs, wallet } from '../../testing/samples.ts'
import { never, problem } from '../../testing/scripted-client.ts'
import { openTopup, proof } from '../../testing/scripted-topups.ts'
import { show } from '../../testing/show-topup.ts'

beforeEach(() => sessionStorage.clear())

describe('ihc-topup', () => {
  it('is a skeleton first', async () => {
    const page = show({ app: never })
    await expect.poll(() => page.element?.shadowRoot?.querySelectorAll('.bone').length).toBe(3)
    expect(part(page.element, 'card').ariaBusy).toBe('true')
    expect(page.find('.actions')?.hidden).toBe(true)
    expect(await accessibilityFaults()).toEqual([])
  })

  it('shows what coins cost, as the language writes it, and that no real money is asked for in test mode', async () => {
    const page = show()
    await expect
      .poll(() => page.rows())
      .toEqual(['100 coins ₹99', '500 coins +50 bonus Most bought ₹449', '1,000 coins +150 bonus ₹799.50'])
    expect(page.text('pay')).toBe('Pay ₹99')
    expect(page.text('test')).toBe('Test mode: no real money.')
    expect(await accessibilityFaults()).toEqual([])
    const yen = show({ app: { packs: packs.map((pack) => ({ ...pack, currency: 'JPY' })), mode: 'live' } })
    await expect.poll(() => yen.text('pay')).toBe('Pay ¥9,900')
    expect(yen.text('test')).toBe('')
  })

  it('lets arrow keys choose a pack, and Tab and Enter pay for it', async () => {
    const asked: string[] = []
    const page = show({ createTopup: (packId) => (asked.push(packId), never()) })
    await expect.poll(() => page.rows().length).toBe(3)
    page.element?.focus()
    await userEvent.keyboard('{ArrowDown}{ArrowDown}')
    await expect.poll(() => page.text('pay')).toBe('Pay ₹799.50')
    await userEvent.keyboard('{Tab}{Enter}')
    await expect.poll(() => asked).toEqual(['large'])
    expect(page.text('sentence')).toBe('One moment…')
    expect(part(page.element, 'pay').ariaDisabled).toBe('true')
    expect(page.element?.shadowRoot?.activeElement).toBe(part(page.element, 'pay'))
    expect(await accessibilityFaults()).toEqual([])
  })

  it('says that nothing is sold', async () => {
    const page = show({ app: { payments: null } })
    await expect.poll(() => page.text('empty')).toBe('Coins cannot be bought here right now.')
    expect(page.find('.actions')?.hidden).toBe(true)
    const none = show({ app: { packs: [] } })
    await expect.poll(() => none.text('empty')).toBe('Coins cannot be bought here right now.')
    expect(await accessibilityFaults()).toEqual([])
  })

  it('says that the packs could not be loaded, and tries again when asked', async () => {
    let fails = true
    const page = show({ app: () => (fails ? Promise.reject(problem('unavailable', 503)) : Promise.resolve(app)) })
    await expect.poll(() => page.text('note'), { timeout: 15_000 }).toBe('The packs could not be loaded.')
    expect(await accessibilityFaults()).toEqual([])
    fails = false
    expect(page.text('pay')).toBe('Try again')
    await userEvent.click(part(page.element, 'pay'))
    await expect.poll(() => page.rows().length).toBe(3)
    expect(page.text('note')).toBe('')
  })

  it('keeps the last known packs without a connection', async () => {
    const page = show()
    await expect.poll(() => page.rows().length).toBe(3)
    page.client.connection('offline')
    await expect.poll(() => page.text('note')).toBe('No connection. You see the last known packs.')
    expect(page.rows()).toHaveLength(3)
    expect(await accessibilityFaults()).toEqual([])
  })

  it('says why it is there to somebody whose call could not be paid for', async () => {
    const page = show({ create: () => Promise.reject(problem('insufficient_balance', 402)) })
    await expect.poll(() => page.rows().length).toBe(3)
    page.element?.dispatchEvent(new CustomEvent('ihc-call-request', { detail: { calleeId: 'ravi' }, bubbles: true, composed: true }))
    await expect.poll(() => page.text('note')).toBe('Not enough coins for that call. Choose a pack.')
    const { options } = await page.pay()
    options.handler(proof)
    await expect.poll(() => page.text('pay')).toBe('Buy more')
    await userEvent.click(part(page.element, 'pay'))
    await expect.poll(() => page.rows().length).toBe(3)
    expect(page.text('note')).toBe('')
  })

  it('leaves the way to pay to a page that wants to go its own', async () => {
    const asked: unknown[] = []
    const page = show({ createTopup: (packId) => (asked.push(packId), never()) })
    page.main.addEventListener('ihc-topup-request', (event) => event.preventDefault())
    await expect.poll(() => page.rows().length).toBe(3)
    await userEvent.click(part(page.element, 'pay'))
    expect(page.text('sentence')).toBe('')
    expect(asked).toEqual([])
  })

  it('speaks Hindi', async () => {
    const page = show({}, 'hi')
    await expect.poll(() => page.text('pay')).toBe('₹99 चुकाएँ')
    expect(page.rows()[1]).toBe('500 कॉइन +50 बोनस Most bought ₹449')
  })

  it('offers the way to the browser inside apps that may not open UPI apps', async () => {
    const agent = navigator.userAgent
    const inApp = 'Mozilla/5.0 (Linux; Android 14; Pixel 8; wv) AppleWebKit/537.36 Version/4.0 Chrome/126.0 Mobile Safari/537.36'
    Object.defineProperty(navigator, 'userAgent', { value: inApp, configurable: true })
    try {
      const page = show({}, 'en', html`<ihc-topup browser-url="https://app.example/coins?a=1#b"></ihc-topup>`)
      await expect.poll(() => words(page.find("[part='browser']"))).toBe('Open in your browser')
      expect(page.find("[part='browser']")?.getAttribute('href')).toBe(
        'intent://app.example/coins?a=1#Intent;scheme=https;action=android.intent.action.VIEW;end',
      )
      const asked: unknown[] = []
      page.main.addEventListener('ihc-topup-browser-request', (event) => (event.preventDefault(), asked.push(event.detail)))
      await userEvent.click(part(page.element, 'browser'))
      expect(asked).toEqual([{ url: 'https://app.example/coins?a=1#b' }])
      expect(await accessibilityFaults()).toEqual([])
      const { options } = await page.pay()
      expect(options['webview_intent']).toBe(true)
      const able = show({}, 'en', html`<ihc-topup opens-upi></ihc-topup>`)
      await expect.poll(() => able.rows().length).toBe(3)
      expect(able.text('browser')).toBe('')
    } finally {
      Object.defineProperty(navigator, 'userAgent', { value: agent, configurable: true })
    }
  })

  it('follows a wallet that changes after the payment', async () => {
    const page = show({ confirmTopup: () => Promise.resolve(openTopup({ status: 'paid', checkout: null })) })
    const { options } = await page.pay()
    options.handler({ razorpay_payment_id: 'pay_1', razorpay_order_id: 'order_1', razorpay_signature: 'ab' })
    await expect.poll(() => page.text('more')).toBe('Balance: 1,245 coins')
    page.client.emit('wallet.updated', { userId: asha, balance: 1_795, buckets: wallet.buckets, withdrawable: 65 })
    await expect.poll(() => page.text('more')).toBe('Balance: 1,795 coins')
  })
})
