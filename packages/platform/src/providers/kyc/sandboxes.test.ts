import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startKarzaSandbox, type KarzaSandbox } from '../../../sandbox/karza/server.ts'
import { startSignzySandbox, type SignzySandbox } from '../../../sandbox/signzy/server.ts'
import { introducing } from '../../embedded/introduce-people.ts'
import { createKarza } from './karza/adapter.ts'
import type { IdentityKind, Kyc } from './port.ts'
import { inputFor, startProviderStub } from './provider-stub.fixture.ts'
import { createSignzy } from './signzy/adapter.ts'

let karza: KarzaSandbox
let signzy: SignzySandbox
beforeAll(async () => {
  ;[karza, signzy] = await Promise.all([startKarzaSandbox(), startSignzySandbox()])
})
afterAll(() => Promise.all([karza.close(), signzy.close()]))

const timeoutMs = 20_000
const adapters: Readonly<Record<string, () => Kyc>> = {
  Karza: () => introducing(createKarza({ baseUrl: karza.url, apiKey: karza.apiKey, authHeader: 'x-karza-key', timeoutMs }), karza.url),
  'Karza at the hub': () =>
    introducing(createKarza({ baseUrl: `${karza.url}/api/kyc`, apiKey: karza.apiKey, authHeader: 'x-auth-key', timeoutMs }), karza.url),
  'Signzy v3': () => signzyOf('v3'),
  'Signzy v2': () => signzyOf('v2'),
}

function signzyOf(generation: 'v2' | 'v3'): Kyc {
  const { url, token, username, password } = signzy
  const credentials = generation === 'v3' ? { token } : { username, password }
  return introducing(createSignzy({ baseUrl: url, persistUrl: url, generation, credentials, timeoutMs }), url)
}

// Numbers in form, and nobody's: the first one of each is any number, the others end in what the table of magic says.
const numbers: Readonly<Record<IdentityKind, (last: string) => string>> = {
  pan: (last) => `AAAPZ${last}C`,
  driving_license: (last) => `DL042011014${last}`,
  aadhaar: (last) => aadhaars[last] ?? '',
}
const aadhaars: Readonly<Record<string, string>> = {
  '1234': '200000041234',
  '0001': '200000030001',
  '0002': '200000050002',
  '0003': '200000040003',
  '0004': '200000090004',
  '0005': '200000020005',
  '0006': '200000060006',
}

let cases = 0
const inputOf = (kind: IdentityKind, last: string) => inputFor({ number: numbers[kind](last), reference: `kyc_${++cases}` })
const others: readonly IdentityKind[] = ['pan', 'driving_license']

describe.each(Object.keys(adapters))('%s', (name) => {
  const adapter = () => adapters[name]?.() ?? expect.fail('no adapter')

  it.each(others)('matches whoever has any other %s', async (kind) => {
    const result = await adapter().startCheck(kind, inputOf(kind, '1234'))
    expect(result).toMatchObject({ state: 'pass', reason: null, dateOfBirthMatches: true })
    expect(result.nameMatches ?? result.extracted.name === 'Kavya Iyer').toBe(true)
  })

  it.each(others)('does with a %s what its digits say', async (kind) => {
    const ask = (last: string) => adapter().startCheck(kind, inputOf(kind, last))
    expect(await ask('0001')).toMatchObject({ state: 'fail', reason: 'number_not_found' })
    const other = await ask('0002')
    expect(other.reason === 'name_mismatch' || other.extracted.name === 'XERXES QUILLFEATHER').toBe(true)
    expect(await ask('0003')).toMatchObject({ state: 'retryable', reason: 'source_down' })
    expect(await ask('0004')).toMatchObject({ state: 'review' })
    expect(await ask('0005')).toMatchObject({ state: 'fail', reason: 'under_age' })
    expect(await adapterInHaste(name).startCheck(kind, inputOf(kind, '0006'))).toMatchObject({ state: 'retryable', reason: 'timed_out' })
  })
})

/** With less patience: nothing else is slow here. */
const adapterInHaste = (name: string): Kyc => {
  const { url, token, username, password } = signzy
  if (name.startsWith('Karza')) return createKarza({ baseUrl: karza.url, apiKey: karza.apiKey, authHeader: 'x-karza-key', timeoutMs: 150 })
  const v2 = name.endsWith('v2')
  const credentials = v2 ? { username, password } : { token }
  return createSignzy({ baseUrl: url, persistUrl: url, generation: v2 ? 'v2' : 'v3', credentials, timeoutMs: 150 })
}

describe('an Aadhaar', () => {
  it('matches at Signzy with any picture, and does what its digits say', async () => {
    const ask = (last: string) => signzyOf('v3').startCheck('aadhaar', inputOf('aadhaar', last))
    expect(await ask('1234')).toMatchObject({
      state: 'pass',
      extracted: { name: 'Kavya Iyer', dateOfBirth: '1992-03-04', lastFour: '1234' },
    })
    expect(await ask('0001')).toMatchObject({ reason: 'number_not_found' })
    expect(await ask('0002')).toMatchObject({ extracted: { name: 'XERXES QUILLFEATHER' } })
    expect(await ask('0003')).toMatchObject({ reason: 'source_down' })
    expect(await ask('0004')).toMatchObject({ state: 'review' })
    expect(await ask('0005')).toMatchObject({ reason: 'under_age' })
    expect(await adapterInHaste('Signzy v3').startCheck('aadhaar', inputOf('aadhaar', '0006'))).toMatchObject({ reason: 'timed_out' })
  })

  it.each(['Karza', 'Signzy v2'])('is read at %s, and left to a reviewer', async (name) => {
    const adapter = adapters[name]?.() ?? expect.fail('no adapter')
    const result = await adapter.startCheck('aadhaar', inputOf('aadhaar', '1234'))
    expect(result).toMatchObject({ state: 'review', reason: 'not_proven', extracted: { name: 'Kavya Iyer', lastFour: '1234' } })
    expect(JSON.stringify(result)).not.toContain('20000005')
  })

  it('of two people with the same picture is read as each one’s own', async () => {
    const adapter = signzyOf('v3')
    const ask = (name: string) => adapter.startCheck('aadhaar', { ...inputOf('aadhaar', '1234'), name })
    expect(await ask('Kavya Iyer')).toMatchObject({ extracted: { name: 'Kavya Iyer' } })
    expect(await ask('Ravi Menon')).toMatchObject({ extracted: { name: 'Ravi Menon' } })
  })
})

it('comes back from Signzy with its pictures masked, when they are pictures', async () => {
  const bytes = await sharp({ create: { width: 64, height: 48, channels: 3, background: '#ffffff' } })
    .jpeg()
    .toBuffer()
  const pictures = (['front', 'back'] as const).map((side) => ({ side, mediaType: 'image/jpeg' as const, bytes }))
  const { maskedPictures } = await signzyOf('v3').startCheck('aadhaar', { ...inputOf('aadhaar', '1234'), pictures })
  expect(maskedPictures).toHaveLength(2)
  const { data, info } = await sharp(maskedPictures[0]).raw().toBuffer({ resolveWithObject: true })
  expect([data[0], data.at(-info.channels)].map((level) => (level ?? 0) > 128)).toEqual([true, false])
})

describe('introducing people', () => {
  it('tells nobody but a sandbox about anybody', async () => {
    const stub = await startProviderStub()
    const provider = createKarza({ baseUrl: stub.url, apiKey: 'the-key-of-a-test', authHeader: 'x-karza-key' })
    await introducing(provider, `${stub.url}/api/kyc`).startCheck('pan', inputFor())
    expect(stub.asked.map(({ method, path }) => `${method} ${path}`)).toEqual(['GET /_sandbox/people', 'POST /v2/pan-authentication'])
    expect(stub.asked[0]?.text).toBe('')
    await stub.close()
  })
})
