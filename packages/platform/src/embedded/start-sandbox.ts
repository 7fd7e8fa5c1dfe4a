import { join } from 'node:path'
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
