import { request } from 'node:http'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { everyTenant } from '../../src/base/tenant.ts'
import { callSecret } from '../../src/features/calls/callback-url.ts'
import { incomingPathOf } from '../../src/http/callback-routes.ts'
import { startPlatform, type TestApp, type TestPlatform } from '../start-platform.ts'
import { dice, forged, forgedQuestion, genuine, twilioForm, type Dice, type Knowledge, type Message } from './forgeries.ts'
import { callOf, inProgress, pair, presenceOf, purses, settled, until, type Pair } from './scene.ts'

const variants = 1_000

interface Answered {
  readonly status: number
  readonly type: string
  readonly text: string
}

/** As it is: `fetch` would mend an address that is none. */
function send(url: string, { method, path, headers, body }: Message): Promise<Answered> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(url)
    const length = method === 'GET' ? {} : { 'content-length': Buffer.byteLength(body) }
    const sent = request({ hostname, port, path, method, headers: { ...headers, ...length }, agent: false }, (answer) => {
      let text = ''
      answer.setEncoding('utf8').on('data', (part: string) => (text += part))
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, type: answer.headers['content-type'] ?? '', text }))
    })
    // Who is refused while still sending may see the connection end.
    sent.on('error', (error: NodeJS.ErrnoException) =>
      error.code === 'EPIPE' || error.code === 'ECONNRESET' ? resolve({ status: 413, type: problem, text: '' }) : reject(error),
    )
    sent.end(method === 'GET' ? undefined : body)
  })
}

const problem = 'application/problem+json'

/** Every row of every table, but of `apart`. */
async function everything({ database }: TestPlatform, apart: readonly string[] = []): Promise<Record<string, unknown>> {
  const owner = new pg.Client(database.connection)
  await owner.connect()
  try {
    const { rows } = await owner.query<{ name: string }>(`select tablename as name from pg_tables where schemaname = 'public' order by 1`)
    const found: Record<string, unknown> = {}
    for (const { name } of rows) {
      if (apart.includes(name)) continue
      const all = await owner.query<{ row: unknown }>(`select to_jsonb(t) as row from "${name}" t order by to_jsonb(t)::text`)
      found[name] = all.rows.map(({ row }) => row)
    }
    return found
  } finally {
    await owner.end()
  }
}

describe.each(['twilio', 'connect', 'flow', 'legs'] as const)('messages in the name of %s', (way) => {
  const provider = way === 'twilio' ? 'twilio' : 'exotel'
  let here: TestPlatform
  let app: TestApp
  let live: { two: Pair; id: string }
  let others: { app: TestApp; two: Pair; id: string }[]
  beforeAll(async () => {
    here = await startPlatform(way === 'twilio' ? {} : { exotel: way })
    app = await here.app()
    const place = async (of: TestApp) => {
      const two = await pair(of, { calleeDoes: '1061' })
      return { app: of, two, id: (await callOf(two)).id }
    }
    others = [await place(app), await place(await here.app('Elsewhere'))]
    live = await place(app)
    await until(here, app, live.id, inProgress)
    await here.advance(2)
  })
  afterAll(async () => {
    expect(await here.trialBalance()).toBe(0)
    await here.stop()
  })

  const sentAbout = (callId: string) =>
    (here.exotel ?? here.twilio).control.callbacks().filter(({ url, outcome }) => outcome === 'sent' && url.includes(callId))
  const secretOf = (callId: string): string => {
    const [first] = sentAbout(callId)
    return /call_\w+\/[\w-]+/.exec(first?.url ?? '')?.[0] ?? expect.unreachable('nothing was sent about the call')
  }
  const knowledge = (): Knowledge => {
    const [same, elsewhere] = others.map(({ id }) => secretOf(id))
    return {
      publicUrl: here.url,
      twilioToken: here.twilio.authToken,
      foreign: [same ?? '', elsewhere ?? ''],
      incoming: incomingPathOf(here.masterKey, provider, 'test'),
    }
  }

  /** Sends as many, each of which is to be refused and to change nothing at all; tells with what they were refused. */
  async function refuseAll(make: (roll: Dice) => Message): Promise<Set<number>> {
    const [, secret = ''] = secretOf(live.id).split('/')
    const before = await everything(here)
    const seen = new Set<number>()
    for (let seed = 0; seed < variants; seed++) {
      const message = make(dice(seed))
      const { status, type, text } = await send(here.url, message)
      seen.add(status)
      // Nobody learns a secret from a refusal.
      if (status < 400 || status >= 500 || !type.startsWith(problem) || text.includes(secret))
        expect.unreachable(JSON.stringify({ seed, message, status, type, text }))
    }
    await here.quiet()
    expect(await everything(here)).toEqual(before)
    return seen
  }

  it(`changes nothing for ${variants} that are forged, foreign or cannot be read, and refuses each`, async () => {
    const known = knowledge()
    const told = sentAbout(live.id).map((one) => genuine(known, provider, one))
    expect(told.length).toBeGreaterThan(0)
    const seen = await refuseAll((roll) => forged(provider, told[roll(told.length)] ?? expect.unreachable(), roll, known))
    expect([...seen]).toEqual(expect.arrayContaining([400, 404, 405, 413, 415, ...(way === 'twilio' ? [403] : [])]))
  })

  it(`changes nothing for ${variants} forged questions about calls that come in`, async () => {
    const known = knowledge()
    const { number } = await app.server.calls.get({ callId: live.id })
    const [from, to] = [live.two.callerPhone, number ?? '']
    const reference = secretOf(live.id).replace('/', '.')
    const fields = { CallSid: 'feedfacefeedfacefeedfacefeedface', CallFrom: from, CallTo: to, Direction: 'incoming' }
    const form = { CallSid: `CA${'f'.repeat(32)}`, From: from, To: to, CallStatus: 'ringing', Direction: 'inbound' }
    const asked = twilioForm(known, known.incoming, form, known.twilioToken)
    await refuseAll((roll) =>
      provider === 'exotel' ? forgedQuestion({ fields, reference }, roll, known) : forged(provider, asked, roll, known),
    )
  })

  it('changes nothing for messages that are sent again', async () => {
    const known = knowledge()
    const before = await everything(here)
    for (const one of [live.id, ...others.map(({ id }) => id)].flatMap(sentAbout))
      for (let times = 0; times < 3; times++)
        expect((await send(here.url, genuine(known, provider, one))).status).toBeOneOf(provider === 'twilio' ? [200, 204] : [200])
    await here.quiet()
    expect(await everything(here)).toEqual(before)
  })

  if (provider === 'exotel') {
    it('moves no money and no other call for lies at the right address', async () => {
      const sids = others.map(({ two }) => sidsOf(two)).flat()
      const own = sidsOf(live.two)
      const [, secret] = secretOf(live.id).split('/')
      const base = `/providers/exotel/calls/${live.id}/${secret ?? ''}`
      const apart = ['inbox', 'tasks', 'calls', 'events', 'event_sequences']
      const before = await everything(here, apart)
      for (let seed = 0; seed < 300; seed++) {
        const { path, body } = lie(base, seed, [...sids, ...own, 'feedfacefeedfacefeedfacefeedface'])
        const sent = { method: 'POST', path, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }
        const { status, text } = await send(here.url, sent)
        if (![200, 400].includes(status)) expect.unreachable(JSON.stringify({ seed, sent, status, text }))
      }
      await here.quiet()
      expect(await everything(here, apart)).toEqual(before)
      for (const { app: of, id } of others) expect(await of.server.calls.get({ callId: id })).toMatchObject({ endedAt: null })
    })

    it('takes no leg of another call for that of a call whose dialling was not answered', async () => {
      const { control } = here.exotel ?? expect.unreachable('there is no Exotel')
      control.answerAfter(10_000)
      control.faultApi({ action: 'lose-answer', method: 'POST', path: way === 'legs' ? '/legs' : 'connect' })
      const two = await pair(app, { calleeDoes: '1005' })
      const { id } = await callOf(two)
      await here.quiet()
      const rows = await here.platform.db.transact(everyTenant, (tx) =>
        tx.query<{ callback_token: string }>('select callback_token from calls where id = $1', [id]),
      )
      const secret = callSecret(here.masterKey, { id, callbackToken: rows[0]?.callback_token ?? '' })
      const sids = others.flatMap(({ two: pair }) => sidsOf(pair))
      for (let seed = 0; seed < 50; seed++) {
        const { path, body } = lie(`/providers/exotel/calls/${id}/${secret}`, seed, sids)
        await send(here.url, { method: 'POST', path, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) })
      }
      await here.quiet()
      // Leg by leg, the call's own leg has told of itself by now.
      const { providerIds } = await app.server.calls.get({ callId: id })
      expect(sids).not.toContain(providerIds?.caller)
      expect(providerIds?.callee).toBeNull()
      control.answerAfter(1_000)
      expect(await until(here, app, id, settled)).toMatchObject({ durationSeconds: 5, chargedCoins: 1 })
      expect(await purses(two)).toMatchObject({ left: 9, held: 0 })
    })
  }

  it('goes on with the genuine calls, which are paid by the provider’s seconds', async () => {
    for (const { app: of, two, id } of [{ app, ...live }, ...others]) {
      expect(await until(here, of, id, settled)).toMatchObject({ status: 'completed', durationSeconds: 61, chargedCoins: 2 })
      expect(await purses(two)).toEqual({ left: 8, held: 0, earned: 1 })
      expect(await presenceOf(of, two)).not.toContain('busy')
    }
    const { data } = await app.server.calls.list({ limit: 100 })
    expect(data).toHaveLength(provider === 'twilio' ? 2 : 3)
  })

  const sidsOf = ({ callerPhone, calleePhone }: Pair): string[] => {
    const { control } = here.exotel ?? expect.unreachable('there is no Exotel')
    const calls = control.calls({ all: true }).filter(({ from }) => from === callerPhone)
    const legs = control.legs({ all: true }).filter(({ contactUri }) => [callerPhone, calleePhone].includes(contactUri))
    return [...calls, ...legs].map(({ sid }) => sid)
  }
})

/** What somebody might tell who has the secret of one call: that it is over, long, another one, or that its phones are others. */
function lie(base: string, seed: number, sids: readonly string[]): { path: string; body: object } {
  const roll = dice(seed)
  const sid = () => sids[roll(sids.length)] ?? ''
  const word = ['completed', 'in-progress', 'busy', 'failed', 'no-answer', 'canceled', 'ringing', 'evaporated', ''][roll(9)]
  const seconds = [-1, 0, 86_400, 1e9, 'abc', null][roll(6)]
  if (roll(3) === 0) {
    const names = [
      'leg_ringing',
      'leg_answered',
      'leg_terminated',
      'leg_joined_bridge',
      'leg_left_bridge',
      'bridge_created',
      'bridge_terminal',
    ]
    const query = roll(2) === 0 ? `leg=${['caller', 'callee'][roll(2)] ?? ''}` : `caller=${sid()}&callee=${sid()}`
    const data = { leg_sid: sid(), state: 'terminal', terminal_status: word, on_call_duration_ms: seconds }
    const event = {
      event_sid: `${seed}`.padStart(32, 'e'),
      event_name: names[roll(names.length)],
      event_timestamp: '2026-01-15T10:30:00Z',
      data,
    }
    return { path: `${base}/leg-events?${query}`, body: event }
  }
  const told = { CallSid: sid(), Status: word, DialCallStatus: word, ConversationDuration: seconds, DialCallDuration: seconds }
  const EventType = ['terminal', 'answered', 'completed', 'ringing', ''][roll(5)]
  return { path: `${base}/${['status', 'dial-events'][roll(2)] ?? ''}`, body: { ...told, EventType, EndTime: '2026-01-01 10:00:00' } }
}
