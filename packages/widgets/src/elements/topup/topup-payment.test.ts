import { beforeEach, describe, expect, it } from 'vitest'
import { userEvent } from 'vitest/browser'
import type { Topup } from '@impacthub/sdk'
import { accessibilityFaults } from '../../testing/axe.ts'
import { part } from '../../testing/mount.ts'
import { app } from '../../testing/samples.ts'
import { never, problem, type Script } from '../../testing/scripted-client.ts'
import { loadScript } from '../../session/checkout-script.ts'
import { checkoutScript, openTopup, proof } from '../../testing/scripted-topups.ts'
import { show } from '../../testing/show-topup.ts'

beforeEach(() => sessionStorage.clear())

const sent = { paymentId: proof.razorpay_payment_id, orderId: proof.razorpay_order_id, signature: proof.razorpay_signature }

/** A platform with one top-up, which remembers what it was asked. */
function platform() {
  const asked: string[] = []
  let topup: Topup = openTopup()
  const script: Script = {
    createTopup: (packId, options) => {
      asked.push(`create ${packId} ${typeof options?.idempotencyKey === 'string'}`)
      topup = openTopup({ packId })
      return Promise.resolve(topup)
    },
    getTopup: () => (asked.push('get'), Promise.resolve(topup)),
    confirmTopup: (wish) => {
      asked.push('confirm')
      expect(wish).toEqual({ topupId: topup.id, ...sent })
      topup = { ...topup, status: 'paid', checkout: null }
      return Promise.resolve(topup)
    },
    app: { packs: app.packs.map((pack) => ({ ...pack, coins: 500, bonusCoins: 50, amount: 44_900 })) },
  }
  return { asked, script, become: (rest: Partial<Topup>) => (topup = { ...topup, ...rest }), topup: () => topup }
}

describe('a payment', () => {
  it('opens the checkout of its order, hands in what that gives, and tells the coins that came of it', async () => {
    const { script, asked } = platform()
    const page = show(script)
    if (page.element) page.element.prefill = { contact: '+919800010000' }
    const { options } = await page.pay()
    expect(page.text('sentence')).toBe('Finish the payment in the window that has opened.')
    const { handler, modal, ...told } = options
    expect([typeof handler, typeof modal.ondismiss]).toEqual(['function', 'function'])
    expect(told).toEqual({
      key: 'rzp_test_1234567890abcd',
      order_id: 'order_Ab12Cd34Ef56Gh',
      name: 'Talk Now',
      description: '550 coins',
      amount: 44_900,
      currency: 'INR',
      prefill: { name: 'Asha Menon', contact: '+919800010000' },
      theme: { color: '#0b6b57' },
    })
    expect(await accessibilityFaults()).toEqual([])
    part(page.element, 'pay').blur() // the provider's window takes the focus
    handler(proof)
    await expect.poll(() => page.text('sentence')).toBe('Paid. 550 coins added.')
    await expect.poll(() => page.text('more')).toBe('Balance: 1,245 coins')
    expect(page.element?.shadowRoot?.activeElement).toBe(part(page.element, 'pay'))
    expect(asked).toEqual(['create small true', 'confirm'])
    expect(page.events).toEqual([['ihc-topup-paid', openTopup().id]])
    expect(sessionStorage.length).toBe(0)
    expect(await accessibilityFaults()).toEqual([])
    await userEvent.click(part(page.element, 'pay'))
    await expect.poll(() => page.rows().length).toBe(3)
    expect(page.text('sentence')).toBe('')
  })

  it('is one, however often somebody presses', async () => {
    const { script, asked } = platform()
    const page = show(script)
    await expect.poll(() => page.rows().length).toBe(3)
    const windows = globalThis.fakeCheckouts?.length ?? 0
    const button = part(page.element, 'pay')
    await userEvent.dblClick(button)
    button.click()
    await expect.poll(() => page.text('sentence')).toMatch(/^Finish/)
    expect(asked).toEqual(['create small true'])
    expect(globalThis.fakeCheckouts).toHaveLength(windows + 1)
  })

  it('that failed says why, and is tried again as the same top-up', async () => {
    const { script, asked, become } = platform()
    const page = show(script)
    const first = await page.pay()
    become({ status: 'failed', failure: 'declined' })
    first.options.modal.ondismiss()
    await expect.poll(() => page.text('sentence')).toBe('Your bank declined the payment.')
    expect(page.text('more')).toMatch(/^Money that your bank took/)
    expect(page.text('deal')).toBe('550 coins for ₹449')
    expect(page.text('pay')).toBe('Try again')
    expect(await accessibilityFaults()).toEqual([])
    const second = await page.pay()
    expect(second.options['order_id']).toBe(first.options['order_id'])
    second.options.handler(proof)
    await expect.poll(() => page.text('sentence')).toMatch(/^Paid/)
    expect(asked).toEqual(['create small true', 'get', 'get', 'confirm'])
    expect(page.events.map((event) => JSON.stringify(event))).toEqual([
      '["ihc-topup-failed","declined"]',
      JSON.stringify(['ihc-topup-paid', openTopup().id]),
    ])
  })

  it('that failed is told once, and with its reason as soon as the platform knows it', async () => {
    const { script } = platform()
    const page = show(script)
    const { options, listeners } = await page.pay()
    listeners['payment.failed']?.()
    options.modal.ondismiss()
    await expect.poll(() => page.text('sentence')).toBe('The payment failed.')
    page.client.emit('topup.updated', { ...openTopup({ packId: 'small' }), status: 'failed', failure: 'timed_out' })
    await expect.poll(() => page.text('sentence')).toBe('The payment took too long.')
    expect(page.events).toEqual([['ihc-topup-failed', 'other']])
  })

  it('that was closed says so and no more than is known, and leaves the choice open', async () => {
    const { script, asked } = platform()
    const page = show(script)
    const { options } = await page.pay()
    options.modal.ondismiss()
    await expect.poll(() => page.text('sentence')).toBe('The payment was closed.')
    expect(page.text('more')).toBe('Money that your bank took is counted here, or comes back by itself.')
    expect(page.events).toEqual([['ihc-topup-dismissed', openTopup().id]])
    await userEvent.click(page.element?.shadowRoot?.querySelectorAll('input')[2] ?? document.body)
    await expect.poll(() => page.text('sentence')).toBe('')
    await page.pay()
    expect(asked).toEqual(['create small true', 'get', 'create large true'])
  })

  it('that came all the same after the window was closed is told as paid', async () => {
    const { script, become, topup } = platform()
    const page = show(script)
    const { options } = await page.pay()
    options.modal.ondismiss()
    await expect.poll(() => page.text('sentence')).toMatch(/closed/)
    become({ status: 'paid', checkout: null })
    await expect.poll(() => page.text('sentence'), { timeout: 15_000 }).toBe('Paid. 550 coins added.') // no event came
    expect(page.events.at(-1)).toEqual(['ihc-topup-paid', topup().id])
  })

  it('waits for the bank, and moves on when an event tells', async () => {
    const { script, become } = platform()
    const pending = () => Promise.resolve(become({ status: 'pending', checkout: null }))
    const page = show({ ...script, confirmTopup: pending })
    const { options } = await page.pay()
    options.handler(proof)
    await expect.poll(() => page.text('sentence')).toBe('Waiting for your bank.')
    expect(page.text('more')).toMatch(/^You may leave this page/)
    expect(page.text('pay')).toBe('Check now')
    expect(page.events).toEqual([['ihc-topup-pending', openTopup().id]])
    expect(await accessibilityFaults()).toEqual([])
    page.client.emit('topup.updated', { ...openTopup(), id: 'top_of_another_tab', status: 'paid' })
    expect(page.text('sentence')).toBe('Waiting for your bank.')
    page.client.emit('topup.updated', { ...openTopup({ packId: 'small' }), status: 'paid' })
    await expect.poll(() => page.text('sentence')).toBe('Paid. 550 coins added.')
  })

  it('asks at a press how a payment stands, and hands in again what did not get through', async () => {
    const { script, asked } = platform()
    let open = false
    const confirmTopup: Script['confirmTopup'] = (wish) =>
      open ? (script.confirmTopup?.(wish) ?? never()) : Promise.reject(problem('network_error'))
    const page = show({ ...script, confirmTopup })
    const { options } = await page.pay()
    options.handler(proof)
    await expect.poll(() => page.text('sentence')).toBe('Waiting for your bank.')
    open = true
    await userEvent.click(part(page.element, 'pay'))
    await expect.poll(() => page.text('sentence')).toMatch(/^Paid/)
    expect(asked).toEqual(['create small true', 'confirm'])
  })

  it('is told as paid as soon as the platform knows, while the window is still open', async () => {
    const { script } = platform()
    const page = show(script)
    const { options } = await page.pay()
    page.client.emit('topup.updated', { ...openTopup({ packId: 'small' }), status: 'paid' })
    await expect.poll(() => page.text('sentence')).toMatch(/^Paid/)
    options.handler(proof)
    expect(page.text('sentence')).toMatch(/^Paid/)
    expect(page.events).toHaveLength(1)
  })

  it('opens no window for a top-up that was paid in another tab meanwhile', async () => {
    const page = show({ createTopup: () => Promise.resolve(openTopup({ packId: 'medium' }, `${checkoutScript}?late`)) })
    await expect.poll(() => page.rows().length).toBe(3)
    await userEvent.click(page.element?.shadowRoot?.querySelectorAll('input')[1] ?? document.body)
    const paid = { ...openTopup({ packId: 'medium' }), status: 'paid' } as const
    const loading = new MutationObserver(() => page.client.emit('topup.updated', paid))
    loading.observe(document.head, { childList: true })
    const windows = globalThis.fakeCheckouts?.length ?? 0
    await userEvent.click(part(page.element, 'pay'))
    await expect.poll(() => page.text('sentence')).toBe('Paid. 550 coins added.')
    await expect.poll(() => [...document.scripts].some(({ src }) => src.endsWith('?late'))).toBe(true)
    loading.disconnect()
    await loadScript(`${checkoutScript}?late`)
    await expect.poll(() => page.text('more')).toMatch(/^Balance/)
    expect(globalThis.fakeCheckouts?.length ?? 0).toBe(windows)
    expect(page.events).toHaveLength(1)
  })

  it('shows a price that has changed before it is paid', async () => {
    const { script, asked } = platform()
    const page = show({
      ...script,
      createTopup: (packId) => (asked.push('create'), Promise.resolve(openTopup({ packId, amount: 49_900 }))),
    })
    await expect.poll(() => page.rows().length).toBe(3)
    await userEvent.click(part(page.element, 'pay'))
    await expect.poll(() => page.text('sentence')).toBe('The price has changed. Look again, then pay.')
    expect(page.text('deal')).toBe('550 coins for ₹499')
    expect(page.text('pay')).toBe('Pay ₹499')
    expect(page.events).toEqual([])
  })

  it('never asks for money twice: what is paid or on its way is shown, not paid again', async () => {
    const { script, become } = platform()
    const page = show(script)
    const { options } = await page.pay()
    options.modal.ondismiss()
    await expect.poll(() => page.text('pay')).toBe('Try again')
    become({ status: 'pending', checkout: null })
    const windows = globalThis.fakeCheckouts?.length
    await userEvent.click(part(page.element, 'pay'))
    await expect.poll(() => page.text('sentence')).toBe('Waiting for your bank.')
    expect(globalThis.fakeCheckouts).toHaveLength(windows ?? 0)
  })

  it.each([
    ['rate_limited', 429, 'Too many tries. Wait a little.'],
    ['provider_unavailable', 503, 'Payments do not work right now. Nothing was paid. Try again soon.'],
    ['ledger_frozen', 503, 'Payments do not work right now. Nothing was paid. Try again soon.'],
    ['network_error', undefined, 'No connection. Nothing was paid.'],
  ])('that cannot begin (%s) says so, and asks with the same key unless it was refused', async (code, status, sentence) => {
    const keys: unknown[] = []
    const page = show({ createTopup: (_, options) => (keys.push(options?.idempotencyKey), Promise.reject(problem(code, status))) })
    await expect.poll(() => page.rows().length).toBe(3)
    await userEvent.click(part(page.element, 'pay'))
    await expect.poll(() => page.text('sentence')).toBe(sentence)
    expect(page.events).toEqual([['ihc-topup-failed', code === 'network_error' ? 'lost' : 'refused']])
    await userEvent.click(part(page.element, 'pay'))
    await expect.poll(() => keys.length).toBe(2)
    expect(keys[0]).toBe(keys[1])
  })
})

describe('after a reload', () => {
  it('shows the top-up that was being paid, and goes on with the same order', async () => {
    const { script, asked, become } = platform()
    const before = show(script)
    const { options } = await before.pay()
    become({ packId: 'medium' })
    const page = show(script)
    page.client.open()
    await expect.poll(() => page.text('sentence')).toBe('You began to buy these coins. The payment is open.')
    expect(page.text('pay')).toBe('Pay ₹449')
    expect(page.events).toEqual([['ihc-topup-found', openTopup().id]])
    const again = await page.pay()
    expect(again.options['order_id']).toBe(options['order_id'])
    expect(asked.filter((what) => what.startsWith('create'))).toHaveLength(1)
  })

  it('tells what was paid meanwhile', async () => {
    const { script, become } = platform()
    await show(script).pay()
    become({ status: 'paid', checkout: null })
    const page = show(script)
    await expect.poll(() => page.text('sentence')).toBe('Paid. 550 coins added.')
    const next = show(script)
    await expect.poll(() => next.rows().length).toBe(3)
    expect(next.text('sentence')).toBe('')
  })

  it('hands in a payment that the platform had not heard of', async () => {
    const { script, asked } = platform()
    const lost = show({ ...script, confirmTopup: () => Promise.reject(problem('network_error')) })
    const { options } = await lost.pay()
    options.handler(proof)
    await expect.poll(() => lost.text('sentence')).toBe('Waiting for your bank.')
    const page = show(script)
    await expect.poll(() => page.text('sentence')).toMatch(/^Paid/)
    expect(asked).toContain('confirm')
  })

  it('asks with the same key again where the answer was lost, and gives one user nothing of another', async () => {
    const keys: unknown[] = []
    const createTopup: Script['createTopup'] = (_, options) => (keys.push(options?.idempotencyKey), never())
    for (const me of ['asha', 'asha', 'meera']) {
      const page = show({ createTopup, me })
      page.client.open()
      await expect.poll(() => page.rows().length).toBe(3)
      await userEvent.click(part(page.element, 'pay'))
      await expect.poll(() => keys.length).toBeGreaterThan(0)
      await expect.poll(() => page.text('sentence')).toBe('One moment…')
      await expect.poll(() => sessionStorage.getItem(`ihc-topup:${me}`)).not.toBeNull()
    }
    await expect.poll(() => keys.length).toBe(3)
    expect(keys[1]).toBe(keys[0])
    expect(keys[2]).not.toBe(keys[0])
  })

  it('takes nothing from a storage that holds something else', async () => {
    for (const kept of ['no JSON', '7', '{"key":1,"packId":"small"}', '{"key":"k","packId":"small","topupId":{}}'])
      for (const me of ['asha']) {
        sessionStorage.setItem(`ihc-topup:${me}`, kept)
        const page = show()
        page.client.open()
        await expect.poll(() => page.rows().length).toBe(3)
        expect(page.text('sentence')).toBe('')
      }
  })
})
