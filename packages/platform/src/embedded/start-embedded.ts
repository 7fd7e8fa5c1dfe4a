import { spawn } from 'node:child_process'
import { mkdir } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import type { Logger } from '../base/logger.ts'
import type { ExotelAccountSettings } from '../config/exotel-settings.ts'
import { karzaHubHeader, type KarzaAccountSettings } from '../config/karza-settings.ts'
import type { RazorpayAccountSettings } from '../config/razorpay-settings.ts'
import type { SignzyAccountSettings } from '../config/signzy-settings.ts'
import type { Settings, TwilioAccount } from '../config/settings.ts'
import { SANDBOX_EXOTEL_ACCOUNT_SID, SANDBOX_EXOTEL_API_KEY, SANDBOX_EXOTEL_API_TOKEN } from '../../sandbox/exotel/server.ts'
import {
  SANDBOX_RAZORPAY_KEY_ID,
  SANDBOX_RAZORPAY_KEY_SECRET,
  SANDBOX_RAZORPAY_PAYOUT_ACCOUNT,
  SANDBOX_RAZORPAY_WEBHOOK_SECRET,
} from '../../sandbox/razorpay/server.ts'
import { SANDBOX_KARZA_API_KEY } from '../../sandbox/karza/server.ts'
import { SANDBOX_SIGNZY_PASSWORD, SANDBOX_SIGNZY_TOKEN, SANDBOX_SIGNZY_USERNAME } from '../../sandbox/signzy/server.ts'
import { incomingPathOf } from '../http/callback-routes.ts'
import { holdPort, onUsualPort } from '../http/held-port.ts'
import { paymentCallbackPath } from '../http/payment-callbacks.ts'
import { SANDBOX_ACCOUNT_SID, SANDBOX_AUTH_TOKEN } from '../../sandbox/twilio/server.ts'
import type { Platform } from '../app.ts'
import type { KycAccounts } from '../kyc-accounts.ts'
import { runPlatform, type Running } from '../run-platform.ts'
import { readDemo, readPeople, writeDemo, type Demo } from './demo.ts'
import { portOf, startExample } from './example.ts'
import { embeddedMasterKey } from './master-key.ts'
import { startEmbeddedPostgres } from './postgres.ts'
import {
  startExotelSandboxFor,
  startKarzaSandboxFor,
  startRazorpaySandboxFor,
  startSandbox,
  startSignzySandboxFor,
} from './start-sandbox.ts'

const root = resolve(import.meta.dirname, '../../../..')
const exampleDir = join(root, 'examples/talk-now')

/** What has been started, ended in the opposite order. */
class Stack implements Running {
  readonly #parts: Running[] = []

  add<Part extends Running>(part: Part): Part {
    this.#parts.push(part)
    return part
  }

  async stop(): Promise<void> {
    for (let part = this.#parts.pop(); part !== undefined; part = this.#parts.pop()) await part.stop()
  }
}

/** Everything on one machine, from nothing: PostgreSQL, sandboxes, the platform, a demo app and the example host app that uses it. */
export async function startEmbedded(settings: Settings, logger: Logger): Promise<Running> {
  const dataDir = resolve(settings.dataDir)
  await mkdir(dataDir, { recursive: true, mode: 0o700 })
  const stack = new Stack()
  try {
    const built = buildScripts()
    const known = await readDemo(dataDir)
    const connection =
      settings.databaseUrl === undefined
        ? stack.add(await startEmbeddedPostgres({ dataDir: join(dataDir, 'postgres') })).connection
        : { url: settings.databaseUrl }
    // Others are told of it before anybody listens there: held from here on, so that nobody takes it meanwhile.
    const held = settings.port === 0 ? await holdPort(settings.host, portOf(known?.platformUrl)) : undefined
    const publicUrl = settings.publicUrl ?? `http://${settings.host}:${held?.port ?? settings.port}`
    const masterKey = settings.masterKey ?? (await embeddedMasterKey(dataDir))
    const twilio = await testTwilio(settings, dataDir, known, stack)
    const incomingUrl = `${publicUrl}${incomingPathOf(masterKey, 'exotel', 'test')}`
    const exotel = await testExotel(settings, { dataDir, known, incomingUrl }, stack)
    const webhookUrl = `${publicUrl}${paymentCallbackPath('razorpay', 'test')}`
    const razorpay = await testRazorpay(settings, { dataDir, known, webhookUrl }, stack)
    const karza = await testKarza(settings, known, stack)
    const signzy = await testSignzy(settings, known, stack)
    const test = { twilio, exotel, karza, signzy, razorpay, ...secondAccounts(settings, { karza, signzy }) }
    const sandboxes = {
      twilio: twilio.baseUrl,
      exotel: exotel.baseUrl,
      karza: karza.baseUrl,
      signzy: signzy.baseUrl,
      razorpay: razorpay.baseUrl,
    }
    const { platform } = stack.add(await runPlatform({ settings, held, logger, connection, masterKey, publicUrl, test }))
    const demo = await prepareDemo(platform, known, { dataDir, publicUrl, sandboxes })
    await built
    const example = stack.add(
      await startExample({
        dir: exampleDir,
        host: settings.host,
        usualPort: portOf(demo.demoUrl),
        platformUrl: publicUrl,
        publishableKey: demo.publishableKey,
        secretKey: demo.secretKey,
        checkoutUrl: new URL(razorpay.checkoutUrl).origin,
      }),
    )
    await writeDemo(dataDir, { ...demo, demoUrl: example.url })
    greet(publicUrl, example.url, dataDir)
    return stack
  } catch (error) {
    await stack.stop()
    throw error
  }
}

/** What test mode talks to: the sandbox, unless the settings name another address; credentials that they leave out are the sandbox's. */
async function testTwilio(settings: Settings, dataDir: string, known: Demo | undefined, stack: Stack): Promise<TwilioAccount> {
  const { baseUrl, accountSid = SANDBOX_ACCOUNT_SID, authToken = SANDBOX_AUTH_TOKEN } = settings.twilioTest
  if (baseUrl !== undefined) return { baseUrl, accountSid, authToken }
  const sandbox = await onUsualPort(portOf(known?.sandboxes.twilio), (port) => startSandbox(settings, dataDir, port))
  stack.add({ stop: () => sandbox.close() })
  return { baseUrl: sandbox.url, accountSid, authToken }
}

/** The flow that asks the platform about calls, as one builds it once in Exotel's dashboard. */
const sandboxFlow = 'platform'

/** The same of Exotel. The sandbox's account is one that may do all: each phone is rung, joined and hung up by the platform. */
async function testExotel(
  { exotelTest }: Settings,
  at: { readonly dataDir: string; readonly known: Demo | undefined; readonly incomingUrl: string },
  stack: Stack,
): Promise<ExotelAccountSettings> {
  const account = {
    accountSid: SANDBOX_EXOTEL_ACCOUNT_SID,
    apiKey: SANDBOX_EXOTEL_API_KEY,
    apiToken: SANDBOX_EXOTEL_API_TOKEN,
    ...exotelTest,
  }
  if (exotelTest.baseUrl !== undefined) return { pattern: 'connect', ...account, baseUrl: exotelTest.baseUrl }
  const sandbox = await onUsualPort(portOf(at.known?.sandboxes.exotel), (port) => startExotelSandboxFor(account, at.dataDir, port))
  stack.add({ stop: () => sandbox.close() })
  const flowId = account.flowId ?? sandboxFlow
  sandbox.control.defineFlow({ appId: flowId, connectUrl: at.incomingUrl })
  return { pattern: 'legs', ...account, flowId, baseUrl: sandbox.url }
}

/** The same of Razorpay. */
async function testRazorpay(
  { razorpayTest }: Settings,
  at: { readonly dataDir: string; readonly known: Demo | undefined; readonly webhookUrl: string },
  stack: Stack,
): Promise<RazorpayAccountSettings> {
  const account = {
    keyId: SANDBOX_RAZORPAY_KEY_ID,
    keySecret: SANDBOX_RAZORPAY_KEY_SECRET,
    webhookSecret: SANDBOX_RAZORPAY_WEBHOOK_SECRET,
    payoutAccount: SANDBOX_RAZORPAY_PAYOUT_ACCOUNT,
    ...razorpayTest,
  }
  const { baseUrl } = razorpayTest
  if (baseUrl !== undefined) return { checkoutUrl: baseUrl, ...account, baseUrl }
  const start = (port: number) => startRazorpaySandboxFor(account, at.webhookUrl, at.dataDir, port)
  const sandbox = await onUsualPort(portOf(at.known?.sandboxes.razorpay), start)
  stack.add({ stop: () => sandbox.close() })
  return { checkoutUrl: sandbox.url, ...account, baseUrl: sandbox.url }
}

/** Where a sandbox was the last time, when there was one. */
const usualOf = (known: Demo | undefined, name: 'karza' | 'signzy'): number => portOf(known?.sandboxes[name] || undefined)

/** The same of Karza. */
async function testKarza({ karzaTest }: Settings, known: Demo | undefined, stack: Stack): Promise<KarzaAccountSettings> {
  const account = { apiKey: SANDBOX_KARZA_API_KEY, authHeader: 'x-karza-key', ...karzaTest }
  if (karzaTest.baseUrl !== undefined) return { ...account, baseUrl: karzaTest.baseUrl }
  const sandbox = await onUsualPort(usualOf(known, 'karza'), (port) => startKarzaSandboxFor(account, port))
  stack.add({ stop: () => sandbox.close() })
  return { ...account, baseUrl: sandbox.url }
}

/** The same of Signzy. */
async function testSignzy({ signzyTest }: Settings, known: Demo | undefined, stack: Stack): Promise<SignzyAccountSettings> {
  const login = { username: SANDBOX_SIGNZY_USERNAME, password: SANDBOX_SIGNZY_PASSWORD }
  const credentials = signzyTest.generation === 'v2' ? login : { token: SANDBOX_SIGNZY_TOKEN }
  const account = { generation: 'v3' as const, credentials, ...signzyTest }
  const { baseUrl } = signzyTest
  if (baseUrl !== undefined) return { persistUrl: baseUrl, ...account, baseUrl }
  const sandbox = await onUsualPort(usualOf(known, 'signzy'), (port) => startSignzySandboxFor(account, port))
  stack.add({ stop: () => sandbox.close() })
  return { persistUrl: sandbox.url, ...account, baseUrl: sandbox.url }
}

/** The sandboxes speak both generations; where another address stands for one, its second account is told by the settings. */
function secondAccounts(
  { karzaTest, karzaHub, signzyTest, signzyV2 }: Settings,
  { karza, signzy }: { readonly karza: KarzaAccountSettings; readonly signzy: SignzyAccountSettings },
): Pick<KycAccounts, 'karzaHub' | 'signzyV2'> {
  const credentials = { username: SANDBOX_SIGNZY_USERNAME, password: SANDBOX_SIGNZY_PASSWORD }
  const hub = { ...karza, baseUrl: `${karza.baseUrl}/api/kyc`, authHeader: karzaHubHeader }
  return {
    karzaHub: karzaHub.test ?? (karzaTest.baseUrl === undefined ? hub : undefined),
    signzyV2: signzyV2.test ?? (signzyTest.baseUrl === undefined ? { ...signzy, generation: 'v2', credentials } : undefined),
  }
}

/** Its people are in India, whose calls go by Exotel: with numbers of both providers, both can be seen at work. */
async function ensureNumbers(platform: Platform, appId: string): Promise<void> {
  await platform.ensureNumber(appId, 'test', 'US')
  await platform.ensureNumber(appId, 'test', 'IN')
}

/** The demo app of the start before, when this database still has it; else a new one with virtual numbers. */
async function prepareDemo(
  platform: Platform,
  known: Demo | undefined,
  at: { dataDir: string; publicUrl: string; sandboxes: Demo['sandboxes'] },
): Promise<Demo> {
  const users = await readPeople(exampleDir)
  const addresses = {
    platformUrl: at.publicUrl,
    demoUrl: known?.demoUrl ?? '', // where it listens is known when it does
    users,
    sandboxes: at.sandboxes,
  }
  if (known !== undefined && (await platform.knowsKey(known.secretKey))) {
    await ensureNumbers(platform, known.appId)
    return { ...known, ...addresses }
  }
  const { appId, modes } = await platform.createApp('Talk Now')
  await ensureNumbers(platform, appId)
  const demo = { ...addresses, appId, publishableKey: modes.test.publishableKey, secretKey: modes.test.secretKey }
  // The keys are nowhere else: they are safe on disk before anything uses them.
  await writeDemo(at.dataDir, demo)
  return demo
}

/** The widgets as a page loads them, made anew only when a source has changed. Its own process: bundling would hold up the start. */
function buildScripts(): Promise<void> {
  const child = spawn(process.execPath, [join(root, 'scripts/build.ts'), '--if-stale'], { stdio: ['ignore', 'ignore', 'inherit'] })
  const done = new Promise<void>((settle, reject) => {
    child.once('error', reject)
    child.once('exit', (code) => (code === 0 ? settle() : reject(new Error('the widgets could not be built'))))
  })
  // Awaited later; until then a failure is not "unhandled".
  done.catch(() => undefined)
  return done
}

function greet(platformUrl: string, demoUrl: string, dataDir: string): void {
  process.stdout.write(`
ImpactHub Connect is running.

  Open the demo      ${demoUrl}
  API reference      ${platformUrl}/docs
  Keys and addresses ${join(dataDir, 'demo.json')}

Ctrl-C ends it; the data stays in ${dataDir}.
`)
}
