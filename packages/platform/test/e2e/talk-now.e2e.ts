import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { createClient } from '@impacthub/sdk'
import type { ConnectServer } from '@impacthub/sdk/server'
import type { Browser, Page } from 'playwright'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { ChildPlatform } from '../trouble/child-platform.ts'
import { expectSameBooks, verifyLedger } from './books.ts'
import { expectNoFaults, openPage, paymentPage, phoneOn, picture, reads, says, secondsOn } from './browser.ts'
import { openStage, type Stage } from './stage.ts'
import { telephones, type Telephones } from './telephones.ts'

/** The page of the example host app, in a real browser, on all that `./dev start` starts. One test goes on where another ended. */

const asha = { userId: 'asha', phone: '+919800010000' }
const ravi = { userId: 'ravi', phone: '+919800020000' }
const meera = { userId: 'meera', phone: '+919800030000' }
const desk = { width: 1280, height: 800 }
const wait = { timeout: 60_000, interval: 50 }

let stage: Stage
let platform: ChildPlatform
let browser: Browser
let server: ConnectServer
let phones: Telephones
let url: string

beforeAll(async () => {
  stage = await openStage()
  ;({ platform, server, browser } = stage)
  const { demoUrl, sandboxes } = platform.demo
  phones = telephones(sandboxes.exotel)
  url = demoUrl
})

afterAll(() => stage.close())

async function open(path = '/', view: Parameters<typeof openPage>[2] = desk) {
  const { page, complaints } = await openPage(browser, `${url}${path}`, view)
  return { page, complaints, caller: phoneOn(page, 'caller'), advisor: phoneOn(page, 'advisor'), close: () => page.context().close() }
}

const clientOf = (userId: string) => {
  const { platformUrl: baseUrl, publishableKey } = platform.demo
  return createClient({ baseUrl, publishableKey, getToken: async () => (await server.users.createToken({ userId })).token })
}

async function liveCall() {
  const { data } = await server.calls.list({ active: 'true' })
  expect(data).toHaveLength(1)
  return data[0]!
}

it('rings, connects, counts and ends a call; the wallet, the history and the ledger agree on what it cost', async () => {
  const { page, complaints, caller, advisor, close } = await open()
  await says(caller.presence, 'Online')
  await says(caller.callNote, '2 coins per minute')
  await says(caller.balance, '200')
  await picture(page, 'story-idle')

  await phones.letRing()
  await caller.callButton.click()
  await says(caller.status, /Your phone will ring/)
  await phones.pickUp(asha.phone)
  await says(caller.status, /^Ringing Ravi Menon/)
  await says(advisor.status, /Your phone is ringing, pick up to talk to Asha/)
  await picture(page, 'story-ringing')
  await phones.pickUp(ravi.phone)
  await says(caller.status, 'In call')
  await says(advisor.status, 'In call')
  await expect.poll(() => secondsOn(caller.timer), wait).toBeGreaterThanOrEqual(3)
  await says(caller.coins, '2')
  await says(caller.balance, '80') // an hour of talk is held
  expect((await server.wallets.get({ userId: asha.userId })).buckets.held).toBe(120)
  await picture(page, 'story-in-call')

  const second = await open('/?as=meera')
  await says(second.caller.presence, 'In a call')
  await says(second.caller.callNote, 'In another call')
  expect(await second.caller.callButton.getAttribute('aria-disabled')).toBe('true')
  const impatient = clientOf(meera.userId)
  await expect(impatient.calls.create({ calleeId: ravi.userId })).rejects.toMatchObject({ code: 'callee_busy', status: 409 })

  const before = await liveCall()
  const shownBefore = await secondsOn(caller.timer)
  await page.reload()
  await says(caller.status, 'In call')
  await says(caller.timer, /\d/)
  expect(await secondsOn(caller.timer)).toBeGreaterThanOrEqual(shownBefore)
  expect(await secondsOn(caller.timer)).toBeLessThanOrEqual((Date.now() - Date.parse(before.answeredAt!)) / 1_000 + 2)
  expect((await liveCall()).id).toBe(before.id)

  await caller.panelButton.click()
  await says(caller.settlement, 'Final')
  await says(advisor.settlement, 'Final')
  await says(caller.status, 'Call ended. You hung up.')
  await says(advisor.status, 'Call ended. Asha hung up.')
  const call = await server.calls.get({ callId: before.id })
  expect(call).toMatchObject({ status: 'completed', endReason: 'caller_hangup', settled: true, estimated: false, heldCoins: 120 })
  expect(call.chargedCoins).toBe(Math.ceil(call.durationSeconds / 60) * 2)
  await says(caller.total, String(call.chargedCoins))
  await says(advisor.total, String(call.earnedCoins))
  await says(caller.balance, String(200 - call.chargedCoins))
  await says(advisor.balance, String(call.chargedCoins / 2))
  await says(second.caller.presence, 'Online')
  await picture(page, 'story-ended')

  await expectSameBooks(caller, server, asha.userId)
  await expectSameBooks(advisor, server, ravi.userId)
  expect(await verifyLedger(platform.dataDir)).toMatchObject({ code: 0 })
  expect([...complaints, ...second.complaints]).toEqual([])
  await second.close()
  await close()
})

it('warns whose coins run out, ends the call when they have, and calls again once there are new ones', async () => {
  const { page, caller, advisor, close } = await open('/?as=meera')
  // Four coins pay for 20 seconds at this price: little enough to wait for.
  await server.users.put({ userId: ravi.userId, displayName: 'Ravi Menon', rate: { coins: 1, seconds: 5 } })
  await phones.pickUpSoon()
  await says(caller.balance, '4')
  await says(caller.presence, 'Online')
  const height = await stageHeight(page)
  await caller.callButton.click()
  await says(caller.status, 'In call')
  await says(caller.warning, /^Less than 60 seconds of coins left/)
  await says(advisor.warning, /^(The call ends in less|Less) than 60 seconds/)
  await says(caller.warning, /^Less than 15 seconds of coins left/)
  expect(await stageHeight(page)).toBe(height) // a warning moves nothing else
  await picture(page, 'story-warned')
  await says(caller.status, 'Call ended. The coins were used up.')
  await says(caller.settlement, 'Final')
  await says(caller.total, '4')
  await says(caller.balance, '0')
  const { data } = await server.calls.list({ userId: meera.userId, limit: 1 })
  expect(data[0]).toMatchObject({ endReason: 'balance_exhausted', heldCoins: 4, chargedCoins: 4, earnedCoins: 2, settled: true })
  await expectSameBooks(caller, server, meera.userId)
  expect(await verifyLedger(platform.dataDir)).toMatchObject({ code: 0 })

  await caller.panelButton.click()
  await says(caller.presence, 'Online')
  await caller.callButton.click()
  await says(caller.callNote, /^Not enough coins/)
  await says(caller.packs.first(), '50 coins ₹49') // there by themselves, where they are needed
  await caller.pay.click()
  await paymentPage(page).approve()
  await says(caller.payment, 'Paid. 50 coins added.')
  await says(caller.balance, '50')
  await caller.callButton.click()
  await says(caller.status, 'In call')
  await phones.hangUp(ravi.phone)
  await says(caller.status, 'Call ended. Ravi Menon hung up.')
  await says(caller.settlement, 'Final')
  await expectSameBooks(caller, server, meera.userId)
  await close()
})

it('calls, ends and goes on by keyboard alone', async () => {
  const { page, caller, advisor, close } = await open()
  await says(caller.presence, 'Online')
  const focused = () =>
    page.evaluate(() => {
      let element = document.activeElement
      while (element?.shadowRoot?.activeElement) element = element.shadowRoot.activeElement
      const root = element?.getRootNode()
      const host = root instanceof ShadowRoot ? root.host : element
      // Words put into an element from outside are its child, not the child of the button that shows them.
      const words = (element instanceof HTMLElement && element.innerText) || host?.textContent
      return `${host?.closest('.phone')?.id}: ${words?.trim()}`
    })
  const tabTo = async (where: string) => {
    for (let presses = 0; presses < 30 && (await focused()) !== where; presses++) await page.keyboard.press('Tab')
    expect(await focused()).toBe(where)
  }
  await tabTo('caller: Call')
  await page.keyboard.press('Enter')
  await says(advisor.status, 'In call')
  await tabTo('caller: End call')
  await page.keyboard.press('Enter')
  await says(caller.settlement, 'Final')
  // The button of the panel has stayed the same one, and so has the focus.
  expect(await focused()).toBe('caller: Done')
  await page.keyboard.press('Space')
  await says(caller.presence, 'Online')
  expect(await reads(caller.status)).toBe('')
  await close()
})

it.each([
  { width: 360, height: 800, scheme: 'light' as const },
  { width: 360, height: 800, scheme: 'dark' as const },
  { width: 1280, height: 800, scheme: 'light' as const },
  { width: 1280, height: 800, scheme: 'dark' as const },
])('fits a window of $width by $height, $scheme, without a fault of accessibility', async (view) => {
  const { page, caller, advisor, complaints, close } = await open('/', view)
  await says(caller.presence, 'Online')
  await says(caller.balance, /\d/)
  await expectNoFaults(page)
  await picture(page, `idle-${view.width}-${view.scheme}`)
  if (view.width < 760) {
    expect(await reads(advisor.presence)).toBe('')
    await page.getByRole('button', { name: 'Ravi Menon', exact: true }).click()
    await says(advisor.balance, /\d/)
    expect(await reads(caller.presence)).toBe('')
    await expectNoFaults(page)
    await page.getByRole('button', { name: 'Asha', exact: true }).click()
  }
  await caller.callButton.click()
  await says(caller.status, 'In call')
  await says(caller.timeLeft, /\d/)
  await says(caller.held, /^\d+ coins are held For a call with Ravi Menon \d+ coins Since /)
  await expectNoFaults(page)
  await picture(page, `in-call-${view.width}-${view.scheme}`)
  await caller.panelButton.click()
  await says(caller.settlement, 'Final')
  await expectNoFaults(page)
  await picture(page, `ended-${view.width}-${view.scheme}`)
  await caller.walletFilter.getByText('Calls').click()
  await says(caller.walletLine.first(), /^Call with Ravi Menon, \d+ sec: \d+ coins? /)
  await caller.walletLine.first().click()
  await says(caller.walletReceipt, /^When .* Talk time \d+ sec .*Held before \d+ .*Number txn_/)
  await expectNoFaults(page)
  await picture(page, `wallet-${view.width}-${view.scheme}`)
  expect(complaints).toEqual([])
  await close()
})

it('says that its server does not answer, and shows no half of a page', async () => {
  const { page, caller, close } = await open()
  await says(caller.presence, 'Online')
  await page.route('**/api/session', (route) => route.abort())
  await page.reload()
  await says(page.getByRole('alert'), /^Talk Now could not start\. Is its server running\?/)
  expect(await page.locator('#phones').isVisible()).toBe(false)
  await close()
})

it('remembers light or dark', async () => {
  const { page, close } = await open('/', { ...desk, scheme: 'light' })
  const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor)
  const light = await ground()
  await page.getByRole('radio', { name: 'Dark' }).check()
  expect(await ground()).not.toBe(light)
  await page.reload()
  expect(await ground()).not.toBe(light)
  expect(await page.getByRole('radio', { name: 'Dark' }).isChecked()).toBe(true)
  await close()
})

it('speaks another language at once, and remembers which', async () => {
  const { page, close } = await open()
  const wallet = page.locator('#caller ihc-wallet')
  await page.getByLabel('Change the language').selectOption('ur')
  await expect.poll(() => wallet.locator('h2, h3').first().textContent(), wait).toBe('والیٹ')
  await page.reload()
  await expect.poll(() => wallet.locator('h2, h3').first().textContent(), wait).toBe('والیٹ')
  expect(
    await wallet
      .locator('section')
      .first()
      .evaluate((section) => getComputedStyle(section).direction),
  ).toBe('rtl')
  await expectNoFaults(page)
  await close()
})

it('says why it cannot start when the platform does not know its key', async () => {
  const { platformUrl, publishableKey, secretKey } = platform.demo
  const env = { ...process.env, CONNECT_URL: platformUrl, CONNECT_PUBLISHABLE_KEY: publishableKey, PORT: '0' }
  const run = (key: string) =>
    new Promise<{ code: unknown; said: string; printed: string }>((resolve) => {
      const args = ['--conditions=source', fileURLToPath(new URL('../../../../examples/talk-now/server.mjs', import.meta.url))]
      execFile(process.execPath, args, { env: { ...env, CONNECT_SECRET_KEY: key } }, (error, printed, said) =>
        resolve({ code: error?.code, said, printed }),
      )
    })
  const stranger = await run(`${secretKey.slice(0, -4)}AAAA`)
  expect(stranger).toMatchObject({
    code: 1,
    printed: '',
    said: expect.stringMatching(/refused to know our people: .+ \(unauthenticated\)\n$/),
  })
  expect(await run('')).toMatchObject({ code: 1, printed: '', said: expect.stringContaining('CONNECT_SECRET_KEY') })
})

it('refuses to act for a page of another site', async () => {
  const answer = await fetch(`${url}/api/token/asha`, { method: 'POST', headers: { Origin: 'https://evil.example' } })
  expect(answer.status).toBe(403)
  expect((await fetch(`${url}/api/token/nobody`, { method: 'POST' })).status).toBe(404)
  for (const path of ['/widgets/..%2f..%2fpackage.json', '/server.mjs', '/people.json', '//', '/chunks/none.js'])
    expect((await fetch(url + path)).status, path).toBe(404)
})

const stageHeight = async (page: Page) => (await page.locator('#caller .stage').boundingBox())?.height
