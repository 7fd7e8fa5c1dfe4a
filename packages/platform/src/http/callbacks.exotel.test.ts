import { createHmac, randomBytes } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { callOf, pair, purses, settled, until, type Pair } from '../../test/calls/scene.ts'
import { startPlatform, type TestApp, type TestPlatform } from '../../test/start-platform.ts'
import { everyTenant } from '../base/tenant.ts'
import { callSecret } from '../features/calls/index.ts'
import { incomingPathOf } from './callback-routes.ts'

/** What comes in Exotel's name, over HTTP, at the whole platform: nothing is signed, so the addresses are all that it can show. */

let here: TestPlatform
let app: TestApp
let two: Pair
let callId: string
let path: string
let legId: string
const json = { 'content-type': 'application/json' }

beforeAll(async () => {
  here = await startPlatform({ exotel: 'flow' })
  app = await here.app()
})
beforeEach(async () => {
  here.exotel?.control.faultCallbacks({ action: 'drop' })
  two = await pair(app)
  callId = (await callOf(two)).id
  await here.quiet()
  const [row] = await here.platform.db.transact(everyTenant, (tx) =>
    tx.query<{ callback_token: string; caller_leg_id: string }>('select callback_token, caller_leg_id from calls where id = $1', [callId]),
  )
  path = `/providers/exotel/calls/${callId}/${callSecret(here.masterKey, { id: callId, callbackToken: row?.callback_token ?? '' })}`
  legId = row?.caller_leg_id ?? ''
})
afterAll(() => here.stop())

const rows = async (): Promise<unknown[]> =>
  here.platform.db.transact(everyTenant, (tx) => tx.query('select delivery_id from inbox where call_id = $1', [callId]))
const post = (what: string, body: string | FormData, headers: Record<string, string> = json, method = 'POST') =>
  fetch(`${here.url}${path}/${what}`, { method, headers, ...(method === 'GET' ? {} : { body }) })
const terminal = () => JSON.stringify({ CallSid: legId, EventType: 'terminal', Status: 'completed', ConversationDuration: 3_600 })
const finish = async (): Promise<void> => {
  here.exotel?.control.clearFaults()
  here.exotel?.control.hangUp(legId, 'caller')
  await until(here, app, callId, settled)
}

describe('a message at a call’s own address', () => {
  it('is taken as JSON, as a form and in parts, once, and answered the same each time', async () => {
    const fields = { CallSid: legId, EventType: 'answered', Status: 'in-progress' }
    const parts = new FormData()
    for (const [name, value] of Object.entries(fields)) parts.set(name, value)
    const form = { 'content-type': 'application/x-www-form-urlencoded' }
    for (let time = 0; time < 2; time++) {
      expect((await post('status', JSON.stringify(fields))).status).toBe(200)
      expect((await post('status', new URLSearchParams(fields).toString(), form)).status).toBe(200)
      expect((await post('status', parts, {})).status).toBe(200)
    }
    expect(await rows()).toHaveLength(1)
    await finish()
  })

  it('moves no money, whatever it says: the account decides', async () => {
    expect((await post('status', terminal())).status).toBe(200)
    await here.advance(2)
    expect(await purses(two)).toMatchObject({ held: 10, earned: 0 })
    expect(await app.server.calls.get({ callId })).toMatchObject({ settled: false, durationSeconds: 0 })
    await finish()
    expect((await app.server.calls.get({ callId })).chargedCoins).toBeLessThanOrEqual(1)
  })

  it.each([
    ['status', 'text/plain', 'POST', 415],
    ['status', 'text/xml', 'POST', 415],
    ['status', 'application/json', 'PUT', 405],
    ['nothing', 'application/json', 'POST', 404],
  ])('at %s as %s by %s is refused with %i, and leaves nothing', async (what, type, method, status) => {
    expect((await post(what, terminal(), { 'content-type': type }, method)).status).toBe(status)
    expect(await rows()).toEqual([])
    await finish()
  })
})

/** Numbers that look like chance and are the same each time. */
function* dice(seed: string): Generator<number, never> {
  for (let n = 0; ; n++) yield createHmac('sha256', seed).update(String(n)).digest().readUInt32BE()
}

it('changes nothing for 1,000 messages that are forged, replayed, of another call or malformed', async () => {
  const other = await callOf(await pair(app))
  const roll = dice('forged')
  const next = (most: number): number => roll.next().value % most
  const token = path.split('/').at(-1) ?? ''
  const strange = [
    '',
    '{',
    'null',
    '[]',
    '{}',
    '{"CallSid":1}',
    '{"CallSid":"../../x"}',
    `{"CallSid":"${legId}`,
    '{"__proto__":{"CallSid":"x"}}',
    ' ',
  ]
  const before = { call: await app.server.calls.get({ callId }), rows: await rows(), purses: await purses(two) }
  const codes = new Set<number>()
  for (let n = 0; n < 1_000; n += 20) {
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => {
        const guess = randomBytes(24).toString('base64url')
        const wrong = [
          `/providers/exotel/calls/${callId}/${guess}/status`,
          `/providers/exotel/calls/${other.id}/${token}/dial-events`,
          `/providers/twilio/calls/${callId}/${token}/caller-status`,
          `/providers/exotel/calls/${callId}/${token.slice(1)}${token[0] === 'a' ? 'b' : 'a'}/leg-events`,
          `/providers/exotel/test/incoming/${guess}`,
          `/providers/exotel/live/incoming/${incomingPathOf(here.masterKey, 'exotel', 'test').split('/').at(-1) ?? ''}`,
          `/providers/exotel/test/incoming`,
        ]
        const malformed = strange[next(strange.length)] ?? ''
        const isMalformed = next(2) === 0
        const address = isMalformed
          ? `${path}/${['status', 'dial-events', 'leg-events'][next(3)] ?? 'status'}`
          : (wrong[next(wrong.length)] ?? '')
        return fetch(`${here.url}${address}`, { method: 'POST', headers: json, body: isMalformed ? malformed : terminal() })
      }),
    )
    for (const { status } of answers) codes.add(status)
  }
  for (const code of codes) expect([400, 403, 404, 415]).toContain(code)
  expect({ call: await app.server.calls.get({ callId }), rows: await rows(), purses: await purses(two) }).toEqual(before)
  await finish()
})
