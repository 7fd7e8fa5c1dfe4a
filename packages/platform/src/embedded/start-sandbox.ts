import { join } from 'node:path'
import { type ExotelSandbox, startExotelSandbox } from '../../sandbox/exotel/server.ts'
import { type KarzaSandbox, startKarzaSandbox } from '../../sandbox/karza/server.ts'
import { type RazorpaySandbox, SANDBOX_RAZORPAY_WEBHOOK_SECRET, startRazorpaySandbox } from '../../sandbox/razorpay/server.ts'
import { type SignzySandbox, startSignzySandbox } from '../../sandbox/signzy/server.ts'
import { startTwilioSandbox, type TwilioSandbox } from '../../sandbox/twilio/server.ts'
import type { Settings } from '../config/settings.ts'

/**
 * The Twilio sandbox beside an embedded platform, or by itself. On this machine only: its control surface has no password, and it
 * fetches whatever address it is given.
 */
export function startSandbox({ twilioTest }: Pick<Settings, 'twilioTest'>, dataDir: string, port: number): Promise<TwilioSandbox> {
  return startTwilioSandbox({
    port,
    host: '127.0.0.1',
    stateFile: join(dataDir, 'sandbox-twilio.json'),
    accountSid: twilioTest.accountSid,
    authToken: twilioTest.authToken,
  })
}

/** What the Exotel sandbox must agree with the platform about; what is left out is the sandbox's own. */
export interface ExotelTestAccount {
  readonly accountSid?: string | undefined
  readonly apiKey?: string | undefined
  readonly apiToken?: string | undefined
}

/** The Exotel sandbox, in the same way. */
export function startExotelSandboxFor(
  { accountSid, apiKey, apiToken }: ExotelTestAccount,
  dataDir: string,
  port: number,
): Promise<ExotelSandbox> {
  return startExotelSandbox({
    port,
    host: '127.0.0.1',
    stateFile: join(dataDir, 'sandbox-exotel.json'),
    accountSid,
    apiKey,
    apiToken,
  })
}

/** The Karza sandbox. It keeps nothing on disk: what it is told of people are whole identity numbers. */
export const startKarzaSandboxFor = ({ apiKey }: Settings['karzaTest'], port: number): Promise<KarzaSandbox> =>
  startKarzaSandbox({ port, host: '127.0.0.1', apiKey })

/** The Signzy sandbox, in the same way. */
export const startSignzySandboxFor = ({ credentials }: Settings['signzyTest'], port: number): Promise<SignzySandbox> =>
  startSignzySandbox({ port, host: '127.0.0.1', ...credentials })

/** What the Razorpay sandbox must agree with the platform about. */
export interface RazorpayTestAccount {
  readonly keyId?: string | undefined
  readonly keySecret?: string | undefined
  readonly webhookSecret?: string | undefined
}

/** The Razorpay sandbox, in the same way. Its webhooks go to `webhookUrl`, as if that had been entered at the dashboard. */
export async function startRazorpaySandboxFor(
  { keyId, keySecret, webhookSecret: secret = SANDBOX_RAZORPAY_WEBHOOK_SECRET }: RazorpayTestAccount,
  webhookUrl: string,
  dataDir: string,
  port: number,
): Promise<RazorpaySandbox> {
  return startRazorpaySandbox({
    port,
    host: '127.0.0.1',
    stateFile: join(dataDir, 'sandbox-razorpay.json'),
    keyId,
    keySecret,
    webhook: { url: webhookUrl, secret },
  })
}
