import { join } from 'node:path'
import type { ConnectServer } from '@impacthub/sdk/server'
import type { Browser } from 'playwright'
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest'
import { startExample } from '../../src/embedded/example.ts'
import type { ChildPlatform } from '../trouble/child-platform.ts'
import { expectSameBooks, verifyLedger } from './books.ts'
import { openPage, paymentPage, phoneOn, picture, says } from './browser.ts'
import { openStage, type Stage } from './stage.ts'

/** Coins bought on the page of the example host app, in the payment page of the Razorpay sandbox, on all that `./dev start` starts. */

const desk = { width: 1280, height: 800 }
let stage: Stage
let platform: ChildPlatform
let browser: Browser
let server: ConnectServer
let url: string

beforeAll(async () => {
  stage = await openStage()
  ;({ platform, server, browser } = stage)
  const { demoUrl } = platform.demo
  url = demoUrl
})

afterAll(() => stage.close())

/** The page as Asha's or Meera's, with the packs open. */
async function open(who: 'asha' | 'meera', view: Parameters<typeof openPage>[2] = desk) {
  const { page, complaints } = await openPage(browser, `${url}/?as=${who}`, view)
  const phone = phoneOn(page, 'caller')
  await says(phone.balance, /\d/)
  await phone.topUp.click()
  await says(phone.pay, 'Pay ₹49')
  return { page, complaints, phone, window: paymentPage(page), close: () => page.context().close() }
}

const topupsOf = async (userId: string) => (await server.topups.list({ userId })).data
const balanceOf = async (userId: string) => (await server.wallets.get({ userId })).balance

it('sells a pack: the payment page opens, coins are in the wallet once, and page, wallet and ledger agree', async () => {
  const { page, phone, window, complaints, close } = await open('asha')
  await picture(page, 'topup-packs')
  await phone.packs.nth(2).click()
  await says(phone.pay, 'Pay ₹299')
  await phone.pay.dblclick()
  await window.ready()
  await says(phone.payment, 'Finish the payment in the window that has opened.')
  expect(await window.count()).toBe(1)
  await picture(page, 'topup-paying')
  await window.approve()
  await says(phone.payment, 'Paid. 315 coins added.')
  await says(phone.paymentNote, 'Balance: 515 coins')
  await says(phone.balance, '515')
  await window.closed()
  await says(phone.pay, 'Buy more')
  await expect.poll(() => phone.pay.evaluate((button) => button.matches(':focus')), { timeout: 60_000 }).toBe(true)
  await picture(page, 'topup-paid')
  expect(await topupsOf('asha')).toMatchObject([{ status: 'paid', packId: 'pack-300', coins: 300, bonusCoins: 15, amount: 29_900 }])
  await expectSameBooks(phone, server, 'asha')
  expect(await verifyLedger(platform.dataDir)).toMatchObject({ code: 0 })
  await page.reload()
  await says(phone.balance, '515')
  await phone.topUp.click()
  await says(phone.pay, 'Pay ₹49') // what is done is not told again
  expect(complaints).toEqual([])
  await close()
})

it('takes a declined payment up again as the same top-up, with the same order', async () => {
  const { page, phone, window, close } = await open('asha')
  const before = await topupsOf('asha')
  await phone.pay.click()
  await window.decline()
  await says(phone.payment, 'Your bank declined the payment.')
  await says(phone.pay, 'Try again')
  await picture(page, 'topup-declined')
  expect(await balanceOf('asha')).toBe(515)
  await phone.pay.click()
  await window.approve()
  await says(phone.payment, 'Paid. 50 coins added.')
  await says(phone.balance, '565')
  const [topup, ...rest] = await topupsOf('asha')
  expect(topup).toMatchObject({ status: 'paid', coins: 50 })
  expect(rest).toEqual(before)
  const { payments } = await server.topups.get({ topupId: topup?.id ?? '' })
  expect(payments?.map(({ status }) => status).sort()).toEqual(['captured', 'failed'])
  await close()
})

it('says that it was closed when somebody leaves the payment page', async () => {
  const { page, phone, window, close } = await open('asha')
  const before = (await topupsOf('asha')).length
  await phone.pay.click()
  await window.ready()
  await window.leave()
  await says(phone.payment, 'The payment was closed.')
  await picture(page, 'topup-dismissed')
  expect(await balanceOf('asha')).toBe(565)
  expect((await topupsOf('asha'))[0]).toMatchObject({ status: 'created' })
  expect(await topupsOf('asha')).toHaveLength(before + 1)
  await close()
})

it('finds an open payment again after a reload, and goes on with the same order', async () => {
  const { page, phone, window, close } = await open('meera')
  await phone.pay.click()
  await window.ready()
  await page.reload()
  await says(phone.payment, 'You began to buy these coins. The payment is open.')
  await picture(page, 'topup-found')
  await phone.pay.click()
  await window.approve()
  await says(phone.payment, 'Paid. 50 coins added.')
  await says(phone.balance, '54')
  expect(await topupsOf('meera')).toMatchObject([{ status: 'paid' }])
  await expectSameBooks(phone, server, 'meera')
  await close()
})

it('tells of a payment whose page never came back, and of one that went through while the page was away', async () => {
  const { page, phone, window, close } = await open('meera')
  await phone.pay.click()
  await window.payBy('noreturn@upi')
  await says(phone.payment, 'Paid. 50 coins added.') // told live, while the payment page still waits
  await says(phone.balance, '104')
  await page.reload()
  await says(phone.balance, '104')
  await phone.topUp.click()
  await phone.pay.click()
  await window.payBy('pending@upi')
  const [topup] = await topupsOf('meera')
  expect(topup).toMatchObject({ coins: 50 })
  await page.reload()
  await says(phone.payment, /^(You began to buy these coins|Waiting for your bank)/)
  await close()
})

it('says so when the page’s policy does not let the payment page in', async () => {
  const { platformUrl, publishableKey, secretKey } = platform.demo
  const dir = join(import.meta.dirname, '../../../../examples/talk-now')
  const policy = { checkoutUrl: 'https://another-provider.example' }
  const host = await startExample({ dir, host: '127.0.0.1', usualPort: 0, platformUrl, publishableKey, secretKey, ...policy })
  onTestFinished(() => host.stop())
  const { page } = await openPage(browser, `${host.url}/?as=asha`, desk)
  const phone = phoneOn(page, 'caller')
  await phone.topUp.click()
  await phone.pay.click()
  await says(phone.payment, /^This page, or a blocker in your browser, keeps the payment page away/)
  await picture(page, 'topup-blocked')
  await page.context().close()
})

it('says so when the connection is away at the moment of paying', async () => {
  const { page, phone, window, close } = await open('asha')
  await page.context().setOffline(true)
  await phone.pay.click()
  await says(phone.payment, 'No connection. Nothing was paid.')
  await page.context().setOffline(false)
  await phone.pay.click()
  await window.ready()
  await close()
})

it.each([
  { width: 360, height: 800, scheme: 'light' as const },
  { width: 360, height: 800, scheme: 'dark' as const },
  { width: 1280, height: 800, scheme: 'dark' as const },
])('fits a window of $width by $height, $scheme', async (view) => {
  const { page, phone, window, close } = await open('asha', view)
  const shoot = async (name: string) => {
    await phone.pay.scrollIntoViewIfNeeded()
    await picture(page, `topup-${name}-${view.width}-${view.scheme}`)
    expect(await page.evaluate(() => document.documentElement.scrollWidth - globalThis.innerWidth)).toBeLessThanOrEqual(0)
  }
  await shoot('packs')
  await phone.pay.click()
  await window.ready()
  await shoot('paying')
  await window.decline()
  await says(phone.payment, /declined/)
  await shoot('declined')
  await phone.pay.click()
  await window.approve()
  await says(phone.payment, /^Paid/)
  await window.closed()
  await shoot('paid')
  await close()
})
