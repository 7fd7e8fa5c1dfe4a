import { signatureOf } from '../../sandbox/twilio/signing.ts'
import type { Delivery } from '../../sandbox/kit/deliver-later.ts'

/** Messages as a stranger might send them, made from genuine ones: bent in every way, but the same each time they are asked for. */

export interface Message {
  readonly method: string
  /** Path and query. */
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | Uint8Array<ArrayBuffer>
}

export type Dice = (sides: number) => number

/** Numbers that look random, from a seed (mulberry32). */
export function dice(seed: number): Dice {
  let state = seed
  return (sides) => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) % sides
  }
}

/** One of them; there is at least one. */
export function oneOf<T>(roll: Dice, choices: readonly [T, ...T[]]): T {
  return choices[roll(choices.length)] ?? choices[0]
}

const formType = 'application/x-www-form-urlencoded'
export type Named = Readonly<Record<string, string>>

/** What a stranger knows or guesses: addresses of other calls, the account's token or not. */
export interface Knowledge {
  readonly publicUrl: string
  readonly twilioToken: string
  /** `call_…/secret` of other calls: of the same app, and of another one. */
  readonly foreign: readonly [string, ...string[]]
  /** The address of calls that come in. */
  readonly incoming: string
}

export function twilioForm(known: Pick<Knowledge, 'publicUrl'>, path: string, params: Named, token: string): Message {
  const signature = signatureOf(token, `${known.publicUrl}${path}`, params)
  return {
    method: 'POST',
    path,
    headers: { 'content-type': formType, 'x-twilio-signature': signature },
    body: new URLSearchParams(params).toString(),
  }
}

/** A genuine message as it went out. */
export function genuine(known: Knowledge, provider: 'twilio' | 'exotel', { url, method, params, json }: Delivery): Message {
  const { pathname, search } = new URL(url)
  const path = pathname + search
  if (provider === 'twilio') return twilioForm(known, path, params, known.twilioToken)
  if (method === 'GET') return { method, path: `${path}?${new URLSearchParams(params).toString()}`, headers: {}, body: '' }
  if (json !== undefined) return { method, path, headers: { 'content-type': 'application/json' }, body: JSON.stringify(json) }
  return { method, path, headers: { 'content-type': formType }, body: new URLSearchParams(params).toString() }
}

type Bend = (message: Message, roll: Dice, known: Knowledge) => Message

const ofCall = /(call_[0-9a-z]{26})\/([\w-]{16,128})/
const swapped = (text: string, at: number): string => text.slice(0, at) + (text[at] === 'x' ? 'y' : 'x') + text.slice(at + 1)
const withPath = (message: Message, path: string): Message => ({ ...message, path })

/** Addresses that are nobody's: whatever is sent there is refused, however well it is signed. */
const addresses: readonly [Bend, ...Bend[]] = [
  (m, roll) =>
    withPath(
      m,
      m.path.replace(ofCall, (_, id: string, secret: string) => `${id}/${swapped(secret, roll(secret.length))}`),
    ),
  (m, roll) =>
    withPath(
      m,
      m.path.replace(ofCall, (_, id: string, secret: string) => `${swapped(id, 5 + roll(26))}/${secret}`),
    ),
  (m, roll, { foreign }) =>
    withPath(
      m,
      m.path.replace(ofCall, (_, id: string) => `${id}/${oneOf(roll, foreign).split('/')[1] ?? ''}`),
    ),
  (m, roll, { foreign }) =>
    withPath(
      m,
      m.path.replace(ofCall, (_, id: string, secret: string) => `${oneOf(roll, foreign).split('/')[0] ?? id}/${secret}`),
    ),
  (m) => withPath(m, m.path.replace('/twilio/', '/exotel/').replace(m.path.includes('/exotel/') ? '/exotel/' : '\0', '/twilio/')),
  (m, roll) =>
    withPath(m, m.path.replace(/\/[a-z-]+(\?|$)/, `/${oneOf(roll, ['settle', 'STATUS', 'status.json', '..', 'incoming', 'x'])}$1`)),
  (m, roll) =>
    withPath(
      m,
      m.path.replace(ofCall, (both) => `${both}${oneOf(roll, ['%00', '%2f', '%0a', ';a=b', '/', '%ff', '%'])}`),
    ),
  (m, roll) =>
    withPath(
      m,
      m.path.replace(ofCall, (_, id: string, secret: string) => `${id}/${secret.slice(0, roll(secret.length))}`),
    ),
  (m, _, { incoming }) => withPath(m, incoming.replace('/test/', '/live/')),
  (m, roll, { incoming }) =>
    withPath(m, incoming.includes('/exotel/') ? swapped(incoming, incoming.length - 1 - roll(20)) : `${incoming}/x`),
]

const methods: Bend = (m, roll) => ({ ...m, method: oneOf(roll, ['PUT', 'DELETE', 'PATCH', 'OPTIONS']), body: '' })
const types: Bend = (m, roll) => ({
  ...m,
  method: 'POST',
  headers: { ...m.headers, 'content-type': oneOf(roll, ['text/xml', 'text/plain', 'application/octet-stream', 'multipart/mixed', 'form']) },
})
const huge: Bend = (m, roll) => ({ ...m, method: 'POST', body: `${String(m.body)}&x=${'x'.repeat(1_100_000 + roll(1_000))}` })

const fieldsOf = ({ body }: Message): [string, string][] => [...new URLSearchParams(String(body))]
const withFields = (m: Message, fields: readonly (readonly [string, string])[]): Message => ({
  ...m,
  body: new URLSearchParams(fields.map(([name, value]) => [name, value])).toString(),
})
const lies = ['completed', 'in-progress', '999999999', '-1', 'null', '%00', '\0', '\ud800', 'x'.repeat(2_000)] as const

const signed = (m: Message, known: Knowledge, params: Named, token: string): Message => twilioForm(known, m.path, params, token)

/** What a signature is there for. */
const unsigned: readonly [Bend, ...Bend[]] = [
  (m) => ({ ...m, headers: { 'content-type': formType } }),
  (m, _, known) => signed(m, known, Object.fromEntries(fieldsOf(m)), 'another account’s token, of as many'),
  (m, roll) => ({
    ...m,
    headers: { ...m.headers, 'x-twilio-signature': oneOf(roll, ['', 'x', '='.repeat(28), 'A'.repeat(27) + '=', 'A'.repeat(5_000)]) },
  }),
  (m, roll) =>
    withFields(
      m,
      fieldsOf(m).map(([n, v], i, all) => [n, i === roll(1) + (all.length >> 1) ? oneOf(roll, lies) : v]),
    ),
  (m, roll) => withFields(m, [...fieldsOf(m), [oneOf(roll, ['CallDuration', '__proto__', 'constructor', 'Extra']), '9']]),
  (m, roll) => withFields(m, fieldsOf(m).toSpliced(roll(fieldsOf(m).length), 1)),
  (m, roll) => ({ ...m, body: String(m.body).slice(0, 1 + roll(String(m.body).length - 2)) }),
  (m, roll) => ({ ...m, body: new Uint8Array(Buffer.concat([Buffer.from(String(m.body)), Buffer.from([0xff, roll(256), 0])])) }),
  (m) => withPath(m, `${m.path}?bodySHA256=${'0'.repeat(64)}`),
  // Signed as it should be, and still nothing that Twilio says.
  (m, _, known) => signed(m, known, Object.fromEntries(fieldsOf(m).filter(([name]) => name !== 'CallSid')), known.twilioToken),
  (m, roll, known) =>
    signed(
      m,
      known,
      { ...Object.fromEntries(fieldsOf(m)), CallSid: oneOf(roll, ['CA', 'x'.repeat(34), '../Balance', '']) },
      known.twilioToken,
    ),
]

/** What nobody can read, at an address that is known. */
const unreadable: readonly [Bend, ...Bend[]] = [
  (m, roll) => ({ ...m, ...json, body: String(m.body).startsWith('{') ? String(m.body).slice(0, roll(String(m.body).length)) : '{' }),
  (m, roll) => ({ ...m, ...json, body: oneOf(roll, ['[]', 'null', '7', '"x"', '', '{"CallSid":', '\0', '{"a":1}', '[[[[[[']) }),
  (m) => ({ ...m, ...form, body: 'CallSid=a&CallSid=b&event_sid=x' }),
  (m, roll) => ({ ...m, ...form, body: Array.from({ length: 250 }, (_, i) => `f${i}=${roll(9)}`).join('&') }),
  (m, roll) => ({ ...m, ...json, body: new Uint8Array(Buffer.from([0x7b, 0xff, 0xfe, roll(256), 0x7d])) }),
  (m, roll) => ({ ...m, ...json, body: JSON.stringify({ CallSid: oneOf<unknown>(roll, [null, 1, [], {}, '../x', 'a\0b', '']) }) }),
  (m) => ({ ...m, method: 'POST', headers: { 'content-type': 'multipart/form-data; boundary=x' }, body: '--x\r\nno part' }),
]
const json = { method: 'POST', headers: { 'content-type': 'application/json' } }
const form = { method: 'POST', headers: { 'content-type': formType } }

/** One of many forgeries; each is to be refused. */
export function forged(provider: 'twilio' | 'exotel', message: Message, roll: Dice, known: Knowledge): Message {
  const content = oneOf(roll, provider === 'twilio' ? unsigned : unreadable)
  const kinds: readonly [Bend, ...Bend[]] = [ofCall.test(message.path) ? oneOf(roll, addresses) : content, content]
  const rare = roll(20)
  if (rare === 0) return methods(message, roll, known)
  if (rare === 1) return types(message, roll, known)
  // It is costly to send.
  if (rare === 2 && roll(5) === 0) return huge(message, roll, known)
  return oneOf(roll, kinds)(message, roll, known)
}

/** What is asked at the address of incoming calls. */
export interface Question {
  readonly fields: Named
  /** `call_….secret` of a call of ours that is live. */
  readonly reference: string
}

const bentQuestions: readonly [(fields: Named, roll: Dice) => Named, ...((fields: Named, roll: Dice) => Named)[]] = [
  (fields, roll) => ({ ...fields, CallSid: oneOf(roll, ['', 'x', '../Balance', 'a'.repeat(500), '\0', '%00']) }),
  (fields, roll) => ({ ...fields, CallTo: oneOf(roll, ['', 'abc', '1e9', '+', '0'.repeat(40), '\ud800']) }),
  (fields) => Object.fromEntries(Object.entries(fields).filter(([name]) => name !== 'CallTo')),
  (fields, roll) => ({
    ...fields,
    Direction: oneOf(roll, ['outbound-dial', 'outbound-api', 'x']),
    CustomField: oneOf(roll, ['', 'a b', '\0']),
  }),
]

const asQuery = (path: string, fields: Named): Message => ({
  method: 'GET',
  path: `${path}?${new URLSearchParams(fields).toString()}`,
  headers: {},
  body: '',
})

/** A question about a call, in Exotel's name. */
export function forgedQuestion({ fields, reference }: Question, roll: Dice, { incoming, foreign }: Knowledge): Message {
  const [id = '', secret = ''] = reference.split('.')
  const [foreignId = '', foreignSecret = ''] = oneOf(roll, foreign).split('/')
  const asked = { ...fields, CustomField: reference }
  const kinds: readonly [() => Message, ...(() => Message)[]] = [
    () => asQuery(swapped(incoming, incoming.length - 1 - roll(43)), asked),
    () => asQuery(incoming.replace('/test/', '/live/'), asked),
    () => asQuery(incoming.replace(/\/[^/]*$/, ''), asked),
    () => asQuery(incoming.replace('/exotel/', '/twilio/'), asked),
    () => asQuery(incoming, { ...fields, CustomField: `${id}.${oneOf(roll, [foreignSecret, swapped(secret, roll(secret.length))])}` }),
    () => asQuery(incoming, { ...fields, CustomField: `${oneOf(roll, [foreignId, swapped(id, 5 + roll(26))])}.${secret}` }),
    () => asQuery(incoming, oneOf(roll, bentQuestions)(fields, roll)),
    () => ({ ...asQuery(incoming, asked), path: `${asQuery(incoming, asked).path}&CallSid=${'a'.repeat(32)}` }),
    () => ({ ...asQuery(incoming, asked), method: oneOf(roll, ['PUT', 'DELETE', 'PATCH']) }),
  ]
  return oneOf(roll, kinds)()
}
