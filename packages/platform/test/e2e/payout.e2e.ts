import type { ConnectServer } from '@impacthub/sdk/server'
import type { Browser, Page } from 'playwright'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { ChildPlatform } from '../trouble/child-platform.ts'
import { verifyLedger } from './books.ts'
import { picture, says } from './browser.ts'
import { drawCard, keptBytes } from './card.ts'
import { openStage, type Stage } from './stage.ts'

/** From a photograph to money: what the advisor of the example host app does to be paid, on all that `./dev start` starts. */

const phone = { width: 360, height: 800 }
let stage: Stage
let platform: ChildPlatform
let browser: Browser
let server: ConnectServer

beforeAll(async () => {
  stage = await openStage()
  ;({ platform, server, browser } = stage)
})

afterAll(() => stage.close())

/** What can be seen and done on the page of who earns. */
function payoutOn(page: Page) {
  const uploader = page.locator('ihc-kyc-uploader')
  const withdraw = page.locator('ihc-withdraw')
  const part = (name: string) => uploader.locator(`[part~="${name}"]`)
  return {
    open: () => page.getByRole('button', { name: 'Withdraw', exact: true }).first().click(),
    agree: async () => {
      await uploader.getByRole('checkbox').check()
      await part('agree').click()
    },
    /** A photograph of a card, as large as a phone takes it. */
    photograph: async (width = 1_600, height = 1_200) => {
      await part('slot').waitFor()
      const data = await page.evaluate(drawCard, [width, height] as const)
      const file = { name: 'card.jpg', mimeType: 'image/jpeg', buffer: Buffer.from(data, 'base64') }
      await uploader.locator('input[type=file]').setInputFiles(file)
    },
    fill: async (number: string) => {
      await uploader.locator('input[name=number]').fill(number)
      await uploader.locator('input[name=name]').fill('Ravi Menon')
      await uploader.locator('input[name=dateOfBirth]').fill('1990-01-02')
      await part('submit').click()
    },
    slot: part('progress-text'),
    status: part('status'),
    reasons: part('reasons'),
    obstacle: withdraw.locator('[part~="obstacle"]'),
    quote: withdraw.locator('[part~="quote"]'),
    history: withdraw.locator('[part~="history"]'),
    askFor: async (coins: string, vpa: string) => {
      await withdraw.locator('input[name=coins]').fill(coins)
      await withdraw.locator('input[name=vpa]').fill(vpa)
    },
    press: () => withdraw.locator('[part~="withdraw"]').click(),
  }
}

/** The page of who earns, in a window that counts the pieces of pictures that are sent. */
async function watched(url: string) {
  const context = await browser.newContext({ viewport: phone, serviceWorkers: 'block' })
  const seen = { pieces: 0, complaints: new Array<string>() }
  context.on('request', (request) => {
    if (request.method() === 'PATCH') seen.pieces += 1
  })
  const open = async () => {
    const page = await context.newPage()
    page.on('pageerror', (error) => seen.complaints.push(error.message))
    page.on('console', (message) => message.type() === 'error' && seen.complaints.push(message.text()))
    await page.goto(url)
    const payout = payoutOn(page)
    await payout.open()
    return { page, payout }
  }
  return { context, seen, open }
}

it('verifies the advisor from a photograph, though the tab is killed while it is sent, and pays what they earned', async () => {
  await server.wallets.credit({ userId: 'ravi', coins: 120, bucket: 'earned', reason: 'Advice' })
  const { context, seen, open } = await watched(`${platform.demo.demoUrl}/?phone=advisor`)
  const first = await open()
  await says(first.payout.obstacle, /identity has to be verified/)
  await first.payout.agree()
  const network = await context.newCDPSession(first.page)
  await network.send('Network.enable')
  // A network on which each piece takes seconds.
  const slow = { offline: false, latency: 400, downloadThroughput: 50_000, uploadThroughput: 50_000 }
  await network.send('Network.emulateNetworkConditions', slow)
  await first.payout.photograph(4_000, 3_000)
  await expect.poll(() => seen.pieces, { timeout: 60_000 }).toBeGreaterThan(1)
  const length = await first.page.evaluate(keptBytes)
  await first.page.close()
  const { page, payout } = await open()
  await says(payout.slot, 'Sent')
  expect(length).toBeGreaterThan(131_072)
  expect(length).toBeLessThanOrEqual(600_000)
  expect((seen.pieces - Math.ceil(length / 131_072)) * 131_072).toBeLessThanOrEqual(262_144)
  await picture(page, 'identity-form')
  await payout.fill('AAAPZ0001C')
  await says(payout.status, 'Rejected')
  await says(payout.reasons, /This number was not found/)
  await payout.photograph()
  await says(payout.slot, 'Sent')
  await payout.fill('AAAPZ1234C')
  await says(payout.status, 'Verified')
  await payout.askFor('20', 'success@upi')
  await says(payout.quote, /You get ₹20/)
  await picture(page, 'withdraw-form')
  await payout.press()
  await says(payout.history, /₹20 to su…@upi Paid/)
  await picture(page, 'withdraw-paid')
  const { data } = await server.withdrawals.list({ userId: 'ravi' })
  expect(data).toMatchObject([{ status: 'paid', coins: 20, netAmount: 2_000 }])
  expect(await server.wallets.get({ userId: 'ravi' })).toMatchObject({ buckets: { earned: 100, held: 0 } })
  expect((await server.kyc.getOfUser({ userId: 'ravi' })).status).toBe('verified')
  expect(await verifyLedger(platform.dataDir)).toMatchObject({ code: 0 })
  expect(seen.complaints).toEqual([])
  await context.close()
})
