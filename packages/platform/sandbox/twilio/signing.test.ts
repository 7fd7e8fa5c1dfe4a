import { getExpectedTwilioSignature } from 'twilio/lib/webhooks/webhooks.js'
import { describe, expect, it } from 'vitest'
import { overridesOf, signatureOf } from './signing.ts'

const TOKEN = '0123456789abcdef0123456789abcdef'
const URL_ = 'https://api.example.test/hooks/twilio/voice/status?call=c_01&k=1'

describe('the signature', () => {
  const vectors: [string, string, Record<string, string | string[]>, string][] = [
    [
      'a status callback',
      URL_,
      {
        CallSid: 'CA00000000000000000000000000000001',
        CallStatus: 'completed',
        CallDuration: '61',
        From: '+15005550006',
        To: '+919800000001',
        SequenceNumber: '3',
      },
      'BE7SIhVvk+wy+OSJ2d9iEfaloQ8=',
    ],
    ['repeated names', URL_, { A: ['b', 'a', 'b'], C: '1' }, '0WPazHFtPfEHj8iEGK/zTMPa1AE='],
    [
      'a JSON body',
      'https://api.example.test/hooks/twilio/json?bodySHA256=ecf9e98ec0641e23113ff3ce8bdc78d0ddd249886517fd4a7f68cc83d4e65667',
      {},
      'pdooh0G5kwcWg/3yMbVU7kY2NyM=',
    ],
  ]
  it.each(vectors)('of %s is the known one, and the one the vendor computes', (_, url, params, signature) => {
    expect(signatureOf(TOKEN, url, params)).toBe(signature)
    expect(getExpectedTwilioSignature(TOKEN, url, params)).toBe(signature)
  })

  it('leaves the fragment out, counts empty values and sorts names by code unit', () => {
    const params = { b: '', B: 'x', a: 'ü' }
    expect(signatureOf(TOKEN, `${URL_}#ct=2000&rc=3`, params)).toBe(getExpectedTwilioSignature(TOKEN, URL_, params))
  })
})

describe('connection overrides', () => {
  it('are read from the fragment and bounded', () => {
    expect(overridesOf('https://a.test/#ct=100&rt=9000&rc=3&rp=5xx,ct')).toEqual({
      connectTimeoutMs: 100,
      readTimeoutMs: 9_000,
      retries: 3,
      retryOn: ['5xx', 'ct'],
    })
    expect(overridesOf('https://a.test/#ct=1&rt=99999&rc=9')).toMatchObject({ connectTimeoutMs: 5_000, readTimeoutMs: 15_000, retries: 0 })
  })
})
