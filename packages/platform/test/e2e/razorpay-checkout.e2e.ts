import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import type { Browser, Frame, Page } from 'playwright'
import { validatePaymentVerification } from 'razorpay/dist/utils/razorpay-utils.js'
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import * as z from 'zod'
import { startRazorpaySandbox, type RazorpaySandbox } from '../../sandbox/razorpay/server.ts'
import { leaving, openBrowser, openPage, picture, type View } from './browser.ts'
import { startShop, type Shop } from './shop.ts'

/** The payment page of the Razorpay sandbox, opened by its checkout.js from a shop that has a strict content security policy. */

const phone = { width: 360, height: 800 }
const desk = { width: 1280, height: 800 }
const wait = { timeout: 30_000, interval: 50 }

let browser: Browser
let sandbox: RazorpaySandbox
let shop: Shop
const open: Page[] = []

beforeAll(async () => {
  sandbox = await startRazorpaySandbox()
  shop = await startShop(sandbox.url)
  browser = await openBrowser()
})
afterEach(async () => {
  for (const page of open.splice(0)) await page.context().close()
})
afterAll(async () => {
  await browser.close()
  await sandbox.close()
  shop.close()
})

let receipts = 0
async function makeOrder(amount = 9_900): Promise<string> {
  const response = await fetch(`${sandbox.url}/v1/orders`, {
    method: 'POST',
    headers: { authorization: `Basic ${btoa(`${sandbox.keyId}:${sandbox.keySecret}`)}`, 'content-type': 'application/json' },
    body: JSON.stringify({ amount, currency: 'INR', receipt: `r${(receipts += 1)}` }),
  })
  return z.object({ id: z.string() }).parse(await response.json()).id
}

type Heard = readonly [what: string, data: unknown]
const heardOn = (page: Page): Promise<Heard[]> => page.evaluate('window.heard')

/** Opens the payment page as a shop does, and writes down what the shop is told. */
async function checkout(more: Record<string, unknown> = {}, view: View = phone) {
  const { page, complaints } = await openPage(browser, shop.url, view)
  open.push(page)
  const orderId = await makeOrder()
  const options = {
    key: sandbox.keyId,
    order_id: orderId,
    amount: 9_900,
    currency: 'INR',
    name: 'Talk Now',
    description: '100 coins',
    ...more,
  }
  await page.evaluate(`
    window.heard = []
    const tell = (what) => (data) => window.heard.push([what, data ?? null])
    const options = ${JSON.stringify(options)}
    window.checkout = new Razorpay({ ...options, handler: tell('paid'), modal: { ...options.modal, ondismiss: tell('dismissed') } })
    window.checkout.on('payment.failed', tell('failed'))
    document.querySelector('#buy').addEventListener('click', () => window.checkout.open())`)
  await page.locator('#buy').click()
  const inside = page.frameLocator('dialog iframe')
  await inside.locator('#loading').waitFor({ state: 'hidden' })
  const button = (name: string) => inside.getByRole('button', { name, exact: true })
  return {
    page,
    complaints,
    orderId,
    inside,
    pay: () => inside.locator('#pay').click(),
    press: (name: string) => button(name).click(),
    sees: (text: string) => inside.getByText(text).filter({ visible: true }).first().waitFor(),
    frame: (): Frame => page.frames().find((frame) => frame.url().startsWith(sandbox.url))!,
    closed: () => page.locator('dialog').waitFor({ state: 'detached' }),
    leaveBy: (act: Promise<unknown>) => leaving(page.locator('dialog'), act),
    heard: () => heardOn(page),
    payments: () => sandbox.control.payments(orderId).map(({ status }) => status),
  }
}

it('takes a payment and gives the shop its proof, once; the page is as it was before', async () => {
  const { page, complaints, orderId, pay, press, closed, heard, payments } = await checkout()
  await pay()
  await press('Approve')
  await closed()
  const [[what, data] = [], ...rest] = await heard()
  expect([what, rest]).toEqual(['paid', []])
  expect(data).toEqual({
    razorpay_payment_id: expect.stringMatching(/^pay_\w{14}$/),
    razorpay_order_id: orderId,
    razorpay_signature: expect.stringMatching(/^[0-9a-f]{64}$/),
  })
  const proof = z.object({ razorpay_payment_id: z.string(), razorpay_signature: z.string() }).parse(data)
  const payment = { order_id: orderId, payment_id: proof.razorpay_payment_id }
  expect(validatePaymentVerification(payment, proof.razorpay_signature, sandbox.keySecret)).toBe(true)
  expect(payments()).toEqual(['captured'])
  expect(await page.evaluate('[document.activeElement.id, document.documentElement.style.overflow]')).toEqual(['buy', ''])
  expect(complaints).toEqual([])
})

it('tells of a failure and lets the payer try again, by another method', async () => {
  const { orderId, inside, pay, press, sees, closed, heard, payments } = await checkout()
  await pay()
  await press('Decline')
  await sees('The payment failed')
  expect(await heard()).toEqual([
    [
      'failed',
      {
        error: {
          code: 'BAD_REQUEST_ERROR',
          description: expect.stringContaining('declined'),
          source: 'bank',
          step: 'payment_authorization',
          reason: 'payment_failed',
          metadata: { payment_id: expect.stringMatching(/^pay_/), order_id: orderId },
        },
      },
    ],
  ])
  await press('Try again')
  await inside.getByRole('radio', { name: 'Card' }).check()
  await inside.getByRole('radio', { name: /RuPay/ }).check()
  await pay()
  await press('Approve')
  await closed()
  expect((await heard()).map(([what]) => what)).toEqual(['failed', 'paid'])
  expect(payments()).toEqual(['failed', 'captured'])
  expect(sandbox.control.payments(orderId)[1]?.means).toMatchObject({ method: 'card', network: 'RuPay', last4: '0008' })
})

it('opens anew after it was left', async () => {
  const { page, inside, pay, press, closed, leaveBy, heard, payments } = await checkout()
  await leaveBy(press('Cancel the payment'))
  await page.locator('#buy').dblclick()
  await inside.locator('#pay').waitFor()
  expect(await page.locator('dialog').count()).toBe(1)
  await pay()
  await press('Approve')
  await closed()
  expect((await heard()).map(([what]) => what)).toEqual(['dismissed', 'paid'])
  expect(payments()).toEqual(['captured'])
})

it('can be closed though it has not come', async () => {
  const { page } = await openPage(browser, shop.url, phone)
  open.push(page)
  await page.route('**/v1/checkout/public', (route) => route.abort())
  await page.evaluate(`
    window.heard = []
    new Razorpay({ key: 'rzp_test_x', order_id: 'order_x', modal: { ondismiss: (why) => window.heard.push(['dismissed', why]) } }).open()`)
  await page.locator('dialog').focus()
  await leaving(page.locator('dialog'), page.keyboard.press('Escape'))
  expect(await heardOn(page)).toEqual([['dismissed', 'unavailable']])
})

it('offers no further try where the shop allows none', async () => {
  const { inside, pay, press, sees, leaveBy, heard } = await checkout({ retry: { enabled: false } })
  await pay()
  await press('Decline')
  await sees('The payment failed')
  expect(await inside.locator('#retry').isVisible()).toBe(false)
  await leaveBy(press('Close'))
  expect((await heard()).map(([what]) => what)).toEqual(['failed', 'dismissed'])
})

it.each([
  ['by its button', {}, (page: Page) => page.frameLocator('dialog iframe').getByRole('button', { name: 'Cancel the payment' }).click()],
  ['by Escape', {}, (page: Page) => page.keyboard.press('Escape')],
  ['by a press beside it, where the shop allows it', { modal: { backdropclose: true } }, (page: Page) => page.mouse.click(640, 20)],
  ['by the shop', {}, (page: Page) => page.evaluate('window.checkout.close()')],
])('is left %s: the shop is told once, and nothing is paid', async (_how, more, leave) => {
  const { page, leaveBy, heard, payments } = await checkout(more, desk)
  await leaveBy(leave(page))
  expect((await heard()).map(([what]) => what)).toEqual(['dismissed'])
  expect(payments()).toEqual([])
})

it('stays where neither Escape nor the backdrop is to close it, and asks before leaving where the shop wishes it', async () => {
  const { page, press, sees, leaveBy, heard } = await checkout({ modal: { escape: false, confirm_close: true } }, desk)
  await page.keyboard.press('Escape')
  await page.mouse.click(640, 20)
  // A browser lets a page hold back one Escape at most until somebody uses it again, and closes a dialog at the next.
  await page.locator('dialog').focus()
  for (let n = 0; n < 3; n++) await page.keyboard.press('Escape')
  await press('Cancel the payment')
  await sees('Leave without paying?')
  await press('Go on paying')
  await sees('How would you like to pay?')
  expect(await heard()).toEqual([])
  await press('Cancel the payment')
  await leaveBy(press('Leave'))
  expect(await heard()).toEqual([['dismissed', null]])
})

it('closes when the shop’s time is over', async () => {
  const { closed, heard, payments } = await checkout({ timeout: 2 })
  await closed()
  expect(await heard()).toEqual([['dismissed', 'timeout']])
  expect(payments()).toEqual([])
})

it('sends the proof, or the failure, to a callback address by a form', async () => {
  const paid = await checkout({ callback_url: `${shop.url}/callback?cart=1` })
  await paid.pay()
  await paid.press('Approve')
  await paid.page.getByText('Thank you').waitFor()
  expect(Object.fromEntries(shop.posted.at(-1) ?? [])).toEqual({
    razorpay_payment_id: expect.stringMatching(/^pay_/),
    razorpay_order_id: paid.orderId,
    razorpay_signature: expect.stringMatching(/^[0-9a-f]{64}$/),
  })
  const failed = await checkout({ callback_url: `${shop.url}/callback`, redirect: true })
  await failed.pay()
  await failed.press('Decline')
  await failed.page.getByText('Thank you').waitFor()
  expect(Object.fromEntries(shop.posted.at(-1) ?? [])).toMatchObject({
    'error[code]': 'BAD_REQUEST_ERROR',
    'error[reason]': 'payment_failed',
  })
})

it('knows the UPI IDs for tests, and no others', async () => {
  const { inside, pay, press, sees, leaveBy, heard, payments } = await checkout()
  await inside.getByText('A UPI ID for tests').click()
  await inside.getByLabel('UPI ID', { exact: true }).fill('asha@okbank')
  await pay()
  await sees('This UPI ID does not exist')
  expect(await inside.locator('#vpa').getAttribute('aria-invalid')).toBe('true')
  await inside.getByLabel('UPI ID', { exact: true }).fill('noreturn@upi')
  await pay()
  await sees('Waiting for the bank…')
  await expect.poll(payments, wait).toEqual(['captured'])
  await leaveBy(press('Cancel the payment'))
  expect((await heard()).map(([what]) => what)).toEqual(['dismissed'])
})

it('hears of a bank that answers while the payer waits', async () => {
  const { orderId, pay, sees, closed, heard, inside } = await checkout()
  await pay()
  await inside.getByText('Other outcomes').click()
  await inside.getByRole('button', { name: /^Pending/ }).click()
  await sees('the payment may still go through')
  sandbox.control.authorizeLate(sandbox.control.payments(orderId)[0]!.id)
  await sees('Payment successful')
  await closed()
  expect((await heard()).map(([what]) => what)).toEqual(['paid'])
})

it('can be used with the keyboard alone', async () => {
  const { page, inside, sees, leaveBy, heard } = await checkout({}, desk)
  await page.keyboard.press('Tab')
  await expect.poll(() => inside.locator(':focus').getAttribute('name'), wait).toBe('method')
  await page.keyboard.press('ArrowRight')
  await page.keyboard.press('ArrowRight')
  await page.keyboard.press('Tab')
  await expect.poll(() => inside.locator(':focus').getAttribute('name'), wait).toBe('bank')
  await page.keyboard.press('Tab')
  await page.keyboard.press('Enter')
  await sees('Your bank asks')
  await page.keyboard.press('Tab')
  await leaveBy(page.keyboard.press('Enter'))
  expect((await heard()).map(([what]) => what)).toEqual(['paid'])
})

it('says what is wrong with what the shop asks for', async () => {
  const { page, sees, press, leaveBy } = await checkout({ amount: 100 })
  await sees('Your payment amount is different from your order amount')
  await leaveBy(press('Close'))
  for (const options of ['undefined', '{}', "{ key: 'k' }", "{ key: 'k', amount: 99 }"])
    expect(await page.evaluate(`(() => { try { new Razorpay(${options}); return 'made' } catch ({ name }) { return name } })()`)).toBe(
      'TypeError',
    )
})

it('listens to its shop alone, and its shop to it alone', async () => {
  const { page, orderId, sees, frame, heard } = await checkout()
  // Somebody else's script on the shop's page pretends to be the payment page: same message, other sender.
  await page.evaluate(`window.postMessage({ type: 'paid', response: { razorpay_payment_id: 'pay_forged00000000' } }, '*')`)
  // The payment page is told by itself, and a second time by its shop, to begin anew.
  await frame().evaluate(`window.postMessage({ type: 'open', options: { key: 'x' } }, '*')`)
  await page.evaluate(
    `document.querySelector('iframe').contentWindow.postMessage({ type: 'open', options: { key: 'x', name: 'Evil' } }, '*')`,
  )
  await page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 100)))
  await sees('How would you like to pay?')
  await sees('Talk Now')
  expect(await heard()).toEqual([])
  expect(sandbox.control.payments(orderId)).toEqual([])
  // Opened by itself it does nothing.
  await page.goto(`${sandbox.url}/v1/checkout/public`)
  await page.getByText('This page is opened by checkout.js').waitFor()
})

async function expectNoFaults(frame: Frame): Promise<void> {
  expect(await frame.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)).toBeLessThanOrEqual(0)
  await frame.evaluate(await readFile(fileURLToPath(import.meta.resolve('axe-core/axe.min.js')), 'utf8'))
  const faults = await frame.evaluate(
    `axe.run({ runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'] })
      .then(({ violations }) => violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)]))`,
  )
  expect(faults).toEqual([])
}

it.each([
  ['phone', phone, 'light'],
  ['phone', phone, 'dark'],
  ['desk', desk, 'light'],
  ['desk', desk, 'dark'],
  ['small', { width: 320, height: 480 }, 'light'],
] as const)('shows each step without a fault on a %s, %j, in %s', async (name, size, scheme) => {
  const more = { timeout: 300, theme: { color: scheme === 'light' ? '#f6c445' : '#0b6b3a' } }
  const { page, inside, frame, pay, press, sees } = await checkout(more, { ...size, scheme })
  const look = async (step: string) => {
    await expectNoFaults(frame())
    await picture(page, `razorpay-${name}-${scheme}-${step}`)
  }
  await look('upi')
  await inside.getByText('A UPI ID for tests').click()
  await inside.locator('#vpa').fill('nobody@upi')
  await pay()
  await sees('This UPI ID does not exist')
  await look('upi-id')
  await inside.getByRole('radio', { name: 'Card' }).check()
  await look('card')
  await inside.getByRole('radio', { name: 'Netbanking' }).check()
  await look('netbanking')
  await pay()
  await look('ask')
  await inside.getByText('Other outcomes').click()
  await look('outcomes')
  await press('Decline')
  await sees('The payment failed')
  await look('failed')
})
