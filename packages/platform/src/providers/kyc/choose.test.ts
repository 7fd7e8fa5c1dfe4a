import { describe, expect, it } from 'vitest'
import { tenantId } from '../../base/tenant.ts'
import { chooseKyc, type KycProviders } from './choose.ts'
import {
  checkReasons,
  type CheckInput,
  type CheckReason,
  type IdentityKind,
  type Kyc,
  type KycGenerations,
  type KycProviderName,
} from './port.ts'
import { inputFor } from './provider-stub.fixture.ts'

/** A provider that always comes to the same. */
function fixed(name: KycProviderName, reason: CheckReason | null, change: Partial<Kyc> = {}): Kyc & { readonly asked: CheckInput[] } {
  const asked: CheckInput[] = []
  return {
    name,
    asked,
    isResting: () => false,
    proves: () => true,
    startCheck(_: IdentityKind, input) {
      asked.push(input)
      return Promise.resolve({
        provider: name,
        providerRequestId: null,
        state: reason === null ? 'pass' : checkReasons[reason][0],
        reason,
        nameMatches: true,
        dateOfBirthMatches: true,
        extracted: { name: null, dateOfBirth: null, lastFour: null },
        score: null,
        providerCode: 'http 402',
        requests: 1,
        latencyMs: 1,
        maskedPictures: [],
      })
    },
    ...change,
  }
}

const lines: string[] = []
const log = (message: string, fields: object = {}) => void lines.push(`${message} ${JSON.stringify(fields)}`)
const chosen = (test: KycProviders, live: KycProviders = {}) =>
  chooseKyc({
    test,
    live,
    modeOf: (id) => Promise.resolve(id === 2 ? 'live' : 'test'),
    callbackUrl: (id, reference) => `https://we.example/${id}/${reference}`,
    logger: { info: log, warn: log, error: log },
  })
const [testTenant, liveTenant] = [tenantId(1), tenantId(2)]
const namesOf = async (results: Promise<readonly { provider: string }[]>) => (await results).map(({ provider }) => provider)

describe('who is asked', () => {
  it('is the usual one of the kind, or the app’s own', async () => {
    const choice = chosen({ karza: fixed('karza', null), signzy: fixed('signzy', null) })
    expect(await namesOf(choice.check(testTenant, 'pan', inputFor()))).toEqual(['karza'])
    expect(await namesOf(choice.check(testTenant, 'aadhaar', inputFor()))).toEqual(['signzy'])
    expect(await namesOf(choice.check(testTenant, 'pan', inputFor(), { providers: { pan: ['signzy', 'karza'] } }))).toEqual(['signzy'])
    expect(await namesOf(choice.check(testTenant, 'pan', inputFor(), { providers: { aadhaar: ['karza'] } }))).toEqual(['karza'])
  })

  it('is the next one only while the one before cannot answer', async () => {
    const good = fixed('signzy', null)
    for (const reason of ['source_down', 'timed_out', 'throttled', 'account_blocked'] as const)
      expect(await namesOf(chosen({ karza: fixed('karza', reason), signzy: good }).check(testTenant, 'pan', inputFor()))).toEqual([
        'karza',
        'signzy',
      ])
    for (const reason of ['number_not_found', 'unclear', 'request_refused', 'in_progress'] as const)
      expect(await namesOf(chosen({ karza: fixed('karza', reason), signzy: good }).check(testTenant, 'pan', inputFor()))).toEqual(['karza'])
  })

  it('is first whoever is not left alone for the moment', async () => {
    const choice = chosen({ karza: fixed('karza', 'source_down', { isResting: () => true }), signzy: fixed('signzy', null) })
    expect(await namesOf(choice.check(testTenant, 'pan', inputFor()))).toEqual(['signzy'])
  })

  it('is one who only reads cards where nobody there asks registries', async () => {
    const reader = fixed('karza', 'not_proven', { proves: () => false })
    expect(
      await namesOf(chosen({ karza: reader, signzy: fixed('signzy', 'source_down') }).check(testTenant, 'aadhaar', inputFor())),
    ).toEqual(['signzy'])
    expect(await namesOf(chosen({ karza: reader }).check(testTenant, 'aadhaar', inputFor()))).toEqual(['karza'])
  })

  it('is asked by the generation that the app chooses, and not at all where there is no account of it', async () => {
    const [api, hub, v2] = [fixed('karza', null), fixed('karza', null), fixed('signzy', null)]
    const choice = chosen({ karza: api, signzy: v2, generations: { karza: { api, hub }, signzy: { v2 } } })
    const ask = async (generations?: KycGenerations) =>
      namesOf(choice.check(testTenant, 'pan', inputFor(), { ...(generations && { generations }) }))
    const asked = () => [api.asked.length, hub.asked.length, v2.asked.length]
    expect([await ask(), asked()]).toEqual([['karza'], [1, 0, 0]])
    expect([await ask({ karza: 'hub', signzy: null }), asked()]).toEqual([['karza'], [1, 1, 0]])
    expect([await ask({ karza: 'api', signzy: 'v3' }), asked()]).toEqual([['karza'], [2, 1, 0]])
    const only = chosen({ karza: api, signzy: v2, generations: { signzy: { v2 } } })
    expect(await namesOf(only.check(testTenant, 'pan', inputFor(), { generations: { karza: 'hub', signzy: null } }))).toEqual(['signzy'])
    expect(await only.check(testTenant, 'pan', inputFor(), { generations: { karza: 'hub', signzy: 'v3' } })).toEqual([])
  })

  it('is never one of the other mode, and may be nobody', async () => {
    const choice = chosen({ karza: fixed('karza', null) })
    expect(await choice.check(liveTenant, 'pan', inputFor())).toEqual([])
    expect([choice.namesFor('test'), choice.namesFor('live')]).toEqual([['karza'], []])
  })
})

describe('what is said', () => {
  it('to a provider is where it may tell that it is done', async () => {
    const karza = fixed('karza', null)
    await chosen({ karza }).check(testTenant, 'pan', inputFor({ reference: 'kyc_1' }))
    expect(karza.asked[0]?.callbackUrl).toBe('https://we.example/1/kyc_1')
  })

  it('to an operator is an alarm when an account is out of credit, with nothing of the person', async () => {
    lines.length = 0
    await chosen({ karza: fixed('karza', 'account_blocked') }).check(testTenant, 'pan', inputFor())
    expect(lines).toHaveLength(1)
    expect(lines[0]).toMatch(/^ALARM: .*"provider":"karza","mode":"test","code":"http 402"/)
    expect(lines[0]).not.toMatch(/AAAPZ|Kavya|kyc_/)
  })
})
