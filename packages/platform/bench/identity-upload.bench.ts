import { openBrowser } from '../test/e2e/browser.ts'
import { drawCard, keptBytes } from '../test/e2e/card.ts'
import { forget, startChild } from '../test/trouble/child-platform.ts'
import type { CDPSession, Page } from 'playwright'
import { median, type Measurement } from './measurement.ts'

/** A cheap phone: four times slower than this machine. */
const slowdown = 4
/** 400 kbit/s with round trips of 400 ms. */
const network = { offline: false, latency: 400, downloadThroughput: 50_000, uploadThroughput: 50_000 }

interface Times {
  /** From the `change` of the field until the picture is on its way: read, judged, shrunk and kept. Putting it into the field is the driver's. */
  readonly shrunkMs: number
  /** Of these, until the photograph was read, which is the work of another thread. */
  readonly readMs: number
  /** From the choice of the file until the platform has made a document of it. */
  readonly sentMs: number
  /** What its bytes alone take on this network. */
  readonly bareMs: number
}

interface PageTimes {
  readonly shrunkMs: number
  readonly readMs: number
}

/** Runs in the page: takes the time from the next chosen file until its picture is on its way. */
function takeTime(): void {
  const root = document.querySelector('ihc-kyc-uploader')?.shadowRoot
  if (!root) throw new Error('no identity check on this page')
  let readMs = 0
  const read = globalThis.createImageBitmap
  Object.assign(globalThis, {
    createImageBitmap: async (...given: Parameters<typeof read>) => {
      const from = performance.now()
      const bitmap = await read(...given)
      readMs = performance.now() - from
      return bitmap
    },
    timeTaken: new Promise<PageTimes>((resolve) => {
      const begin = () => {
        const from = performance.now()
        const watch = new MutationObserver(() => {
          if (!root.querySelector('[part~="slot"].sending')) return
          watch.disconnect()
          globalThis.createImageBitmap = read
          resolve({ shrunkMs: performance.now() - from, readMs })
        })
        watch.observe(root, { subtree: true, attributes: true, childList: true })
      }
      root.addEventListener('change', begin, { capture: true, once: true })
    }),
  })
}

const timeTaken = () => Reflect.get(globalThis, 'timeTaken') as Promise<PageTimes>

/** Chooses a photograph on the page of the example host app, and waits until it is sent. */
async function upload(page: Page, control: CDPSession, photograph: Buffer, rate: number): Promise<Times> {
  const slot = (phase: string) => page.locator(`ihc-kyc-uploader [part~="slot"].${phase}`)
  const input = page.locator('ihc-kyc-uploader input[type=file]')
  await input.waitFor({ state: 'attached' })
  await page.evaluate(takeTime)
  await control.send('Network.emulateNetworkConditions', network)
  await control.send('Emulation.setCPUThrottlingRate', { rate })
  const from = performance.now()
  await input.setInputFiles({ name: 'card.jpg', mimeType: 'image/jpeg', buffer: photograph })
  const taken = await page.evaluate(timeTaken)
  const bareMs = ((await page.evaluate(keptBytes)) / network.uploadThroughput) * 1_000
  await slot('sent').waitFor({ timeout: 120_000 })
  return { ...taken, sentMs: performance.now() - from, bareMs }
}

/** One document from a cheap phone on a poor network, through all that `./dev start` starts. */
export async function identityUpload(rounds: number): Promise<Measurement[]> {
  const platform = await startChild()
  const browser = await openBrowser()
  const [fast, slow]: [Times[], Times[]] = [[], []]
  try {
    const blank = await browser.newPage()
    const photograph = Buffer.from(await blank.evaluate(drawCard, [4_000, 3_000] as const), 'base64')
    for (let round = 0; round < rounds; round++) {
      const context = await browser.newContext({ viewport: { width: 360, height: 800 } })
      const page = await context.newPage()
      await page.goto(`${platform.demo.demoUrl}/?phone=advisor`)
      await page.getByRole('button', { name: 'Withdraw', exact: true }).first().click()
      if (round === 0) {
        await page.locator('ihc-kyc-uploader').getByRole('checkbox').check()
        await page.locator('ihc-kyc-uploader [part~="agree"]').click()
      }
      const control = await context.newCDPSession(page)
      await control.send('Network.enable')
      fast.push(await upload(page, control, photograph, 1))
      slow.push(await upload(page, control, photograph, slowdown))
      await context.close()
    }
  } finally {
    await browser.close()
    await platform.stop()
    forget(platform.dataDir)
  }
  const of = (times: readonly Times[], name: keyof Times) => median(times.map((one) => one[name]))
  return [
    {
      name: `photograph of 12 megapixels shrunk, on a processor ${slowdown} times slower`,
      unit: 'ms',
      measured: of(slow, 'shrunkMs'),
      yardstick: of(fast, 'shrunkMs'),
      yardstickName: 'the same at full speed',
      target: { value: 1_500 },
    },
    {
      // The browser slows down the page's own thread only.
      name: 'the same, were the thread that reads the photograph as slow',
      unit: 'ms',
      measured: median(slow.map(({ shrunkMs, readMs }) => shrunkMs + (slowdown - 1) * readMs)),
      yardstick: of(slow, 'readMs'),
      yardstickName: 'until it is read, unslowed',
      target: { value: 1_500 },
    },
    {
      name: 'one document over 400 kbit/s with 400 ms round trips',
      unit: 'ms',
      measured: of(slow, 'sentMs'),
      yardstick: of(slow, 'bareMs'),
      yardstickName: 'its bytes alone',
      target: { value: 20_000 },
    },
  ]
}
