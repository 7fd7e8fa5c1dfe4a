import { mkdir } from 'node:fs/promises'
import type { Settings } from '../config/settings.ts'
import {
  startExotelSandboxFor,
  startKarzaSandboxFor,
  startRazorpaySandboxFor,
  startSandbox,
  startSignzySandboxFor,
} from '../embedded/start-sandbox.ts'
import { paymentCallbackPath } from '../http/payment-callbacks.ts'
import { misused, say, type CommandGroup, type Here } from './command.ts'

export const sandboxCommands: CommandGroup = {
  usage: `
  sandbox [twilio|exotel|karza|signzy|razorpay]
                       run a provider's sandbox by itself (Twilio's unless told), on this machine only, for a hosted
                       platform's test mode`,
  commands: { sandbox: ([provider], here) => runSandbox(here, provider ?? 'twilio') },
}

/** Until Ctrl-C or SIGTERM; what it knows is kept in the data folder. */
async function runSandbox(here: Here, provider: string): Promise<number> {
  const start = Object.hasOwn(sandboxes, provider) ? sandboxes[provider] : undefined
  if (start === undefined) return misused(`there is no sandbox ${provider}`)
  const settings = here.settings()
  await mkdir(settings.dataDir, { recursive: true, mode: 0o700 })
  const { advice, close } = await start(settings)
  say(here, advice)
  await new Promise((resolve) => {
    process.once('SIGINT', resolve)
    process.once('SIGTERM', resolve)
  })
  await close()
  return 0
}

interface RunningSandbox {
  readonly advice: string
  close(): Promise<void>
}

const sandboxes: Readonly<Record<string, (settings: Settings) => Promise<RunningSandbox>>> = {
  async twilio(settings) {
    const { url, accountSid, close } = await startSandbox(settings, settings.dataDir, settings.port)
    return {
      advice: `The Twilio sandbox is at ${url}: set TWILIO_BASE_URL to it, TWILIO_ACCOUNT_SID to ${accountSid}, and its token.`,
      close,
    }
  },
  async exotel(settings) {
    const { url, accountSid, close } = await startExotelSandboxFor(settings.exotelTest, settings.dataDir, settings.port)
    return {
      advice: `The Exotel sandbox is at ${url}: set EXOTEL_BASE_URL to it, EXOTEL_ACCOUNT_SID to ${accountSid}, and its key and token.`,
      close,
    }
  },
  async karza(settings) {
    const { url, close } = await startKarzaSandboxFor(settings.karzaTest, settings.port)
    return { advice: `The Karza sandbox is at ${url}: set KARZA_BASE_URL to it, and KARZA_API_KEY to its key.`, close }
  },
  async signzy(settings) {
    const { url, close } = await startSignzySandboxFor(settings.signzyTest, settings.port)
    return { advice: `The Signzy sandbox is at ${url}: set SIGNZY_BASE_URL to it, and SIGNZY_TOKEN to its token.`, close }
  },
  async razorpay(settings) {
    const webhookUrl = `${settings.publicUrl ?? `http://${settings.host}:4000`}${paymentCallbackPath('razorpay', 'test')}`
    const { url, keyId, close } = await startRazorpaySandboxFor(settings.razorpayTest, webhookUrl, settings.dataDir, settings.port)
    return {
      advice: `The Razorpay sandbox is at ${url}: set RAZORPAY_BASE_URL to it, RAZORPAY_KEY_ID to ${keyId}, and its key secret and webhook
secret. Its webhooks go to ${webhookUrl}, as CONNECT_PUBLIC_URL says.`,
      close,
    }
  },
}
