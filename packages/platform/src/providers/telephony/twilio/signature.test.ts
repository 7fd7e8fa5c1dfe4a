import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { isSignedBody, isSignedForm, readForm, type Fields } from './signature.ts'

// Worked out by hand from the documented algorithm, not with this code.
const token = '0123456789abcdef0123456789abcdef'
const url = 'https://api.example.test/hooks/twilio/voice/status?call=c_01&k=1'
const form =
  'CallSid=CA00000000000000000000000000000001&CallStatus=completed&CallDuration=61&From=%2B15005550006&To=%2B919800000001&SequenceNumber=3'
const signature = 'BE7SIhVvk+wy+OSJ2d9iEfaloQ8='

const fieldsOf = (text: string): Fields => readForm(Buffer.from(text)) ?? expect.unreachable('too many fields')
const isSigned = (given: { form?: string; url?: string; signature?: string | undefined; tokens?: string[] }): boolean =>
  isSignedForm(given.tokens ?? [token], { url, signature, ...given }, fieldsOf(given.form ?? form))

describe('signed forms', () => {
  it('accepts what Twilio signed', () => expect(isSigned({})).toBe(true))

  it('counts a repeated field by its distinct values, sorted', () => {
    expect(isSigned({ form: 'A=b&A=a&A=b&C=1', signature: '0WPazHFtPfEHj8iEGK/zTMPa1AE=' })).toBe(true)
    expect(isSigned({ form: 'A=b&C=1', signature: '0WPazHFtPfEHj8iEGK/zTMPa1AE=' })).toBe(false)
  })

  it('does not mind the order of the fields, or how they were encoded', () => {
    expect(isSigned({ form: form.split('&').reverse().join('&') })).toBe(true)
    expect(isSigned({ form: form.replaceAll('%2B', '%2b') })).toBe(true)
  })

  it('accepts the standard port named or not, and no other', () => {
    expect(isSigned({ url: url.replace('.test/', '.test:443/') })).toBe(true)
    expect(isSigned({ url: url.replace('https:', 'http:') })).toBe(false)
  })

  it('accepts the token before the present one while it is given', () => {
    const fresh = 'f'.repeat(32)
    expect(isSigned({ tokens: [fresh, token] })).toBe(true)
    expect(isSigned({ tokens: [fresh] })).toBe(false)
    expect(isSigned({ tokens: [] })).toBe(false)
  })

  it.each([
    ['another host', { url: url.replace('api.', 'evil.') }],
    ['another path', { url: url.replace('/status', '/answer') }],
    ['another query', { url: url.replace('k=1', 'k=2') }],
    ['a longer status', { form: form.replace('completed', 'completedd') }],
    ['another duration', { form: form.replace('61', '62') }],
    ['a field more', { form: `${form}&X=` }],
    ['a field less', { form: form.replace('&SequenceNumber=3', '') }],
    ['a name in another case', { form: form.replace('CallSid', 'callSid') }],
    ['a question mark before the first name', { form: `?${form}` }],
    ['a body cut short', { form: form.slice(0, -1) }],
    ['no body', { form: '' }],
    ['no signature', { signature: undefined }],
    ['an empty signature', { signature: '' }],
    ['a signature cut short', { signature: signature.slice(0, -2) }],
    ['a longer signature', { signature: `${signature}=` }],
    ['two signatures in one header', { signature: `${signature}, ${signature}` }],
    ['a signature in another case', { signature: signature.toLowerCase() }],
    ['a signature that is not ASCII', { signature: 'ü'.repeat(14) }],
  ])('refuses %s', (_, change) => expect(isSigned(change)).toBe(false))

  it('refuses each of 200 messages that differ from the signed one in one place', () => {
    let seed = 20_261_122
    const random = (below: number) => (seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648) % below
    for (let i = 0; i < 200; i++) {
      const texts = { url, form, signature }
      const part = (['url', 'form', 'signature'] as const)[random(3)] ?? 'form'
      // Scheme, host and port of the URL are ours; the rest is what a stranger can choose.
      const start = part === 'url' ? 'https://api.example.test/'.length : 0
      const at = start + random(texts[part].length - start)
      const old = texts[part].charAt(at)
      const changed = `${texts[part].slice(0, at)}${old === 'z' ? 'y' : 'z'}${texts[part].slice(at + 1)}`
      expect(isSigned({ [part]: changed }), `${part}: ${changed}`).toBe(false)
    }
  })
})

describe('signed bodies that are no forms', () => {
  const raw = Buffer.from('{"a":1,"b":"x"}')
  const hash = 'ecf9e98ec0641e23113ff3ce8bdc78d0ddd249886517fd4a7f68cc83d4e65667'
  const jsonUrl = `https://api.example.test/hooks/twilio/json?bodySHA256=${hash}`
  const jsonSignature = 'pdooh0G5kwcWg/3yMbVU7kY2NyM='
  const isSignedJson = (body: Buffer, at = jsonUrl) => isSignedBody([token], { url: at, signature: jsonSignature }, body)

  it('accepts the bytes whose digest was signed, and no others', () => {
    expect(isSignedJson(raw)).toBe(true)
    expect(isSignedJson(Buffer.from('{"a":1,"b":"y"}'))).toBe(false)
    expect(isSignedJson(Buffer.from('{"a": 1,"b":"x"}'))).toBe(false)
    expect(isSignedJson(Buffer.alloc(0))).toBe(false)
  })

  it('refuses a digest that was not signed', () => {
    const other = Buffer.from('{}')
    const digest = createHash('sha256').update(other).digest('hex')
    expect(isSignedJson(other, jsonUrl.replace(hash, digest))).toBe(false)
    expect(isSignedJson(raw, 'https://api.example.test/hooks/twilio/json')).toBe(false)
  })
})

describe('reading a form', () => {
  it('takes names as they come, those of JavaScript’s own objects too', () => {
    const fields = fieldsOf('__proto__=1&constructor=2&a+b=%20c&empty=&flag')
    expect(Object.entries(fields)).toEqual([
      ['__proto__', '1'],
      ['constructor', '2'],
      ['a b', ' c'],
      ['empty', ''],
      ['flag', ''],
    ])
  })

  it('does not read endless forms', () => {
    expect(readForm(Buffer.from('a=1&'.repeat(199)))).toBeDefined()
    expect(readForm(Buffer.from('a=1&'.repeat(16_000)))).toBeUndefined()
  })
})
