import { describe, expect, it } from 'vitest'
import { Problem } from '../../../base/problem.ts'
import type { Delivery, VerifiedDelivery } from '../port.ts'
import { callSid, callUrl, exotelAt, otherSid, wish } from './exotel-stub.fixture.ts'

/** Messages as somebody might send them who has found an address of ours: bent in every way, but the same each time this runs. */

const exotel = exotelAt('http://127.0.0.1:1')
const variants = 1_000

/** Numbers that look random, from a seed (mulberry32). */
function dice(seed: number): (sides: number) => number {
  let state = seed
  return (sides) => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) % sides
  }
}

const status = {
  CallSid: callSid,
  EventType: 'terminal',
  Status: 'completed',
  DateUpdated: '2027-03-03 10:53:33',
  EndTime: '2027-03-03 10:49:50',
  From: '09800000001',
  To: '09800000002',
  ConversationDuration: 320,
  CustomField: wish.reference,
  Legs: [{ OnCallDuration: 335, Status: 'completed' }],
}
const dial = {
  CallSid: callSid,
  EventType: 'answered',
  DialCallStatus: 'in-progress',
  DialWhomNumber: '09800000002',
  CallFrom: '09800000001',
}
const leg = {
  event_sid: otherSid,
  event_name: 'leg_answered',
  event_timestamp: '2027-01-15T10:30:00.529Z',
  data: { leg_sid: callSid, contact_uri: '09800000001', state: 'in-progress' },
}

const odd: readonly unknown[] = [
  null,
  '',
  ' ',
  0,
  -1,
  1e9,
  1e300,
  true,
  [],
  [callSid],
  {},
  { toString: 'x' },
  'completed\n',
  'COMPLETED',
  '../../Balance',
  `${callSid}:2`,
  `${callSid}\u0000`,
  '%2e%2e%2f',
  "' or 1=1 --",
  '<script>alert(1)</script>',
  'x'.repeat(10_000),
  '\ud800',
  '٣٢٠',
  '2027-02-31 10:00:00',
  '9999-99-99 99:99:99',
  Number.MAX_SAFE_INTEGER,
]
const names = [
  '__proto__',
  'constructor',
  'toString',
  'CallSid ',
  'callsid',
  'CallSid[]',
  '',
  'leg_sid',
  'Status',
  'EventType',
  'event_sid',
]

function bend(message: object, roll: (sides: number) => number): Record<string, unknown> {
  const entries: [string, unknown][] = Object.entries(message)
  for (let times = roll(4); times >= 0; times--) {
    const at = roll(entries.length || 1)
    const bent: readonly (() => unknown)[] = [
      () => entries.splice(at, 1),
      () => entries.splice(at, 1, [entries[at]?.[0] ?? 'x', odd[roll(odd.length)]]),
      () => entries.push([names[roll(names.length)] ?? '', odd[roll(odd.length)]]),
      () => entries.push(...Array.from({ length: roll(400) }, (_, i): [string, unknown] => [`f${i}`, i])),
      () => entries.splice(at, 1, ['data', odd[roll(odd.length)]]),
    ]
    bent[roll(bent.length)]?.()
  }
  // Not by assignment, which `__proto__` would swallow.
  return Object.fromEntries(entries)
}

const types = [
  'application/json',
  'application/x-www-form-urlencoded',
  'multipart/form-data; boundary=x',
  'multipart/form-data',
  'text/xml',
  '',
]

const asText = (value: unknown): string => (typeof value === 'string' ? value : (JSON.stringify(value) ?? ''))

function sent(message: Record<string, unknown>, roll: (sides: number) => number): Pick<Delivery, 'headers' | 'raw'> {
  const type = types[roll(types.length)] ?? ''
  const pairs = Object.entries(message).map(([name, value]): [string, string] => [name, asText(value)])
  const written = [
    JSON.stringify(message),
    new URLSearchParams(pairs).toString(),
    `${pairs.map(([name, value]) => `--x\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`).join('')}--x--\r\n`,
  ]
  const raw = Buffer.from(written[roll(3) === 0 ? roll(3) : Math.min(types.indexOf(type), 2)] ?? '')
  // Cut off, or with bytes that are no text.
  if (roll(8) === 0) return { headers: { 'content-type': type }, raw: raw.subarray(0, roll(raw.length + 1)) }
  if (roll(8) === 0) for (let i = 0; i < 20 && raw.length > 0; i++) raw[roll(raw.length)] = roll(256)
  return { headers: { 'content-type': type }, raw }
}

const known: readonly string[] = ['queued', 'ringing', 'in_progress', 'completed', 'busy', 'no_answer', 'failed', 'canceled', 'unknown']
const id = /^[0-9A-Za-z]{16,64}$/

/** What came of it: nothing but a Problem, or a report that makes sense by itself. */
async function outcome(work: Promise<VerifiedDelivery | undefined>): Promise<VerifiedDelivery | 'refused'> {
  try {
    return (await work) ?? 'refused'
  } catch (error) {
    if (error instanceof Problem && error.code === 'invalid_request') return 'refused'
    throw error
  }
}

function check({ deliveryId, report, notes }: VerifiedDelivery): void {
  expect(known).toContain(report.status)
  expect(report.at === null || Number.isFinite(report.at.getTime())).toBe(true)
  expect(deliveryId.startsWith('call_01j00000000000000000000000:')).toBe(true)
  expect(deliveryId.length).toBeLessThan(260)
  expect(JSON.stringify([deliveryId, report, notes])).not.toMatch(/98000000|token0123456789/)
}

describe(`${variants} messages of others`, () => {
  it.each([
    ['status', status],
    ['dial-events', dial],
  ])('at %s are refused, or speak of one call and its own two legs', async (what, message) => {
    let read = 0
    for (let seed = 0; seed < variants; seed++) {
      const roll = dice(seed)
      const bent = bend(message, roll)
      const got = await outcome(exotel.verify({ url: `${callUrl}/${what}`, method: 'POST', ...sent(bent, roll) }))
      if (got === 'refused') continue
      read++
      check(got)
      const { leg: side, legId, otherLegId } = got.report
      const call = side === 'caller' ? legId : (otherLegId ?? '')
      expect(call).toMatch(id)
      expect([legId, otherLegId]).toEqual(side === 'caller' ? [call, null] : [`${call}:2`, call])
    }
    // Both outcomes occur, or this would prove nothing.
    expect(read).toBeGreaterThan(variants / 50)
    expect(read).toBeLessThan(variants)
  })

  it.each([
    ['one leg', 'leg=caller'],
    ['both legs', `caller=${callSid}&callee=${otherSid}`],
    ['no leg', 'leg=%00'],
  ])('at leg-events of %s are refused, or speak of its own legs', async (_, query) => {
    let read = 0
    for (let seed = 0; seed < variants; seed++) {
      const roll = dice(seed)
      const bent = bend(leg, roll)
      const got = await outcome(exotel.verify({ url: `${callUrl}/leg-events?${query}`, method: 'POST', ...sent(bent, roll) }))
      if (got === 'refused') continue
      read++
      check(got)
      const { legId, otherLegId } = got.report
      expect(legId).toMatch(id)
      if (query.startsWith('caller')) expect([callSid, otherSid].sort()).toEqual([legId, otherLegId].sort())
      else expect(otherLegId).toBeNull()
    }
    expect(read).toBeLessThan(variants)
    if (query.startsWith('leg=%')) expect(read).toBe(0)
    else expect(read).toBeGreaterThan(variants / 50)
  })

  it('at the place of incoming calls are no question, or one about a number', async () => {
    for (let seed = 0; seed < variants; seed++) {
      const roll = dice(seed)
      const bent = bend({ CallSid: callSid, CallFrom: '09800000001', CallTo: '08030752400', Direction: 'incoming' }, roll)
      const query = new URLSearchParams(Object.entries(bent).map(([name, value]) => [name, asText(value)])).toString()
      const url = `https://connect.example/providers/exotel/live/incoming/x?${query}`
      const call = await exotel.verifyInbound({ url, method: 'GET', headers: {}, raw: Buffer.alloc(0) })
      if (call === undefined) continue
      expect(call.legId).toMatch(id)
      expect(call.to).toMatch(/^\+[1-9][0-9]{6,14}$/)
      if (call.from !== null) expect(call.from).toMatch(/^\+[1-9][0-9]{6,14}$/)
    }
  })
})
