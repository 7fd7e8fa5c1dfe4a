import { describe, expect, it } from 'vitest'
import { aadhaar, clock, expectHidden, stubbedProvider } from '../adapter-test.fixture.ts'
import { inputFor } from '../provider-stub.fixture.ts'
import { createKarza } from './adapter.ts'

const provider = stubbedProvider({ error: 'Not Found', requestId: 'x' })
const { byPath } = provider

const karza = (change: object = {}) =>
  createKarza({ baseUrl: provider.stub.url, apiKey: 'the-key-of-a-test', authHeader: 'x-karza-key', timeoutMs: 20_000, ...change })
const v2 = (code: string, result: object = {}) => ({ body: { request_id: 'r-2', 'status-code': code, result } })
const v3 = (code: number, result: unknown = {}) => ({ body: { requestId: 'r-3', statusCode: code, result } })
const active = { status: 'Active', duplicate: false, nameMatch: true, dobMatch: true }

describe('a PAN', () => {
  it('is asked about with the person’s own words, and what comes back is yes or no', async () => {
    byPath({ '/v2/pan-authentication': v2('101', active) })
    const result = await karza().startCheck('pan', inputFor())
    expect(provider.stub.asked[0]).toMatchObject({
      method: 'POST',
      headers: { 'x-karza-key': 'the-key-of-a-test', 'content-type': 'application/json' },
      json: { pan: 'AAAPZ1234C', name: 'Kavya Iyer', dob: '04/03/1992', consent: 'Y', clientData: { caseId: inputFor().reference } },
    })
    expect(result).toMatchObject({
      provider: 'karza',
      providerRequestId: 'r-2',
      state: 'pass',
      reason: null,
      nameMatches: true,
      dateOfBirthMatches: true,
      extracted: { name: null, dateOfBirth: null, lastFour: '1234' },
      requests: 1,
    })
  })

  it('goes by the newer host with its other header and a path of its own', async () => {
    byPath({ '/api/kyc/v2/pan-authentication': v2('101', active) })
    const hub = karza({ baseUrl: `${provider.stub.url}/api/kyc/`, authHeader: 'x-auth-key' })
    expect(await hub.startCheck('pan', inputFor())).toMatchObject({ state: 'pass' })
    expect(provider.stub.asked[0]?.headers).toMatchObject({ 'x-auth-key': 'the-key-of-a-test' })
  })

  it.each([
    [{ ...active, status: 'Deactivated' }, 'fail', 'number_inactive'],
    [{ ...active, status: 'Something new' }, 'review', 'unclear'],
    [{ nameMatch: true, dobMatch: true }, 'review', 'unclear'],
    [{ ...active, duplicate: true }, 'review', 'multiple_records'],
    [{ ...active, nameMatch: null }, 'review', 'not_proven'],
    [{ ...active, dobMatch: undefined }, 'review', 'not_proven'],
    [{ ...active, nameMatch: false }, 'fail', 'name_mismatch'],
    [{ ...active, dobMatch: 'false' }, 'fail', 'date_of_birth_mismatch'],
  ])('with %j is %s, %s', async (said, state, reason) => {
    byPath({ '/v2/pan-authentication': v2('101', said) })
    expect(await karza().startCheck('pan', inputFor())).toMatchObject({ state, reason })
  })

  it('that does not fit is shown with what the registry has, which may be a child', async () => {
    const profile = (dob: string) => v3(101, { name: 'KAVYA R IYER', dob, address: { city: 'Pune' } })
    byPath({ '/v2/pan-authentication': v2('101', { ...active, nameMatch: false }), '/v3/pan-profile': profile('1992-03-04') })
    expect(await karza().startCheck('pan', inputFor())).toMatchObject({
      reason: 'name_mismatch',
      extracted: { name: 'KAVYA R IYER', dateOfBirth: '1992-03-04', lastFour: '1234' },
      requests: 2,
    })
    byPath({ '/v2/pan-authentication': v2('101', { ...active, dobMatch: false }), '/v3/pan-profile': profile('2008-11-24') })
    expect(await karza({ clock }).startCheck('pan', inputFor())).toMatchObject({ state: 'fail', reason: 'under_age' })
    byPath({ '/v2/pan-authentication': v2('101', { ...active, dobMatch: false }), '/v3/pan-profile': profile('2008-11-23') })
    expect(await karza({ clock }).startCheck('pan', inputFor())).toMatchObject({ state: 'fail', reason: 'date_of_birth_mismatch' })
  })
})

describe('each documented code has one meaning', () => {
  it.each([
    ['102', 'fail', 'number_invalid'],
    ['103', 'fail', 'number_not_found'],
    ['104', 'review', 'too_many_attempts'],
    ['105', 'review', 'request_refused'],
    ['106', 'review', 'multiple_records'],
    ['107', 'review', 'not_supported'],
    ['108', 'retryable', 'source_down'],
    ['109', 'review', 'multiple_records'],
    ['110', 'review', 'unclear'],
    ['999', 'review', 'unclear'],
  ])('%s: %s, %s, in either envelope', async (code, state, reason) => {
    byPath({ '/v2/pan-authentication': v2(code) })
    expect(await karza().startCheck('pan', inputFor())).toMatchObject({ state, reason, requests: 1 })
    byPath({ '/v3/dl': v3(Number(code)) })
    expect(await karza().startCheck('driving_license', inputFor({ number: 'DL0420110149646' }))).toMatchObject({ state, reason })
  })

  it.each([
    [400, 'review', 'request_refused'],
    [401, 'retryable', 'account_blocked'],
    [402, 'retryable', 'account_blocked'],
    [403, 'retryable', 'account_blocked'],
    [404, 'review', 'unclear'],
    [429, 'retryable', 'throttled'],
    [500, 'review', 'unclear'],
    [503, 'retryable', 'source_down'],
    [504, 'retryable', 'timed_out'],
  ])('HTTP %i: %s, %s', async (status, state, reason) => {
    provider.stub.answer = () => ({ status, body: { status, error: 'words', requestId: 'e-1' } })
    expect(await karza().startCheck('pan', inputFor())).toMatchObject({ state, reason, providerRequestId: 'e-1' })
    provider.stub.answer = () => ({ status: 200, body: { status, error: 'words', requestId: 'e-1' } })
    expect(await karza().startCheck('pan', inputFor())).toMatchObject({ state, reason })
  })

  it('a good code with a bad status proves nothing, and neither does what is no JSON', async () => {
    provider.stub.answer = () => ({ ...v2('101', active), status: 500 })
    expect(await karza().startCheck('pan', inputFor())).toMatchObject({ state: 'review', reason: 'unclear' })
    for (const body of ['<html>', '', '[]', 'null', '{"statusCode":"1e2"}']) {
      provider.stub.answer = () => ({ body })
      expect(await karza().startCheck('pan', inputFor())).toMatchObject({ state: 'review', reason: 'unclear' })
    }
  })

  it('no answer is asked again, and a registry that gives none is left alone', async () => {
    provider.stub.answer = () => ({ never: true })
    expect(await karza({ timeoutMs: 30 }).startCheck('pan', inputFor())).toMatchObject({ state: 'retryable', reason: 'timed_out' })
    const gone = karza({ baseUrl: 'http://127.0.0.1:1', clock })
    for (let at = 0; at < 5; at++) expect(await gone.startCheck('pan', inputFor())).toMatchObject({ state: 'retryable', requests: 1 })
    expect(gone.isResting('pan')).toBe(true)
    expect(gone.isResting('driving_license')).toBe(false)
    expect(await gone.startCheck('pan', inputFor())).toMatchObject({ state: 'retryable', reason: 'source_down', requests: 0 })
  })
})

describe('a driving licence', () => {
  const input = inputFor({ number: 'DL0420110149646' })

  it('is found by number and birth date, which proves the date; the name is for the caller to compare', async () => {
    byPath({ '/v3/dl': v3(101, { name: 'KAVYA  IYER', issueDate: '01-03-2011', validity: { nonTransport: '01-03-2011 to 28-02-2031' } }) })
    expect(await karza({ clock }).startCheck('driving_license', input)).toMatchObject({
      state: 'pass',
      nameMatches: null,
      dateOfBirthMatches: true,
      extracted: { name: 'KAVYA IYER', lastFour: '9646' },
    })
    // By its path: a request that was given up in an earlier test may arrive as late as now.
    expect(provider.stub.asked.find(({ path }) => path === '/v3/dl')?.json).toEqual({
      dlNo: 'DL0420110149646',
      dob: '04-03-1992',
      additionalDetails: false,
      consent: 'Y',
      clientData: { caseId: input.reference },
    })
  })

  it('without a name proves nobody, and one that has run out is not in force', async () => {
    byPath({ '/v3/dl': v3(101, { issueDate: '01-03-2011' }) })
    expect(await karza().startCheck('driving_license', input)).toMatchObject({ state: 'review', reason: 'not_proven' })
    const over = { nonTransport: { from: '01-03-2011', to: '28-02-2021' }, transport: '' }
    byPath({ '/v3/dl': v3(101, { name: 'KAVYA IYER', validity: over }) })
    expect(await karza({ clock }).startCheck('driving_license', input)).toMatchObject({ state: 'fail', reason: 'number_expired' })
  })
})

describe('an Aadhaar card', () => {
  const input = inputFor({ number: aadhaar })
  const card = (details: object, type = 'Aadhaar Front Bottom') => v3(101, [{ type, details }])
  const good = {
    aadhaar: { value: 'XXXXXXXX0124', conf: 0.9 },
    name: { value: 'Kavya Iyer', conf: 0.8 },
    dob: { value: '04/03/1992', conf: 0.7 },
  }

  it('is read with its number hidden; nobody vouches for it, so that a reviewer decides', async () => {
    byPath({ '/v3/ocr/kyc': card(good) })
    const result = await karza().startCheck('aadhaar', input)
    expect(result).toMatchObject({
      state: 'review',
      reason: 'not_proven',
      dateOfBirthMatches: true,
      score: 0.7,
      requests: 1,
      extracted: { name: 'Kavya Iyer', dateOfBirth: '1992-03-04', lastFour: '0124' },
    })
    expect(karza().proves('aadhaar')).toBe(false)
    const asked = provider.stub.asked.find(({ path }) => path === '/v3/ocr/kyc')
    expect(asked?.headers['content-type']).toMatch(/^multipart\/form-data; boundary=/)
    for (const name of ['maskAadhaar', 'hideAadhaar']) expect(asked?.text).toContain(`name="${name}"\r\n\r\ntrue`)
    expect(asked?.text).toContain(`filename="${input.reference}-front.jpg"`)
    expect(asked?.text).not.toContain(aadhaar)
  })

  it.each([
    [card({ ...good, aadhaar: { value: 'XXXXXXXX9999', conf: 1 } }), 'fail', 'document_mismatch'],
    [card({ ...good, aadhaar: { value: '9876 5432 0124', conf: 1 } }), 'fail', 'document_mismatch'],
    [card(good, 'Pan'), 'fail', 'wrong_document'],
    [card({ ...good, dob: { value: '05/03/1992', conf: 1 } }), 'fail', 'date_of_birth_mismatch'],
    [card({ ...good, dob: { value: '', conf: 1 }, yob: { value: '1991', conf: 1 } }), 'fail', 'date_of_birth_mismatch'],
    [card({ ...good, dob: { value: '', conf: 1 }, yob: { value: '1992', conf: 1 } }), 'review', 'not_proven'],
    [v3(101, []), 'fail', 'document_unreadable'],
    [v3(102), 'fail', 'document_unreadable'],
    [v3(106), 'review', 'multiple_records'],
  ])('that says %j is %s, %s', async (said, state, reason) => {
    byPath({ '/v3/ocr/kyc': said })
    expect(await karza({ clock }).startCheck('aadhaar', input)).toMatchObject({ state, reason })
  })

  it('never lets the number out, wherever the provider repeats it', async () => {
    const shown = '2345 6789 0124'
    const everywhere = { aadhaar: { value: shown, conf: 1 }, name: { value: `Kavya ${shown}`, conf: 1 }, dob: { value: aadhaar, conf: 1 } }
    provider.stub.answer = () => ({
      body: { requestId: `r-${aadhaar}`, statusCode: 101, result: [{ type: 'Aadhaar', details: everywhere }] },
    })
    expectHidden(await karza().startCheck('aadhaar', input))
  })
})
