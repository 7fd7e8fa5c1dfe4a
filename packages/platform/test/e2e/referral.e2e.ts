import type { ConnectServer } from '@impacthub/sdk/server'
import type { Browser, BrowserContext, Page } from 'playwright'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { ChildPlatform } from '../trouble/child-platform.ts'
import { verifyLedger } from './books.ts'
import { expectNoFaults, phoneOn, picture, reads, says } from './browser.ts'
import { openStage, type Stage } from './stage.ts'

/** An invitation, from the one who shares it to the one who follows it, on the page of the example host app and all that `./dev start` starts. */

let stage: Stage
let platform: ChildPlatform
let browser: Browser
let server: ConnectServer

beforeAll(async () => {
  stage = await openStage()
  ;({ platform, server, browser } = stage)
})

afterAll(() => stage.close())

const complaints: string[] = []

/** A browser of its own, as of somebody else. */
async function someBrowser(width: number, colorScheme: 'light' | 'dark' = 'light'): Promise<BrowserContext> {
  const context = await browser.newContext({ viewport: { width, height: 800 }, colorScheme, serviceWorkers: 'block' })
  context.setDefaultTimeout(60_000)
  await context.grantPermissions(['clipboard-read', 'clipboard-write'])
  context.on('weberror', (error) => complaints.push(error.error().message))
  return context
}

async function open(context: BrowserContext, url: string) {
  const page = await context.newPage()
  await page.goto(url)
  return { page, ...invitationsOn(page) }
}

/** What can be seen and done of invitations on the page. */
function invitationsOn(page: Page) {
  const part = (name: string) => page.locator(`ihc-referral [part~="${name}"]`)
  return {
    ...phoneOn(page, 'caller'),
    code: part('code'),
    copyLink: part('copy-link'),
    said: part('said'),
    invited: part('invited'),
    joined: part('joined'),
    rewarded: part('rewarded'),
    earned: part('earned'),
    redemption: part('redemption'),
    fault: part('fault'),
    enter: async (code: string) => {
      await page.locator('ihc-referral input[name=code]').fill(code)
      await part('use').click()
    },
    joinAs: async (name: string) => {
      const dialog = page.getByRole('dialog')
      await dialog.getByLabel('Your name').fill(name)
      await dialog.getByRole('button', { name: 'Join', exact: true }).click()
      await page.waitForURL(/as=guest-/)
    },
    show: () => page.locator('ihc-referral').scrollIntoViewIfNeeded(),
  }
}

const guestOn = (page: Page) => new URL(page.url()).searchParams.get('as') ?? ''

it('brings both their coins at once, and nothing to a second account of the same browser', async () => {
  const [first, second] = [await someBrowser(1280), await someBrowser(360)]
  const asha = await open(first, `${platform.demo.demoUrl}/?as=asha`)
  await says(asha.balance, '200')
  await asha.show()
  await asha.copyLink.click()
  await says(asha.said, 'Link copied')
  const link = await asha.page.evaluate(() => navigator.clipboard.readText())
  const code = await reads(asha.code)
  expect(link).toBe(`${platform.demo.demoUrl}/?ref=${code}`)

  const told = second.waitForEvent('response', (response) => response.url().endsWith('/v1/referral/visits'))
  const priya = await open(second, link)
  await priya.page.getByRole('dialog').waitFor()
  await expectNoFaults(priya.page)
  await picture(priya.page, 'referral-join-360')
  expect((await told).status()).toBe(204)
  await priya.joinAs('Priya')
  await says(priya.balance, '50')
  await says(priya.redemption, 'A friend’s code has brought you 50 coins.')
  await says(asha.balance, '250')
  await says(asha.earned, '50')
  expect(await Promise.all([asha.invited, asha.joined, asha.rewarded].map(reads))).toEqual(['1', '1', '1'])
  await priya.show()
  await picture(priya.page, 'referral-came-360')
  await asha.show()
  await picture(asha.page, 'referral-shared-1280')

  // The same browser once more: by the link nobody is asked to join, and the code that is entered by hand is refused without a reason.
  await priya.page.goto(link)
  await says(priya.balance, /\d/)
  expect(await priya.page.getByRole('dialog').count()).toBe(0)
  await priya.page.goto(`${platform.demo.demoUrl}/?join`)
  await priya.joinAs('Priya again')
  await says(priya.balance, '0')
  await priya.enter(code)
  await says(priya.fault, 'This code cannot be used for your account.')
  await expectNoFaults(priya.page)
  await priya.show()
  await picture(priya.page, 'referral-refused-360')
  expect((await server.wallets.get({ userId: guestOn(priya.page) })).balance).toBe(0)
  expect((await server.wallets.get({ userId: 'asha' })).balance).toBe(250)
  const { data } = await server.referrals.list({ status: 'refused' })
  expect(data.map(({ refereeId, reasons }) => [refereeId, reasons.map(({ check }) => check)])).toEqual([
    [guestOn(priya.page), expect.arrayContaining(['device'])],
  ])
  expect(await verifyLedger(platform.dataDir)).toMatchObject({ code: 0 })
  expect(complaints).toEqual([])
  await Promise.all([first.close(), second.close()])
})

it('survives a visit without signing up, and a link that is no invitation', async () => {
  const context = await someBrowser(1280, 'dark')
  const { page, joinAs, balance, redemption, show } = await open(context, `${platform.demo.demoUrl}/?ref=%3Cscript%3E`)
  await says(balance, /^\d+$/)
  const { referralCode } = await server.users.get({ userId: 'meera' })
  await page.goto(`${platform.demo.demoUrl}/?ref=${referralCode.toLowerCase()}`)
  await page.getByRole('dialog').waitFor()
  await expectNoFaults(page)
  await picture(page, 'referral-join-1280-dark')
  await page.getByRole('dialog').getByRole('button', { name: 'Not now' }).click()
  await says(balance, /^\d+$/)
  await page.goto(`${platform.demo.demoUrl}/?join`)
  await joinAs('Kiran')
  await says(balance, '50')
  await says(redemption, 'A friend’s code has brought you 50 coins.')
  await show()
  await picture(page, 'referral-came-1280-dark')
  expect((await server.wallets.get({ userId: 'meera' })).balance).toBe(54)
  expect(complaints).toEqual([])
  await context.close()
})

it('makes nobody for a page of another site, without a name, or of a heap of bytes', async () => {
  const join = (body: string, headers: Record<string, string> = {}) =>
    fetch(`${platform.demo.demoUrl}/api/join`, { method: 'POST', headers, body }).then(({ status }) => status)
  expect(await join('{"name":"Eve"}', { Origin: 'https://evil.example' })).toBe(403)
  for (const body of ['', '[]', 'null', '{"name":" "}', '{"name":7}', '{"name":"Eve","deviceId":{}}', `{"name":"${'x'.repeat(9_000)}"}`])
    expect(await join(body), body.slice(0, 40)).toBe(400)
  expect((await fetch(`${platform.demo.demoUrl}/api/token/guest-0123456789abcdef`, { method: 'POST' })).status).toBe(404)
})
