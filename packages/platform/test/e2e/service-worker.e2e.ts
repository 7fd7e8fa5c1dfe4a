import type { ConnectServer } from '@impacthub/sdk/server'
import type { Browser, Page } from 'playwright'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { ChildPlatform } from '../trouble/child-platform.ts'
import { expectNoFaults, openPage, phoneOn, picture, reads, says } from './browser.ts'
import { openStage, type Stage } from './stage.ts'

/** The page of the example host app with its service worker, opened where there is a network and where there is none. */

const small = { width: 360, height: 800, worker: true }
const wait = { timeout: 60_000, interval: 50 }
const lastKnown = 'No connection. You see the last known state.'

let stage: Stage
let platform: ChildPlatform
let browser: Browser
let server: ConnectServer

beforeAll(async () => {
  stage = await openStage()
  ;({ platform, server, browser } = stage)
})
afterAll(() => stage.close())

/** What the worker has kept, as `code /widgets/ihc.js`, `asha /v1/wallet` and, of no person, `app /v1/app`. */
const kept = (page: Page): Promise<string[]> =>
  page.evaluate(async () => {
    const found = []
    for (const name of (await caches.keys()).filter((one) => one.startsWith('ihc-'))) {
      const whose = /^ihc-kept:person:.*\/(.*)$/.exec(name)?.[1] ?? (name.startsWith('ihc-code:') ? 'code' : 'app')
      for (const { url } of await (await caches.open(name)).keys()) found.push(`${whose} ${new URL(url).pathname}`)
    }
    return found
  })

/** The widgets' scripts that a page has loaded. */
const scriptsOf = (page: Page): Promise<string[]> =>
  page.evaluate(() =>
    performance
      .getEntriesByType('resource')
      .map(({ name }) => new URL(name).pathname)
      .filter((path) => path.startsWith('/widgets/') && path.endsWith('.js')),
  )

/** A first visit to one phone of the page, until its worker has kept what it shows. */
async function visit(side: 'caller' | 'advisor', userId: string) {
  const { page, complaints } = await openPage(browser, `${platform.demo.demoUrl}/?phone=${side}`, small)
  const reads = ['/v1/wallet', '/v1/wallet/transactions', '/v1/calls', '/v1/calls/missed']
  const wanted = ['code /widgets/ihc.js', 'app /v1/app', ...reads.map((path) => `${userId} ${path}`)]
  await expect.poll(() => kept(page), wait).toEqual(expect.arrayContaining(wanted))
  // Also the scripts that were on their way when the worker came: a page that opens without one of them is not whole.
  const missing = async () => {
    const there = await kept(page)
    return (await scriptsOf(page)).filter((path) => !there.includes(`code ${path}`))
  }
  await expect.poll(missing, wait).toEqual([])
  const phone = phoneOn(page, side)
  await says(phone.balance, /\d/)
  expect(complaints).toEqual([])
  const note = (element: string) => page.locator(`#${side} ${element} [part~="note"]`)
  return { page, phone, note, context: page.context() }
}

it('shows what was last known, and says so, to somebody who opens the page again without a network', async () => {
  const { page, phone, note, context } = await visit('caller', 'asha')
  const balance = await reads(phone.balance)
  await context.setOffline(true)
  await page.reload()
  await says(phone.balance, balance)
  await says(note('ihc-wallet'), lastKnown)
  await says(note('ihc-call-history'), lastKnown)
  await says(phone.callNote, /No connection/)
  expect(await phone.callButton.isDisabled()).toBe(true)
  await expectNoFaults(page)
  await picture(page, 'offline-360')
  await page.locator('ihc-wallet').first().scrollIntoViewIfNeeded()
  await picture(page, 'offline-wallet-360')

  // Nobody's coins move without a network, and none move later because of what was pressed now.
  await phone.topUp.click()
  await phone.pay.click()
  await says(phone.payment, 'No connection. Nothing was paid.')
  await server.wallets.credit({ userId: 'asha', coins: 11, reason: 'While she was away' })
  await context.setOffline(false)
  await says(phone.presence, /Online|In a call/)
  await says(note('ihc-wallet'), '')
  await says(phone.balance, String(Number(balance) + 11))
  expect((await server.topups.list({ userId: 'asha' })).data).toEqual([])
  await context.close()
})

it('shows another person nothing of the first one, and nobody anything after a sign-out', async () => {
  const { page, phone, context } = await visit('caller', 'asha')
  await context.setOffline(true)
  await page.goto(`${platform.demo.demoUrl}/?phone=advisor`)
  const other = phoneOn(page, 'advisor')
  await says(page.locator('#advisor ihc-wallet [part~="note"]'), /No connection|could not be loaded/)
  expect(await reads(other.balance)).toBe('')

  await page.goto(`${platform.demo.demoUrl}/?phone=caller`)
  await says(phone.balance, /\d/)
  await page.evaluate(`import('/widgets/service-worker.js').then(({ forgetConnect }) => forgetConnect())`)
  expect((await kept(page)).filter((one) => !one.startsWith('code '))).toEqual([])
  await page.reload()
  await says(page.locator('#caller ihc-wallet [part~="note"]'), /No connection|could not be loaded/)
  expect(await reads(phone.balance)).toBe('')
  await context.close()
})

it('forgets everything of somebody whom the platform refuses', async () => {
  const { page, phone, note, context } = await visit('advisor', 'ravi')
  const { token } = await server.users.createToken({ userId: 'ravi' })
  await server.users.setBlocked({ userId: 'ravi', blocked: true })
  // Asked by the test: once the page has lost its connection it asks its own backend for a token first, and may not come to the platform.
  const asked = { url: `${platform.demo.platformUrl}/v1/wallet`, headers: { Authorization: `Bearer ${token}` } }
  expect(await page.evaluate(async ({ url, headers }) => (await fetch(url, { headers })).status, asked)).toBe(401)
  await expect.poll(async () => (await kept(page)).filter((one) => one.startsWith('ravi ')), wait).toEqual([])
  await context.setOffline(true)
  await page.reload()
  await says(note('ihc-wallet'), /No connection|could not be loaded/)
  expect(await reads(phone.balance)).toBe('')
  await context.close()
})
