import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { chromium, type Browser, type Locator, type Page } from 'playwright'
import { expect } from 'vitest'

/** Long enough for a machine that does other things too; a test that passes never waits for it. */
const patienceMs = 60_000

export const openBrowser = (...more: readonly string[]): Promise<Browser> =>
  chromium.launch({
    executablePath: process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', ...more],
  })

export interface View {
  readonly width: number
  readonly height: number
  readonly scheme?: 'light' | 'dark'
  /** Its service worker runs too; what a test does to the network of a page does not reach what goes through one. */
  readonly worker?: boolean
}

export interface OpenPage {
  readonly page: Page
  /** What went wrong on the page: errors that nobody caught, and what the browser complained of. */
  readonly complaints: string[]
}

/** A window of its own, as of somebody else: nothing is shared with other windows. */
export async function openPage(
  browser: Browser,
  url: string,
  { width, height, scheme = 'light', worker = false }: View,
): Promise<OpenPage> {
  const serviceWorkers = worker ? 'allow' : 'block'
  const context = await browser.newContext({ viewport: { width, height }, colorScheme: scheme, serviceWorkers })
  const page = await context.newPage()
  const complaints: string[] = []
  page.on('pageerror', (error) => complaints.push(error.message))
  page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()))
  await page.goto(url)
  return { page, complaints }
}

/**
 * Does what makes a window over the page go away, and waits until it has gone. Chromium may never answer for a key or a click whose frame
 * is gone before its turn has come: then only what can be seen tells that it was heard.
 */
export async function leaving(dialog: Locator, act: Promise<unknown>): Promise<void> {
  const gone = () => dialog.waitFor({ state: 'detached' })
  await Promise.race([gone(), act.then(gone)])
}

/** One of the two phones on the page: what somebody can see of it and press. */
export function phoneOn(page: Page, side: 'caller' | 'advisor') {
  const root = page.locator(`#${side}`)
  const part = (element: string, name: string) => root.locator(`${element} [part~="${name}"]`)
  return {
    talkButton: root.locator('ihc-call-button[channel=browser] [part~="button"]'),
    talkNote: root.locator('ihc-call-button[channel=browser] [part~="note"]'),
    acceptButton: part('ihc-call-panel', 'accept'),
    muteButton: part('ihc-call-panel', 'mute'),
    hearButton: part('ihc-call-panel', 'hear'),
    problem: part('ihc-call-panel', 'problem'),
    presence: part('ihc-presence', 'label'),
    callButton: part('ihc-call-button:not([channel])', 'button'),
    callNote: part('ihc-call-button:not([channel])', 'note'),
    status: part('ihc-call-panel', 'status'),
    timer: part('ihc-call-panel', 'timer'),
    coins: part('ihc-call-panel', 'coins'),
    timeLeft: part('ihc-call-panel', 'left'),
    warning: part('ihc-call-panel', 'warning'),
    duration: part('ihc-call-panel', 'duration'),
    total: part('ihc-call-panel', 'total'),
    settlement: part('ihc-call-panel', 'settlement'),
    panelButton: part('ihc-call-panel', 'button'),
    balance: part('ihc-wallet', 'balance'),
    historyCoins: part('ihc-wallet', 'coins'),
    held: part('ihc-wallet', 'held'),
    walletFilter: part('ihc-wallet', 'filter'),
    walletLine: part('ihc-wallet', 'row'),
    walletReceipt: part('ihc-wallet', 'receipt'),
    topUp: root.getByRole('button', { name: 'Top up', exact: true }),
    packs: part('ihc-topup', 'pack'),
    pay: part('ihc-topup', 'pay'),
    payment: part('ihc-topup', 'sentence'),
    paymentNote: part('ihc-topup', 'more'),
  }
}

/** The provider's window over the page: what a payer can do there. */
export function paymentPage(page: Page) {
  const frame = page.frameLocator('dialog[data-razorpay] iframe')
  const press = (name: string) => frame.getByRole('button', { name, exact: true }).click()
  const leaveBy = (name: string) => leaving(page.locator('dialog[data-razorpay]'), press(name))
  return {
    ready: () => frame.locator('#pay').waitFor(),
    approve: async () => {
      await frame.locator('#pay').click()
      await press('Approve')
    },
    decline: async () => {
      await frame.locator('#pay').click()
      await press('Decline')
      await frame.getByText('The payment failed').waitFor()
      await leaveBy('Close')
    },
    /** Pays with one of the sandbox's UPI IDs. */
    payBy: async (vpa: string) => {
      await frame.getByText('A UPI ID for tests').click()
      await frame.locator('#vpa').fill(vpa)
      await frame.locator('#pay').click()
    },
    leave: async () => {
      await press('Cancel the payment')
      await leaveBy('Leave')
    },
    count: () => page.locator('dialog[data-razorpay]').count(),
    closed: () => page.locator('dialog[data-razorpay]').waitFor({ state: 'detached' }),
  }
}

export type Phone = ReturnType<typeof phoneOn>

/** What can be read at a place, as one line; what is not to be seen cannot be read. */
export const reads = async (place: Locator): Promise<string> =>
  (await place.filter({ visible: true }).allInnerTexts()).join(' ').replaceAll('−', '-').replaceAll(/\s+/g, ' ').trim()

/** Waits until a place says this: all of it, or something like it. */
export async function says(place: Locator, words: RegExp | string): Promise<void> {
  const text = expect.poll(() => reads(place), { timeout: patienceMs, interval: 50 })
  await (typeof words === 'string' ? text.toBe(words) : text.toMatch(words))
}

/** `mm:ss` or `h:mm:ss` in seconds. */
export const secondsOn = async (clock: Locator): Promise<number> =>
  (await reads(clock)).split(':').reduce((total, digits) => total * 60 + Number(digits), 0)

const pictures = process.env['CONNECT_SCREENSHOTS']

/** With `CONNECT_SCREENSHOTS=FOLDER`, a picture of what a test has come to, for people to look at. */
export async function picture(page: Page, name: string): Promise<void> {
  if (pictures === undefined) return
  await mkdir(pictures, { recursive: true })
  await page.screenshot({ path: join(pictures, `${name}.png`), animations: 'disabled' })
}

/** The page fits its window, and no weak eye or screen reader meets a fault that a machine can find. */
export async function expectNoFaults(page: Page): Promise<void> {
  expect(await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)).toBeLessThanOrEqual(0)
  await page.evaluate(await readFile(fileURLToPath(import.meta.resolve('axe-core/axe.min.js')), 'utf8'))
  const faults = await page.evaluate(
    `axe.run({ runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'] })
      .then(({ violations }) => violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)]))`,
  )
  expect(faults).toEqual([])
}
