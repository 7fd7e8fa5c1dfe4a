import { join } from 'node:path'
import { type ExotelSandbox, startExotelSandbox } from '../../sandbox/exotel/server.ts'
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
