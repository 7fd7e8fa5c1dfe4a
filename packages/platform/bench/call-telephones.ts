/**
 * The telephones of the call bench: the Twilio sandbox, a process of its own. A real provider has its own machines, so this one stands back
 * wherever the platform or PostgreSQL want the processor; what it uses all the same is told. That it kept up is measured as well.
 */
import { setPriority } from 'node:os'
import { createInterface } from 'node:readline'
import * as z from 'zod'
import { startTwilioSandbox } from '../sandbox/twilio/server.ts'

/** The first line that it writes. */
export const telephonesReport = z.object({ url: z.string(), accountSid: z.string(), authToken: z.string() })

/** As `nice` counts: about a tenth of the time of one at 0 who wants the same processor. */
const standsBack = 10

if (import.meta.main) {
  setPriority(standsBack)
  const sandbox = await startTwilioSandbox({ answerAfterMs: 200 })
  sandbox.control.ownNumber('+14155550123')
  process.stdout.write(`${JSON.stringify({ url: sandbox.url, accountSid: sandbox.accountSid, authToken: sandbox.authToken })}\n`)
  // Whatever it is asked, it tells what it has used.
  const orders = createInterface({ input: process.stdin }).on('close', () => process.exit(0))
  orders.on('line', () => {
    const { user, system } = process.cpuUsage()
    process.stdout.write(`${JSON.stringify({ cpuMicros: user + system })}\n`)
  })
}
