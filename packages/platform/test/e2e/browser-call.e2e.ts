import type { ConnectServer } from '@impacthub/sdk/server'
import type { Browser, Page } from 'playwright'
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import type { ChildPlatform } from '../trouble/child-platform.ts'
import { verifyLedger } from './books.ts'
import { openBrowser, phoneOn, picture, reads, says, secondsOn, type Phone } from './browser.ts'
import { openLine, otherEnd, type Line } from './line.ts'
import { openStage, type Stage } from './stage.ts'

/** Real sound between two windows of the example's page, as two people have them, on all that `./dev start` starts. */

const fakeSound = ['--use-fake-device-for-media-stream', '--allow-loopback-in-peer-connection']
const wait = { timeout: 60_000, interval: 100 }
/** So that coins run while a test looks: one for each started five seconds. */
const rate = { coins: 1, seconds: 5 }

let stage: Stage
const afterTest: (() => Promise<unknown>)[] = []
let platform: ChildPlatform
let browser: Browser
let server: ConnectServer

beforeAll(async () => {
  stage = await openStage(...fakeSound, '--use-fake-ui-for-media-stream')
  ;({ platform, server, browser } = stage)
  await server.users.put({ userId: 'ravi', displayName: 'Ravi Menon', rate })
})
afterEach(async () => {
  for (const work of afterTest.splice(0).reverse()) await work()
})
afterAll(() => stage.close())

interface Window {
  readonly page: Page
  readonly phone: Phone
  readonly complaints: string[]
}

/** Keeps the connections of a page, so that a test can ask them what flows. */
const keepConnections = `
  const Real = RTCPeerConnection
  const connections = (window.connections = [])
  window.RTCPeerConnection = class extends Real { constructor(...with_) { super(...with_); connections.push(this) } }`

interface Opening {
  readonly line?: Line
  /** What the page of the other side runs first when one side has a line. */
  readonly script?: string
  readonly width?: number
  readonly in?: Browser
}

async function open(side: 'caller' | 'advisor', { line, script, width = 1280, in: opened = browser }: Opening = {}): Promise<Window> {
  const context = await opened.newContext({ viewport: { width, height: 800 }, serviceWorkers: 'block', ...(line && { proxy: line.proxy }) })
  afterTest.push(() => context.close())
  await line?.attach(context)
  await context.addInitScript(keepConnections)
  if (script) await context.addInitScript(script)
  const page = await context.newPage()
  const complaints: string[] = []
  page.on('pageerror', (error) => complaints.push(error.message))
  page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()))
  await page.goto(`${platform.demo.demoUrl}/?phone=${side}`)
  return { page, phone: phoneOn(page, side), complaints }
}

/** What has come in: bytes, and how loud it was. */
const heard = (page: Page): Promise<{ bytes: number; energy: number }> =>
  page.evaluate(`(async () => {
    let sum = { bytes: 0, energy: 0 }
    for (const connection of window.connections)
      for (const report of (await connection.getStats()).values())
        if (report.type === 'inbound-rtp') sum = { bytes: sum.bytes + report.bytesReceived, energy: sum.energy + report.totalAudioEnergy }
    return sum
  })()`)

async function expectSound(page: Page): Promise<void> {
  const before = await heard(page)
  await expect.poll(async () => (await heard(page)).bytes, wait).toBeGreaterThan(before.bytes)
  await expect.poll(async () => (await heard(page)).energy, wait).toBeGreaterThan(before.energy)
}

async function expectSilence(page: Page): Promise<void> {
  let last = -1
  // Packets on their way still arrive.
  await expect
    .poll(async () => {
      const { bytes } = await heard(page)
      const stands = bytes === last
      last = bytes
      return stands
    }, wait)
    .toBe(true)
}

const microphoneIsOff = (page: Page) => page.evaluate(`window.connections.every((connection) => connection.connectionState === 'closed')`)

async function liveCall() {
  const { data } = await server.calls.list({ active: 'true' })
  expect(data).toHaveLength(1)
  return data[0]!
}

async function call(caller: Window, advisor: Window) {
  await says(caller.phone.presence, 'Online')
  await says(advisor.phone.presence, /Online|Offline/)
  await caller.phone.talkButton.click()
  await says(advisor.phone.status, 'Asha is calling you.')
}

async function talk(caller: Window, advisor: Window): Promise<string> {
  await call(caller, advisor)
  await advisor.phone.acceptButton.click()
  await says(caller.phone.status, 'In call')
  await says(advisor.phone.status, 'In call')
  return (await liveCall()).id
}

async function settled(callId: string) {
  await expect.poll(async () => (await server.calls.get({ callId })).settled, wait).toBe(true)
  return server.calls.get({ callId })
}

const after = (since: number, ms: number) => new Promise((resolve) => setTimeout(resolve, Math.max(0, since + ms - Date.now())))

const coinsOf = (seconds: number) => Math.ceil(seconds / rate.seconds) * rate.coins

it('carries sound both ways, counts the coins, and charges what the record says', async () => {
  const [caller, advisor] = [await open('caller'), await open('advisor')]
  await call(caller, advisor)
  await says(caller.phone.status, 'Ringing Ravi Menon…')
  expect(await reads(advisor.page.getByRole('alertdialog', { name: 'Incoming call' }))).toMatch(/The caller pays 12 coins per minute/)
  await picture(advisor.page, 'browser-incoming')
  await picture(caller.page, 'browser-ringing')
  await advisor.phone.acceptButton.click()
  await says(caller.phone.status, 'In call')
  await says(advisor.phone.status, 'In call')
  const { id, channel, number, peers } = await liveCall()
  expect({ channel, number }).toEqual({ channel: 'browser', number: null })
  expect(peers?.caller).toMatch(/^[\w-]{16,64}$/)
  for (const { page } of [caller, advisor]) await expectSound(page)
  await expect.poll(() => secondsOn(caller.phone.timer), wait).toBeGreaterThanOrEqual(6)
  await expect.poll(async () => Number(await reads(caller.phone.coins)), wait).toBeGreaterThanOrEqual(2)
  await picture(caller.page, 'browser-in-call')

  await advisor.phone.muteButton.click()
  await says(advisor.phone.muteButton, 'Unmute')
  await picture(advisor.page, 'browser-muted')
  const { bytes } = await heard(caller.page)
  await expect.poll(async () => (await heard(caller.page)).bytes, wait).toBeGreaterThan(bytes)

  await caller.phone.panelButton.click()
  await says(caller.phone.settlement, 'Final')
  await says(advisor.phone.settlement, 'Final')
  for (const { page } of [caller, advisor]) await expect.poll(() => microphoneIsOff(page), wait).toBe(true)
  const record = await settled(id)
  expect(record).toMatchObject({ status: 'completed', endReason: 'caller_hangup', provider: 'browser', estimated: false })
  expect(record.durationSeconds).toBeGreaterThanOrEqual(5)
  expect(record.chargedCoins).toBe(coinsOf(record.durationSeconds))
  await says(caller.phone.total, String(record.chargedCoins))
  await says(caller.phone.balance, String((await server.wallets.get({ userId: 'asha' })).balance))
  expect((await server.wallets.get({ userId: 'asha' })).buckets.held).toBe(0)
  expect(await verifyLedger(platform.dataDir)).toMatchObject({ code: 0 })
  expect([...caller.complaints, ...advisor.complaints]).toEqual([])
})

it('goes on after five seconds without a network, and charges none of them twice', async () => {
  const line = await openLine()
  afterTest.push(() => line.close())
  const [caller, advisor] = [await open('caller', { script: otherEnd }), await open('advisor', { line })]
  const callId = await talk(caller, advisor)
  for (const { page } of [caller, advisor]) await expectSound(page)
  const cutAt = Date.now()
  line.cut()
  for (const { page } of [caller, advisor]) await expectSilence(page)
  await says(caller.phone.status, 'The sound is away. Reconnecting…')
  await picture(caller.page, 'browser-reconnecting')
  await after(cutAt, 5_000)
  line.restore()
  for (const { page } of [caller, advisor]) await expectSound(page)
  await says(caller.phone.status, 'In call')
  await says(advisor.phone.status, 'In call')
  expect(await liveCall()).toMatchObject({ id: callId, status: 'in_progress' })
  await advisor.phone.panelButton.click()
  const record = await settled(callId)
  expect(record).toMatchObject({ status: 'completed', endReason: 'callee_hangup' })
  expect(record.chargedCoins).toBe(coinsOf(record.durationSeconds))
})

it('ends the call of a side that vanishes, and charges nothing after its last proof', async () => {
  const line = await openLine()
  afterTest.push(() => line.close())
  const [caller, advisor] = [await open('caller', { script: otherEnd }), await open('advisor', { line })]
  const callId = await talk(caller, advisor)
  await expectSound(caller.page)
  await expect.poll(() => secondsOn(caller.phone.timer), wait).toBeGreaterThanOrEqual(4)
  const cutAt = Date.now()
  line.cut()
  await says(caller.phone.status, 'Call ended. Ravi Menon lost the connection.')
  const record = await settled(callId)
  expect(record).toMatchObject({ status: 'completed', endReason: 'callee_hangup', hangupCauses: { callee: 'lost' } })
  expect(Date.parse(record.endedAt!) - cutAt).toBeLessThanOrEqual(16_000)
  expect(record.durationSeconds).toBeLessThanOrEqual((cutAt - Date.parse(record.answeredAt!)) / 1_000 + 1)
  expect(record.chargedCoins).toBe(coinsOf(record.durationSeconds))
  await picture(caller.page, 'browser-lost')
  // Thirty seconds after the cut, the one who vanished finds the call over and the microphone off.
  await after(cutAt, 30_000)
  line.restore()
  await says(advisor.phone.status, /^Call ended\. You lost the connection\.$/)
  for (const { page } of [caller, advisor]) await expect.poll(() => microphoneIsOff(page), wait).toBe(true)
  expect((await settled(callId)).chargedCoins).toBe(record.chargedCoins)
})

it('goes on in the same tab after a reload, without a press', async () => {
  const [caller, advisor] = [await open('caller'), await open('advisor')]
  const callId = await talk(caller, advisor)
  await caller.page.reload()
  await says(caller.phone.status, 'In call')
  for (const { page } of [caller, advisor]) await expectSound(page)
  expect((await liveCall()).id).toBe(callId)
  await caller.phone.panelButton.click()
  await settled(callId)
})

it('rings in every tab, is answered in one, and can be taken over by another', async () => {
  const [caller, advisor, other] = [await open('caller'), await open('advisor'), await open('advisor')]
  await call(caller, advisor)
  await says(other.phone.status, 'Asha is calling you.')
  await advisor.phone.acceptButton.click()
  await says(other.phone.status, 'This call is on another tab or device.')
  await says(caller.phone.status, 'In call')
  await picture(other.page, 'browser-elsewhere')
  await other.phone.acceptButton.click()
  await says(other.phone.status, 'In call')
  await says(advisor.phone.status, 'This call is on another tab or device.')
  await expectSound(other.page)
  await expectSound(caller.page)
  await expect.poll(() => microphoneIsOff(advisor.page), wait).toBe(true)
  const { id } = await liveCall()
  await other.phone.panelButton.click()
  await settled(id)
})

it('is declined by who is called, and costs nothing', async () => {
  const [caller, advisor] = [await open('caller'), await open('advisor')]
  await call(caller, advisor)
  const { id } = await liveCall()
  await advisor.phone.panelButton.click()
  await says(caller.phone.status, 'Call declined')
  expect(await settled(id)).toMatchObject({ status: 'declined', endReason: 'declined', chargedCoins: 0 })
  await expect.poll(() => microphoneIsOff(caller.page), wait).toBe(true)
})

it('says what to do about a microphone that is refused, on either side, and rings nobody in vain', async () => {
  const strict = await openBrowser(...fakeSound, '--deny-permission-prompts')
  afterTest.push(() => strict.close())
  const refusing = await open('caller', { in: strict })
  await says(refusing.phone.presence, 'Online')
  await refusing.phone.talkButton.click()
  await says(refusing.phone.talkNote, /^The microphone is blocked here\. Allow it/)
  expect((await server.calls.list({ active: 'true' })).data).toEqual([])

  const [caller, advisor] = [await open('caller'), await open('advisor', { in: strict, width: 360 })]
  await call(caller, advisor)
  await advisor.phone.acceptButton.click()
  await says(advisor.phone.problem, /^The microphone is blocked here\. Allow it/)
  await says(advisor.phone.acceptButton, 'Try again')
  await picture(advisor.page, 'browser-refused-360')
  expect((await liveCall()).acceptedAt).toBeNull()
  await advisor.page.context().grantPermissions(['microphone'])
  await advisor.phone.acceptButton.click()
  await says(caller.phone.status, 'In call')
  const { id } = await liveCall()
  await caller.phone.panelButton.click()
  await settled(id)
})

it('waits for a tap where the browser plays nothing by itself', async () => {
  const [caller, advisor] = [await open('caller'), await open('advisor')]
  const callId = await talk(caller, advisor)
  // A page that nobody has touched since it was loaded may not play. Whether a reload counts differs: here it does for sure.
  await advisor.page.addInitScript(`
    let touched = false
    addEventListener('pointerdown', () => (touched = true), true)
    const { play } = HTMLMediaElement.prototype
    HTMLMediaElement.prototype.play = function () {
      return touched ? play.call(this) : Promise.reject(new DOMException('tap first', 'NotAllowedError'))
    }`)
  await advisor.page.reload()
  await says(advisor.phone.problem, 'Your browser holds the sound back until you tap.')
  await says(advisor.phone.status, 'In call')
  await picture(advisor.page, 'browser-autoplay')
  await advisor.phone.hearButton.click()
  await says(advisor.phone.problem, '')
  await says(advisor.phone.muteButton, 'Mute')
  await expectSound(advisor.page)
  await advisor.phone.panelButton.click()
  await settled(callId)
})
