import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { heldClock } from '../kit/clock.ts'
import { startTwilioSandbox } from './server.ts'
import { type Customer, NEVER, officialClient, OWNED, startCustomer } from './test-customer.ts'

let folder: string
let customer: Customer
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'twilio-sandbox-'))
  customer = await startCustomer()
})
afterEach(async () => {
  await customer.close()
  await rm(folder, { recursive: true })
})

const MONDAY = Date.UTC(2026, 0, 5, 9)
const start = async (nowMs: number) => {
  const clock = heldClock(nowMs)
  const sandbox = await startTwilioSandbox({ clock, answerAfterMs: 0, numbers: [OWNED], stateFile: join(folder, 'state', 'twilio.jsonl') })
  return { clock, sandbox, client: officialClient(sandbox) }
}
const events = 'statusCallbackEvent="initiated ringing answered completed"'

describe('a sandbox with a state file', () => {
  it('goes on with a bridged call after a restart, and ends it at its limit', async () => {
    const before = await start(MONDAY)
    const bridge = `<Response><Dial action="/action"><Number statusCallback="/child" ${events}>+14155550011</Number></Dial></Response>`
    customer.answers.set('/voice', bridge)
    const { sid } = await before.client.calls.create({
      to: '+14155550000',
      from: OWNED,
      url: `${customer.url}/voice`,
      timeLimit: 100,
      statusCallback: `${customer.url}/parent`,
    })
    await before.clock.advance(30_000)
    await before.sandbox.close()

    const after = await start(MONDAY + 60_000)
    expect(after.sandbox.control.calls().map(({ status, doing }) => [status, doing])).toEqual([
      ['in-progress', 'dialing'],
      ['in-progress', 'bridged'],
    ])
    await after.clock.advance(40_000)
    expect(await after.client.calls(sid).fetch()).toMatchObject({ status: 'completed', duration: '100' })
    expect(customer.at('/action')[0]?.params).toMatchObject({ DialCallDuration: '100', DialBridged: 'true' })
    expect(customer.at('/child').map(({ params }) => params['SequenceNumber'])).toEqual(['0', '1', '2', '3'])
    await after.sandbox.close()
  })

  it('ends what ended meanwhile at its right time, in the right order, with callbacks', async () => {
    const before = await start(MONDAY)
    const twiml = `<Response><Dial action="${customer.url}/action"><Number statusCallback="${customer.url}/child">+14155551020</Number></Dial></Response>`
    const { sid } = await before.client.calls.create({
      to: '+14155550000',
      from: OWNED,
      twiml,
      timeLimit: 50,
      statusCallback: `${customer.url}/parent`,
    })
    await before.clock.advance(10_000)
    await before.sandbox.close()

    const after = await start(MONDAY + 3_600_000)
    await after.clock.settled()
    const [child] = await after.client.calls.list({ parentCallSid: sid })
    expect(child).toMatchObject({ status: 'completed', duration: '20' })
    expect(child?.endTime).toEqual(new Date(MONDAY + 20_000))
    expect(customer.at('/child')[0]?.params).toMatchObject({ CallDuration: '20', Timestamp: 'Mon, 05 Jan 2026 09:00:20 +0000' })
    expect(await after.client.calls(sid).fetch()).toMatchObject({ status: 'completed', duration: '50' })
    expect(customer.at('/action')[0]?.params).toMatchObject({ DialCallStatus: 'completed', DialCallDuration: '20' })
    await after.sandbox.close()
  })

  it('remembers numbers and finished calls, and asks again for a document that was on its way', async () => {
    customer.answers.set('/voice', NEVER)
    const before = await start(MONDAY)
    const waiting = await before.client.calls.create({ to: '+14155550000', from: OWNED, url: `${customer.url}/voice` })
    const over = await before.client.calls.create({ to: '+14155550001', from: OWNED, twiml: '<Response/>' })
    while (customer.at('/voice').length === 0) await new Promise((resolve) => setImmediate(resolve))
    await before.sandbox.close()

    customer.answers.set('/voice', '<Response><Pause length="5"/></Response>')
    const after = await start(MONDAY + 1_000)
    await after.clock.advance(5_000)
    expect(await after.client.calls(waiting.sid).fetch()).toMatchObject({ status: 'completed', duration: '6' })
    expect((await after.client.calls(over.sid).fetch()).status).toBe('busy')
    expect(await after.client.incomingPhoneNumbers.list()).toHaveLength(1)
    await after.sandbox.close()
  })

  it('sends callbacks that were not through when it stopped', async () => {
    customer.answers.set('/status', NEVER)
    const before = await start(MONDAY)
    const call = { to: '+14155551000', from: OWNED, twiml: '<Response/>', statusCallback: `${customer.url}/status` }
    const { sid } = await before.client.calls.create(call)
    while (customer.at('/status').length === 0) await new Promise((resolve) => setImmediate(resolve))
    await before.sandbox.close()
    customer.answers.delete('/status')
    const after = await start(MONDAY + 1_000)
    await after.clock.settled()
    expect(customer.progress(sid)).toEqual(['completed', 'completed'])
    expect(new Set(customer.at('/status').map(({ token }) => token)).size).toBe(1)
    await after.sandbox.close()
    const third = await start(MONDAY + 2_000)
    await third.clock.settled()
    expect(customer.at('/status')).toHaveLength(2)
    await third.sandbox.close()
  })

  it('writes each change within a moment, so that a killed process loses nothing', async () => {
    const before = await start(MONDAY)
    const { sid } = await before.client.calls.create({ to: '+14155550000', from: OWNED, twiml: '<Response/>' })
    const written = () => readFile(join(folder, 'state', 'twilio.jsonl'), 'utf8')
    while (!(await written()).includes(sid)) await new Promise((resolve) => setTimeout(resolve, 5))
    await before.sandbox.close()
  })
})
