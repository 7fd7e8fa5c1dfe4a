import { createHmac, randomBytes } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { getExpectedTwilioSignature } from 'twilio/lib/webhooks/webhooks.js'
import { startPlatform, type TestApp, type TestPlatform } from '../../test/start-platform.ts'
import { everyTenant } from '../base/tenant.ts'
import { callSecret } from '../features/calls/index.ts'

/** Providers' messages as they arrive: over HTTP, at the whole platform. */

let world: TestPlatform
let app: TestApp
let path: string
let legId: string
beforeAll(async () => {
  world = await startPlatform()
  app = await world.app()
  const caller = await app.user('caller', { phone: '+919800000000', coins: 50 })
  await app.user('callee', { phone: '+919800010000', availability: 'always' })
  const call = await caller.client.calls.create({ calleeId: 'callee' })
  await world.advance(4)
  const [row] = await world.platform.db.transact(everyTenant, (tx) =>
    tx.query<{ callback_token: string; caller_leg_id: string }>('select callback_token, caller_leg_id from calls where id = $1', [call.id]),
  )
  path = `/providers/twilio/calls/${call.id}/${callSecret(world.masterKey, { id: call.id, callbackToken: row?.callback_token ?? '' })}`
  legId = row?.caller_leg_id ?? ''
})
afterAll(() => world.stop())

const arrivals = async (): Promise<unknown> =>
  world.platform.db.transact(everyTenant, (tx) => tx.query('select delivery_id from inbox order by delivery_id'))

const send = (what: string, fields: Record<string, string>, headers: Record<string, string> = {}, method = 'POST') => {
  const url = `${world.url}${path}/${what}`
  const signature = getExpectedTwilioSignature(world.twilio.authToken, url, fields)
  return fetch(url, {
    method,
    headers: { 'content-type': 'application/x-www-form-urlencoded', 'x-twilio-signature': signature, ...headers },
    ...(method === 'GET' ? {} : { body: new URLSearchParams(fields).toString() }),
  })
}
const fields = () => ({ CallSid: legId, CallStatus: 'in-progress' })

describe('a message to the platform', () => {
  it('gets TwiML that shows both the virtual number, and the same again', async () => {
    const first = await send('answer', fields())
    const body = await first.text()
    expect([first.status, first.headers.get('content-type')]).toEqual([200, 'text/xml; charset=utf-8'])
    expect(body).toMatch(/<Dial callerId="\+1415\d{7}" .*answerOnBridge="true".*<Number .*>\+919800010000<\/Number>/)
    expect(body).not.toContain('919800000000')
    expect(await (await send('answer', fields())).text()).toBe(body)
  })

  it('is told no more than it must know when it is refused', async () => {
    const before = await arrivals()
    const forged = await send('caller-status', fields(), { 'x-twilio-signature': 'BE7SIhVvk+wy+OSJ2d9iEfaloQ8=' })
    expect(forged.status).toBe(403)
    const text = await forged.text()
    expect(text).not.toContain(path)
    expect(text).not.toMatch(/signature/i)
    const json = await send('caller-status', fields(), { 'content-type': 'application/json' })
    expect(json.status).toBe(415)
    const large = await send('caller-status', { ...fields(), X: 'x'.repeat(70_000) })
    expect(large.status).toBe(413)
    const read = await send('caller-status', fields(), {}, 'GET')
    expect([read.status, read.headers.get('allow')]).toEqual([405, 'POST'])
    const elsewhere = await fetch(`${world.url}/providers/exotel/calls/x/y/status`, { method: 'POST' })
    expect(elsewhere.status).toBe(404)
    expect(await arrivals()).toEqual(before)
  })

  it('changes nothing when it was captured and is sent again', async () => {
    const before = await world.platform.db.transact(everyTenant, (tx) => tx.query('select * from calls'))
    const replayed = {
      ...fields(),
      CallbackSource: 'call-progress-events',
      SequenceNumber: '1',
      Timestamp: 'Mon, 05 Jan 2026 09:00:01 +0000',
    }
    for (let i = 0; i < 5; i++) expect((await send('caller-status', replayed)).status).toBe(204)
    await world.quiet()
    expect(await world.platform.db.transact(everyTenant, (tx) => tx.query('select * from calls'))).toEqual(before)
  })
})

/** Numbers that look like chance and are the same each time. */
function* dice(seed: string): Generator<number, never> {
  for (let n = 0; ; n++) yield createHmac('sha256', seed).update(String(n)).digest().readUInt32BE()
}

it('changes nothing for 1,000 messages that are forged, moved, of another call or malformed', async () => {
  const roll = dice('forged')
  const pick = <One>(all: readonly One[]): One => all[roll.next().value % all.length] as One
  const calls = (): Promise<unknown> => world.platform.db.transact(everyTenant, (tx) => tx.query('select * from calls'))
  const before = [await calls(), await arrivals()]
  const body = { ...fields(), CallStatus: 'completed', CallDuration: '3600', CallbackSource: 'call-progress-events', SequenceNumber: '99' }
  const changed = { ...body, CallDuration: '1' }
  const sign = (url: string, what: Record<string, string>, token = world.twilio.authToken) => getExpectedTwilioSignature(token, url, what)
  const forgeries: ((url: string) => { url?: string; signature: string; form: Record<string, string> })[] = [
    () => ({ signature: randomBytes(20).toString('base64'), form: body }),
    () => ({ signature: '', form: body }),
    (url) => ({ signature: sign(url, changed), form: body }),
    (url) => ({ signature: sign(url, body, 'f'.repeat(32)), form: body }),
    (url) => ({ signature: sign(url.replace(/[^/]+$/, 'moved'), body), form: body }),
    (url) => ({ signature: sign(`${url}?a=1`, body), form: body }),
    (url) => ({ url: `${url}?a=1`, signature: sign(url, body), form: body }),
    (url) => ({ signature: sign(url, body).toLowerCase(), form: body }),
    // Signed as it should be, and nonsense all the same.
    (url) => ({ signature: sign(url, { ...body, CallSid: '../x' }), form: { ...body, CallSid: '../x' } }),
    (url) => ({ signature: sign(url, { ...body, CallSid: '' }), form: { ...body, CallSid: '' } }),
    (url) => ({ signature: sign(url, {}), form: {} }),
    // Signed as it should be, for an address that is no call's.
    (url) => {
      const elsewhere = url.replace(/[^/]{43}/, randomBytes(32).toString('base64url'))
      return { url: elsewhere, signature: sign(elsewhere, body), form: body }
    },
  ]
  const codes = new Set<number>()
  for (let n = 0; n < 1_000; n += 20) {
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => {
        const at = `${world.url}${path}/${pick(['caller-status', 'callee-status', 'after', 'answer'])}`
        const { url = at, signature, form } = pick(forgeries)(at)
        return fetch(url, {
          method: 'POST',
          headers: { 'content-type': 'application/x-www-form-urlencoded', 'x-twilio-signature': signature },
          body: new URLSearchParams(form).toString(),
        })
      }),
    )
    for (const { status } of answers) codes.add(status)
  }
  expect([...codes].sort()).toEqual([400, 403, 404])
  await world.quiet()
  expect([await calls(), await arrivals()]).toEqual(before)
})
