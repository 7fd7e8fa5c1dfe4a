import { describe, expect, it } from 'vitest'
import { aadhaar, clock, expectHidden, stubbedProvider } from '../adapter-test.fixture.ts'
import { inputFor, type Said } from '../provider-stub.fixture.ts'
import { createSignzy } from './adapter.ts'

const provider = stubbedProvider({ message: 'not here' })
const { byPath } = provider

const login = { username: 'us', password: 'our-password' }
const signzy = (change: object = {}) =>
  createSignzy({
    baseUrl: provider.stub.url,
    persistUrl: provider.stub.url,
    generation: 'v3',
    credentials: { token: 'the-token-of-a-test' },
    timeoutMs: 20_000,
    ...change,
  })
const older = (change: object = {}) => signzy({ generation: 'v2', credentials: login, clientId: 'us@host.example', ...change })
const pan = { name: 'KAVYA IYER', dob: '04/03/1992', isValid: true, panStatus: 'VALID', panStatusCode: 'E' }
const file = { file: { id: 7, filetype: 'image/jpeg', size: 68, directURL: 'https://files.example/7/front.jpeg', protected: false } }
const card = { uid: 'XXXXXXXX0124', name: 'Kavya Iyer', dob: '04/03/1992', yob: '1992' }

describe('a PAN of v3', () => {
  it('is fetched with the bare token; name and birth date come back for comparing', async () => {
    byPath({ '/api/v3/panextensive': { body: { result: pan } } })
    expect(await signzy({ clientId: 'us@host.example' }).startCheck('pan', inputFor())).toMatchObject({
      provider: 'signzy',
      state: 'pass',
      nameMatches: null,
      dateOfBirthMatches: true,
      extracted: { name: 'KAVYA IYER', dateOfBirth: '1992-03-04', lastFour: '1234' },
    })
    expect(provider.stub.asked[0]).toMatchObject({
      method: 'POST',
      headers: { authorization: 'the-token-of-a-test', 'x-client-unique-id': 'us@host.example' },
      json: { panNumber: 'AAAPZ1234C', getStatusInfo: 'true' },
    })
  })

  it.each([
    [{ ...pan, dob: '1992-03-04' }, 'pass', null],
    [{ ...pan, dob: '05/03/1992' }, 'fail', 'date_of_birth_mismatch'],
    [{ ...pan, dob: '05/03/2012' }, 'fail', 'under_age'],
    [{ ...pan, dob: '' }, 'review', 'not_proven'],
    [{ ...pan, name: '' }, 'review', 'not_proven'],
    [{ ...pan, panStatusCode: 'X' }, 'review', 'unclear'],
    [{ ...pan, isValid: false }, 'fail', 'number_inactive'],
    [{ ...pan, isValid: undefined }, 'pass', null],
    [{ ...pan, isValid: undefined, panStatusCode: undefined }, 'review', 'not_proven'],
    [{ ...pan, number: 'BBBPZ1234C' }, 'review', 'unclear'],
    [{}, 'review', 'not_proven'],
  ])('with %j is %s', async (result, state, reason) => {
    for (const body of [{ result }, result]) {
      byPath({ '/api/v3/panextensive': { body } })
      expect(await signzy({ clock }).startCheck('pan', inputFor())).toMatchObject({ state, reason })
    }
  })

  it.each([
    [400, 'review', 'request_refused'],
    [401, 'retryable', 'account_blocked'],
    [402, 'retryable', 'account_blocked'],
    [403, 'retryable', 'account_blocked'],
    [404, 'fail', 'number_not_found'],
    [409, 'review', 'unclear'],
    [418, 'review', 'unclear'],
    [422, 'fail', 'number_invalid'],
    [429, 'retryable', 'throttled'],
    [500, 'retryable', 'source_down'],
    [502, 'retryable', 'source_down'],
    [503, 'retryable', 'source_down'],
    [504, 'retryable', 'timed_out'],
  ])('refused with %i is %s, %s, in whatever form it is said', async (status, state, reason) => {
    for (const said of [
      { status, body: { status, message: 'words' } },
      { status, body: { error: { name: 'Error', status, message: 'words' } } },
      { status: 200, body: { statusCode: status, message: 'words' } },
      { status: 200, body: { error: { name: 'Error', status, message: 'words' } } },
    ]) {
      provider.stub.answer = () => said
      expect(await signzy().startCheck('pan', inputFor())).toMatchObject({ state, reason })
    }
  })
})

it('refuses nobody for a page that is no answer of Signzy’s', async () => {
  for (const status of [404, 422]) {
    provider.stub.answer = () => ({ status, body: '<h1>Not here</h1>' })
    expect(await signzy().startCheck('pan', inputFor())).toMatchObject({ state: 'review', reason: 'unclear' })
  }
})

describe('a licence of v3', () => {
  const input = inputFor({ number: 'DL0420110149646' })
  const said = (change: object = {}) => ({
    result: { dlNumber: 'DL-0420110149646', dob: '04/03/1992', detailsOfDrivingLicence: { name: 'KAVYA IYER', status: '' }, ...change },
  })

  it('is found by number and birth date', async () => {
    byPath({ '/api/v3/dl_number/based_search': { body: said({ dlValidity: { nonTransport: { from: '01/03/2011', to: '08/02/2031' } } }) } })
    const result = await signzy({ clock }).startCheck('driving_license', input)
    expect(result).toMatchObject({ state: 'pass', dateOfBirthMatches: true, extracted: { name: 'KAVYA IYER', lastFour: '9646' } })
    expect(provider.stub.asked[0]?.json).toEqual({ number: 'DL0420110149646', dob: '04/03/1992' })
  })

  it('that has run out, or says nothing, is not in force or not clear', async () => {
    byPath({ '/api/v3/dl_number/based_search': { body: said({ dlValidity: { nonTransport: { to: '08/02/2020' }, transport: '' } }) } })
    expect(await signzy({ clock }).startCheck('driving_license', input)).toMatchObject({ reason: 'number_expired' })
    byPath({ '/api/v3/dl_number/based_search': { body: { result: {} } } })
    expect(await signzy({ clock }).startCheck('driving_license', input)).toMatchObject({ state: 'review', reason: 'unclear' })
  })
})

describe('an Aadhaar of v3', () => {
  const input = inputFor({ number: aadhaar })
  const known = { '/api/v3/aadhaar/verify': { body: { result: { verified: true } } }, '/api/files/upload': { body: file } }
  const reads = (result: object) => ({ ...known, '/api/v3/aadhaar/extraction-masking': { body: { result } } })

  it('is asked of UIDAI, then read from its pictures with the number hidden', async () => {
    byPath(reads(card))
    expect(await signzy().startCheck('aadhaar', input)).toMatchObject({
      state: 'pass',
      dateOfBirthMatches: true,
      requests: 4,
      extracted: { name: 'Kavya Iyer', dateOfBirth: '1992-03-04', lastFour: '0124' },
    })
    expect(provider.stub.asked.map(({ path }) => path)).toEqual([
      '/api/v3/aadhaar/verify',
      '/api/files/upload',
      '/api/files/upload',
      '/api/v3/aadhaar/extraction-masking',
    ])
    expect(provider.stub.asked[0]?.json).toEqual({ uid: aadhaar })
    expect(provider.stub.asked[3]?.json).toEqual({ files: [file.file.directURL, file.file.directURL] })
    expect(provider.stub.asked[1]?.text).toContain(`filename="${input.reference}-front.jpg"`)
  })

  it.each([
    [{ ...known, '/api/v3/aadhaar/verify': { body: { result: { verified: false } } } }, 'fail', 'number_not_found'],
    [{ ...known, '/api/v3/aadhaar/verify': { body: { result: {} } } }, 'review', 'unclear'],
    [{ ...known, '/api/v3/aadhaar/extraction-masking': { status: 404, body: { message: 'invalid data' } } }, 'fail', 'document_unreadable'],
    [{ ...known, '/api/files/upload': { body: { file: { directURL: 'javascript:alert(1)' } } } }, 'review', 'unclear'],
    [reads({}), 'fail', 'document_unreadable'],
    [reads({ ...card, uid: 'XXXX XXXX 9999' }), 'fail', 'document_mismatch'],
    [reads({ ...card, dob: '', yob: '1992' }), 'review', 'not_proven'],
    [reads({ ...card, dob: '', yob: '1980' }), 'fail', 'date_of_birth_mismatch'],
    [reads({ ...card, name: undefined }), 'review', 'not_proven'],
    [reads({ ...card, uid: undefined }), 'review', 'not_proven'],
    [reads({ ...card, uid: 'XXXX XXXX XXXX' }), 'fail', 'document_mismatch'],
  ])('that says %j is %s, %s', async (answers, state, reason) => {
    byPath(answers)
    expect(await signzy({ clock }).startCheck('aadhaar', input)).toMatchObject({ state, reason })
  })

  it('comes back with its pictures masked, where they are said to be and are at Signzy’s own', async () => {
    const masked = (isMasked: string, ...maskedImages: string[]) =>
      byPath({ ...reads({ ...card, isMasked, maskedImages }), '/m/1': { body: 'one' }, '/m/2': { body: 'two' }, '/m/3': { status: 404 } })
    const pictures = async () => (await signzy().startCheck('aadhaar', input)).maskedPictures.map(String)
    masked('yes', `${provider.stub.url}/m/1`, `${provider.stub.url}/m/2`)
    expect(await pictures()).toEqual(['one', 'two'])
    expect(provider.stub.asked.at(-1)?.headers.authorization).toBeUndefined()
    masked('no', `${provider.stub.url}/m/1`, `${provider.stub.url}/m/2`)
    expect(await pictures()).toEqual([])
    masked('yes', `${provider.stub.url}/m/1`, `${provider.stub.url}/m/3`)
    expect(await pictures()).toEqual([])
    provider.stub.asked.length = 0
    masked('yes', `${provider.stub.url}/m/1`, 'http://169.254.169.254/latest', 'no address')
    expect(await pictures()).toEqual([])
    expect(provider.stub.asked.map(({ method }) => method)).not.toContain('GET')
  })

  it('never lets the number out, wherever the provider repeats it', async () => {
    const loud = { requestId: aadhaar, id: `x-2345-6789-0124`, result: { ...card, uid: aadhaar, name: `Kavya ${aadhaar}`, verified: true } }
    provider.stub.answer = ({ path }) => ({ body: path.endsWith('upload') ? file : loud })
    expectHidden(await signzy().startCheck('aadhaar', input))
  })
})

describe('v2', () => {
  const session = { body: { id: 'session-token', ttl: 1_200, created: '2026-11-23T06:00:00Z', userId: 'patron1' } }
  const item = { body: { id: 'item1', accessToken: 'item-token', type: 'individualPan' } }
  const result = (said: object) => ({ body: { id: 'snoop1', itemId: 'item1', response: { id: 5, result: said } } })
  const input = inputFor({ callbackUrl: 'https://we.example/providers/signzy/1/kyc_x/token' })
  const answers = (snoop: Said) => ({
    '/api/v2/patrons/login': session,
    '/api/v2/patrons/patron1/identities': item,
    '/api/v2/snoops': snoop,
    '/api/files/upload': { body: file },
  })

  it('logs in once, makes an item, and asks about it', async () => {
    byPath(answers(result({ number: 'AAAPZ1234C', name: 'KAVYA IYER', fatherName: 'X', dob: '04/03/1992' })))
    const adapter = older()
    expect(await adapter.startCheck('pan', input)).toMatchObject({ state: 'pass', providerRequestId: 'snoop1', requests: 3 })
    expect(await adapter.startCheck('pan', input)).toMatchObject({ state: 'pass', requests: 2 })
    const [logIn, made, asked] = provider.stub.asked
    expect(logIn?.json).toEqual(login)
    expect(made).toMatchObject({
      headers: { authorization: 'session-token' },
      json: { type: 'individualPan', email: 'us@host.example', callbackUrl: input.callbackUrl, images: [] },
    })
    expect(asked?.headers.authorization).toBeUndefined()
    expect(asked?.json).toEqual({
      service: 'Identity',
      itemId: 'item1',
      accessToken: 'item-token',
      task: 'fetch',
      essentials: { number: 'AAAPZ1234C' },
    })
  })

  it('logs in anew when its token is refused, and is blocked when its password is', async () => {
    const tokens = ['old-token', 'new-token']
    provider.stub.answer = ({ path, headers }) => {
      if (path.endsWith('/login')) return { body: { ...session.body, id: tokens.shift() } }
      if (path.endsWith('/identities'))
        return headers.authorization === 'new-token' ? item : { status: 401, body: { error: { status: 401 } } }
      return result({ name: 'KAVYA IYER', dob: '04/03/1992' })
    }
    expect(await older().startCheck('pan', input)).toMatchObject({ state: 'pass', requests: 5 })
    provider.stub.answer = () => ({ status: 401, body: { error: { name: 'Error', status: 401, message: 'login failed' } } })
    expect(await older().startCheck('pan', input)).toMatchObject({ state: 'retryable', reason: 'account_blocked', requests: 1 })
    expect(() => older({ credentials: { token: 'bare' } })).toThrow(/name and a password/)
  })

  it('that puts its answer off is pending', async () => {
    byPath(answers({ body: { id: 'snoop1', itemId: 'item1', task: 'fetch' } }))
    expect(await older().startCheck('pan', input)).toMatchObject({ state: 'pending', reason: 'in_progress', providerRequestId: 'snoop1' })
  })

  it('reads an Aadhaar, for which nobody there vouches', async () => {
    byPath(answers(result({ ...card, uid: aadhaar })))
    const read = await older().startCheck('aadhaar', { ...input, number: aadhaar })
    expect(read).toMatchObject({ state: 'review', reason: 'not_proven', extracted: { lastFour: '0124' } })
    expect(JSON.stringify(read)).not.toContain('23456789')
    expect(older().proves('aadhaar')).toBe(false)
    expect(provider.stub.asked.at(-1)?.json).toMatchObject({ task: 'autoRecognition', essentials: {} })
  })
})
