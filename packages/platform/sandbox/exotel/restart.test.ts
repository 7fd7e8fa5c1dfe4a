import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { heldClock } from '../kit/clock.ts'
import type { Json } from '../kit/json.ts'
import { type Customer, NEVER, OWNED, pick, type Scene, setScene, startCustomer, text } from './test-customer.ts'

const MONDAY = Date.UTC(2026, 0, 5, 9)
let folder: string
let customer: Customer
const scenes: Scene[] = []
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'exotel-sandbox-'))
  customer = await startCustomer()
})
afterEach(async () => {
  for (const scene of scenes.splice(0)) await scene.close()
  await customer.close()
  await rm(folder, { recursive: true })
})

/** A sandbox on the same file, whose clock shows what it is told. */
const start = async (nowMs: number) => {
  const clock = heldClock(nowMs)
  const scene = await setScene({ clock, stateFile: join(folder, 'state', 'exotel.jsonl') })
  scenes.push(scene)
  const connect = (wish: Record<string, string> = {}) => scene.connect({ StatusCallback: `${customer.url}/status`, ...wish })
  return { ...scene, clock, connect }
}
const terminal = () => customer.at('/status').filter(({ said }) => said['EventType'] === 'terminal')

describe('a sandbox with a state file', () => {
  it('goes on with a conversation after a restart, and ends it at its limit', async () => {
    const before = await start(MONDAY)
    const sid = await before.connect({ TimeLimit: '100' })
    await before.clock.advance(30_000)
    await before.sandbox.close()
    const after = await start(MONDAY + 60_000)
    expect(after.sandbox.control.calls()).toMatchObject([{ sid, caller: 'in-progress', callee: 'in-progress' }])
    await after.clock.advance(42_000)
    expect(pick(await after.details(sid), 'Details', 'ConversationDuration')).toBe(100)
    expect(terminal()).toHaveLength(1)
  })

  it('ends what ended meanwhile at its right time, with its callbacks', async () => {
    const before = await start(MONDAY)
    const sid = await before.connect({ To: '+919811111020' })
    await before.clock.advance(10_000)
    await before.sandbox.close()
    const after = await start(MONDAY + 3_600_000)
    await after.clock.settled()
    expect(await after.details(sid)).toMatchObject({ EndTime: '2026-01-05 14:30:20', Details: { ConversationDuration: 20 } })
    expect(terminal().map(({ said }) => [said['EndTime'], said['ConversationDuration']])).toEqual([['2026-01-05 14:30:20', 20]])
  })

  it('goes on with legs in their bridge', async () => {
    const before = await start(MONDAY)
    const path = `/v2/accounts/${before.sandbox.accountSid}`
    const post = async ({ ask }: Pick<Scene, 'ask'>, at: string, said: Json) => {
      const { json } = await ask('POST', `${path}${at}`, JSON.stringify(said))
      return pick(json, 'response', 'data')
    }
    const wish = { exophone: OWNED, leg_event_endpoint: `${customer.url}/legs`, time_limit: 90 }
    const legs: string[] = []
    for (const number of ['+919811110000', '+919811110009'])
      legs.push(text(await post(before, '/legs', { ...wish, contact_uri: number }), 'leg_sid'))
    await before.clock.settled()
    const bridge = text(await post(before, '/bridges', { leg_sids: legs, bridge_event_endpoint: `${customer.url}/bridges` }), 'bridge_sid')
    await before.clock.advance(30_000)
    await before.sandbox.close()
    const after = await start(MONDAY + 60_000)
    expect(after.sandbox.control.legs()).toMatchObject([{ bridge }, { bridge }])
    await after.clock.advance(30_000)
    expect(after.sandbox.control.legs()).toEqual([])
    expect(customer.at('/bridges').map(({ said }) => [said['event_name'], said['event_timestamp']])).toEqual([
      ['bridge_created', '2026-01-05T09:00:00.000Z'],
      ['bridge_terminal', '2026-01-05T09:01:30.000Z'],
    ])
  })

  it('remembers numbers, flows and finished calls, and asks again whom to dial', async () => {
    customer.answers.set('/connect', NEVER)
    const before = await start(MONDAY)
    before.sandbox.control.defineFlow({ appId: '1', connectUrl: `${customer.url}/connect` })
    const over = await before.connect({ To: '+919811110001' })
    const asking = await before.connect({ Url: 'https://my.exotel.com/exoml/start/1' })
    while (customer.at('/connect').length === 0) await new Promise((resolve) => setImmediate(resolve))
    await before.sandbox.close()
    customer.answers.set('/connect', { status: 200, json: { destination: { numbers: ['+919811111005'] } } })
    const after = await start(MONDAY + 1_000)
    await after.clock.advance(7_000)
    expect(pick(await after.details(asking), 'Details', 'ConversationDuration')).toBe(5)
    expect(pick(await after.details(over), 'Status')).toBe('busy')
    expect((await after.ask('GET', '/v2_beta/Accounts/sandbox1/IncomingPhoneNumbers')).json).toMatchObject({ total: 1 })
  })

  it('sends callbacks that were not through, those between two attempts at their time', async () => {
    customer.answers.set('/status', { status: 500 })
    const before = await start(MONDAY)
    await before.connect({ To: '+919811110001', 'StatusCallbackEvents[1]': 'terminal' })
    await before.clock.advance(60_000)
    await before.sandbox.close()
    customer.answers.delete('/status')
    const after = await start(MONDAY + 120_000)
    await after.clock.advance(179_000)
    expect(terminal()).toHaveLength(1)
    await after.clock.advance(1_000)
    expect(terminal()).toHaveLength(2)
    await after.sandbox.close()
    const third = await start(MONDAY + 86_400_000)
    await third.clock.settled()
    expect(terminal()).toHaveLength(2)
  })

  it('writes each change within a moment, so that a killed process loses nothing', async () => {
    const { connect } = await start(MONDAY)
    const sid = await connect()
    const written = () => readFile(join(folder, 'state', 'exotel.jsonl'), 'utf8')
    while (!(await written()).includes(sid)) await new Promise((resolve) => setTimeout(resolve, 5))
  })
})
