import { verifyWebhook, WebhookVerificationError, type WebhookEvent, type WebhookToVerify } from '@impacthub/sdk/server'
import { Webhook } from 'standardwebhooks'
import { describe, expect, it } from 'vitest'

const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'
const other = 'whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD'
const sentAt = new Date('2026-01-05T09:00:00Z')
const event: WebhookEvent = {
  id: 'evt_01',
  type: 'user.deleted',
  timestamp: sentAt.toISOString(),
  sequence: 3,
  mode: 'test',
  data: { id: 'usr_01', userId: 'aashā' },
}
const body = JSON.stringify(event)

const headersOf = (text: string, key = secret, at = sentAt) => ({
  'webhook-id': event.id,
  'webhook-timestamp': String(at.getTime() / 1000),
  'webhook-signature': new Webhook(key).sign(event.id, at, text),
})

const verify = (change: Partial<WebhookToVerify> = {}) => verifyWebhook({ secret, headers: headersOf(body), body, now: sentAt, ...change })

const refusal = async (change: Partial<WebhookToVerify>): Promise<string> => {
  const error: unknown = await verify(change).catch((thrown: unknown) => thrown)
  if (!(error instanceof WebhookVerificationError)) throw new Error('it was believed')
  return error.code
}

describe('a webhook', () => {
  it('that the reference implementation signed is believed', async () => {
    expect(await verify()).toEqual(event)
  })

  it('of the reference implementation’s own vector is believed', async () => {
    const vector = '{"test": 2432232314}'
    const headers = {
      'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
      'webhook-timestamp': '1614265330',
      'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
    }
    // It is no event of ours: that is found out behind the signature.
    expect(await refusal({ headers, body: vector, now: new Date(1_614_265_330_000) })).toBe('invalid_body')
    expect(await refusal({ headers, body: `${vector} `, now: new Date(1_614_265_330_000) })).toBe('invalid_signature')
  })

  it.each<[string, Partial<WebhookToVerify>]>([
    ['a Headers object', { headers: new Headers(headersOf(body)) }],
    ['names in capitals', { headers: Object.fromEntries(Object.entries(headersOf(body)).map(([n, v]) => [n.toUpperCase(), v])) }],
    ['values in arrays', { headers: Object.fromEntries(Object.entries(headersOf(body)).map(([n, v]) => [n, [v]])) }],
    ['pairs', { headers: Object.entries(headersOf(body)) }],
    ['bytes', { body: new TextEncoder().encode(body) }],
    ['a view into a buffer', { body: new TextEncoder().encode(`xx${body}`).subarray(2) }],
    ['a secret without its prefix', { secret: secret.slice(6) }],
    ['several secrets', { secret: other, secrets: [secret] }],
    [
      'several signatures, some of other versions',
      {
        headers: {
          ...headersOf(body),
          'webhook-signature': `v1a,AAAA v2,BBBB ${headersOf(body, other)['webhook-signature']} ${headersOf(body)['webhook-signature']}`,
        },
      },
    ],
    ['the last second of the tolerance', { now: new Date(sentAt.getTime() + 300_000) }],
    ['a clock that is behind', { now: new Date(sentAt.getTime() - 300_000) }],
  ])('is believed with %s', async (_, change) => {
    expect(await verify(change)).toEqual(event)
  })

  it.each<[string, Partial<WebhookToVerify>, string]>([
    ['another body', { body: body.replace('aashā', 'eve') }, 'invalid_signature'],
    ['the same JSON written in another way', { body: JSON.stringify(JSON.parse(body), null, 1) }, 'invalid_signature'],
    ['another id', { headers: { ...headersOf(body), 'webhook-id': 'evt_02' } }, 'invalid_signature'],
    ['another secret', { secret: other }, 'invalid_signature'],
    ['no secret', { secret: undefined as never }, 'invalid_secret'],
    ['an empty secret', { secret: 'whsec_' }, 'invalid_secret'],
    ['a secret that is no base64', { secret: 'whsec_ü' }, 'invalid_secret'],
    [
      'a signature cut short',
      { headers: { ...headersOf(body), 'webhook-signature': headersOf(body)['webhook-signature'].slice(0, -4) } },
      'invalid_signature',
    ],
    ['an empty signature', { headers: { ...headersOf(body), 'webhook-signature': 'v1,' } }, 'invalid_signature'],
    [
      'another version’s signature only',
      { headers: { ...headersOf(body), 'webhook-signature': headersOf(body)['webhook-signature'].replace('v1,', 'v2,') } },
      'invalid_signature',
    ],
    ['no headers', { headers: {} }, 'invalid_headers'],
    ['two values of the time', { headers: { ...headersOf(body), 'webhook-timestamp': ['1767603600', '1'] } }, 'invalid_headers'],
    ['a time that is none', { headers: { ...headersOf(body), 'webhook-timestamp': '1e9' } }, 'invalid_headers'],
    ['a signature of yesterday', { now: new Date(sentAt.getTime() + 86_400_000) }, 'timestamp_out_of_range'],
    ['one second beyond the tolerance', { now: new Date(sentAt.getTime() + 301_000) }, 'timestamp_out_of_range'],
    ['a tolerance that is no number', { toleranceSeconds: Number.NaN }, 'timestamp_out_of_range'],
  ])('is refused with %s', async (_, change, code) => {
    expect(await refusal(change)).toBe(code)
  })

  it('is refused when the time was changed with the headers alone', async () => {
    const later = new Date(sentAt.getTime() + 600_000)
    expect(await refusal({ headers: { ...headersOf(body), 'webhook-timestamp': String(later.getTime() / 1000) }, now: later })).toBe(
      'invalid_signature',
    )
  })

  it('is typed by its type', async () => {
    const got = await verify()
    if (got.type === 'user.deleted') expect(got.data.userId).toBe('aashā')
  })
})
