import { execFileSync } from 'node:child_process'
import { createServer } from '@impacthub/sdk/server'
import { afterEach, expect, it } from 'vitest'
import type { Demo } from '../../src/embedded/demo.ts'
import { forget, startChild, type ChildPlatform, type ChildSettings } from '../trouble/child-platform.ts'
import { verifyLedger } from './books.ts'

/** What `./dev start` leaves behind when it ends, however it ends, and what the next start finds. */

const wait = { timeout: 60_000, interval: 100 }
const cleanUp: (() => Promise<unknown> | void)[] = []
afterEach(async () => {
  for (const work of cleanUp.splice(0).reverse()) await work()
})

async function start(settings: ChildSettings = {}): Promise<ChildPlatform> {
  const platform = await startChild(settings)
  if (settings.dataDir === undefined) cleanUp.push(() => forget(platform.dataDir))
  cleanUp.push(() => platform.stop())
  return platform
}

/** Processes that work on a data folder: they name it among their arguments. */
const processesOf = (dataDir: string): string[] =>
  execFileSync('ps', ['-eo', 'pid=,args='], { encoding: 'utf8' })
    .split('\n')
    .filter((line) => line.includes(dataDir))

const answers = (url: string): Promise<boolean> =>
  fetch(url, { signal: AbortSignal.timeout(5_000) }).then(
    () => true,
    () => false,
  )

/** Of all that was started for a data folder, PostgreSQL included, nothing runs and nothing listens. */
async function expectGone({ dataDir, demo }: ChildPlatform): Promise<void> {
  await expect.poll(() => processesOf(dataDir), wait).toEqual([])
  for (const url of [demo.platformUrl, demo.demoUrl, demo.sandboxes.twilio, demo.sandboxes.exotel, demo.sandboxes.razorpay])
    await expect.poll(() => answers(url), { ...wait, message: url }).toBe(false)
}

const serverOf = ({ platformUrl: baseUrl, secretKey }: Demo) => createServer({ baseUrl, secretKey })
const keysOf = ({ appId, publishableKey, secretKey }: Demo) => ({ appId, publishableKey, secretKey })

async function spend(demo: Demo, coins: number): Promise<void> {
  await serverOf(demo).wallets.credit({ userId: 'asha', coins, reason: 'A pack of coins' })
}

const balanceOf = async (demo: Demo) => (await serverOf(demo).wallets.get({ userId: 'asha' })).balance

it('leaves no process behind when it is killed, and finds everything at the next start', async () => {
  const first = await start()
  expect(processesOf(first.dataDir).length).toBeGreaterThan(0)
  await spend(first.demo, 7)
  const { id } = await serverOf(first.demo).calls.create({ callerId: 'asha', calleeId: 'ravi' })
  // What becomes of a dial whose answer is not known is tested with a held clock: looking for its leg takes 90 seconds.
  await expect
    .poll(async () => (await serverOf(first.demo).calls.get({ callId: id })).providerIds?.caller, wait)
    .toEqual(expect.any(String))
  await first.kill()
  await expectGone(first)

  const began = performance.now()
  const second = await start({ dataDir: first.dataDir })
  console.info(`The second start was ready after ${Math.round(performance.now() - began)} ms.`)
  expect(keysOf(second.demo)).toEqual(keysOf(first.demo))
  // The call that was under way when it died is still one call, and its hold is still one hold.
  const server = serverOf(second.demo)
  const call = await server.calls.end({ callId: id })
  expect(call).toMatchObject({ callerId: 'asha', calleeId: 'ravi', heldCoins: 120 })
  await expect.poll(async () => (await server.calls.get({ callId: id })).settled, wait).toBe(true)
  expect(await balanceOf(second.demo)).toBe(207 - (await server.calls.get({ callId: id })).chargedCoins)
  expect(await verifyLedger(second.dataDir)).toMatchObject({ code: 0 })
})

it('ends everything on SIGTERM with exit code 0, and gives welcome coins once only', async () => {
  const first = await start()
  await spend(first.demo, 5)
  expect(await first.stop()).toBe(0)
  await expectGone(first)
  const second = await start({ dataDir: first.dataDir })
  expect(await balanceOf(second.demo)).toBe(205)
  expect(await second.stop()).toBe(0)
  await expectGone(second)
})

it('runs in two copies side by side, each with its own app, people and coins', async () => {
  const [here, there] = await Promise.all([start(), start()])
  expect(keysOf(here.demo)).not.toEqual(keysOf(there.demo))
  await spend(here.demo, 3)
  expect([await balanceOf(here.demo), await balanceOf(there.demo)]).toEqual([203, 200])
  for (const { demo } of [here, there]) expect((await fetch(demo.demoUrl)).status).toBe(200)
  await here.kill()
  await expectGone(here)
  expect(await balanceOf(there.demo)).toBe(200)
})
