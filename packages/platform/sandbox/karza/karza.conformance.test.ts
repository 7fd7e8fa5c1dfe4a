import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { heldClock } from '../kit/clock.ts'
import { ask, formOf, pictureOf } from '../kit/ask.fixture.ts'
import { type KarzaSandbox, startKarzaSandbox } from './server.ts'

const clock = heldClock(Date.UTC(2026, 0, 5))
let karza: KarzaSandbox
beforeAll(async () => {
  karza = await startKarzaSandbox({ clock })
})
afterAll(() => karza.close())

const key = () => ({ 'x-karza-key': karza.apiKey })
const post = (path: string, body: unknown, headers: Readonly<Record<string, string>> = key()) => ask(karza.url + path, body, headers)
const pan = 'AAAPZ1234C'
const authentication = { pan, name: 'Kavya Iyer', dob: '04/03/1992', consent: 'Y' }
const aadhaar = '234567890124'

describe('the envelopes', () => {
  it('of v2 say the code as text, of v3 as a number, and both repeat the client’s data', async () => {
    const clientData = { caseId: 'case-1' }
    expect(await post('/v2/pan', { pan, consent: 'Y', clientData })).toEqual({
      status: 200,
      json: { result: { name: 'ASHA VERMA' }, request_id: expect.any(String), 'status-code': '101', clientData },
    })
    expect(await post('/v3/pan-profile', { pan, consent: 'Y', clientData })).toEqual({
      status: 200,
      json: { requestId: expect.any(String), statusCode: 101, clientData, result: expect.objectContaining({ pan, dob: '1990-01-31' }) },
    })
  })

  it('are the same at the hub’s path with the hub’s header', async () => {
    const answer = await post('/api/kyc/v2/pan-authentication', authentication, { 'x-auth-key': karza.apiKey })
    expect(answer.json).toMatchObject({
      'status-code': '101',
      result: { status: 'Active', duplicate: false, nameMatch: true, dobMatch: true },
    })
  })

  it('of errors name the status', async () => {
    expect(await post('/v2/pan', { pan }, { 'x-karza-key': 'wrong' })).toMatchObject({
      status: 401,
      json: { status: 401, error: 'Unauthorized' },
    })
    expect(await post('/v2/pan', { pan }, {})).toMatchObject({ status: 401 })
    expect(await post('/v2/pan', 'no json')).toMatchObject({ status: 400, json: { status: 400, requestId: expect.any(String) } })
    expect(await post('/v9/pan', { pan })).toMatchObject({ status: 404 })
    expect(await ask(`${karza.url}/v2/pan`, undefined, key())).toMatchObject({ status: 405 })
  })
})

describe('a number', () => {
  it('without consent, or not in form, is not looked up', async () => {
    expect((await post('/v2/pan', { pan })).json).toMatchObject({ 'status-code': '105' })
    expect((await post('/v3/dl', { dlNo: 'DL0420110149646', dob: '01-01-1990' })).json).toMatchObject({ statusCode: 105 })
    expect((await post('/v2/pan', { pan: 'ABCDE1234F', consent: 'Y' })).json).toMatchObject({ 'status-code': '102' })
    expect((await post('/v2/pan-authentication', { ...authentication, dob: '1992-03-04' })).json).toMatchObject({ 'status-code': '102' })
    expect((await post('/v3/dl', { dlNo: 'DL0420110149646', dob: '01/01/1990', consent: 'Y' })).json).toMatchObject({ statusCode: 102 })
  })

  it('comes to what its last digits say', async () => {
    const about = (digits: string) => post('/v2/pan-authentication', { ...authentication, pan: `AAAPZ${digits}C` })
    expect((await about('0001')).json).toMatchObject({ 'status-code': '103' })
    expect((await about('0002')).json).toMatchObject({ result: { nameMatch: false, dobMatch: true } })
    expect(await about('0003')).toMatchObject({ status: 503 })
    expect((await about('0004')).json).toMatchObject({ 'status-code': '106' })
    expect((await about('0005')).json).toMatchObject({ result: { nameMatch: true, dobMatch: false } })
    expect((await post('/v3/pan-profile', { pan: 'AAAPZ0005C', consent: 'Y' })).json).toMatchObject({ result: { dob: '2010-01-01' } })
  })

  it('comes to any code that a test wants, until it does not', async () => {
    const dl = { dlNo: 'DL-0420110149646', dob: '01-01-1990', consent: 'Y' }
    for (const code of [102, 104, 107, 108, 109, 110]) {
      await ask(`${karza.url}/_sandbox/answers`, { number: 'DL04 20110149646', code })
      expect((await post('/v3/dl', dl)).json).toMatchObject({ statusCode: code })
    }
    for (const code of [402, 500, 504]) {
      karza.control.answer('DL0420110149646', code)
      expect(await post('/v3/dl', dl)).toMatchObject({ status: code, json: { status: code } })
    }
    expect(await ask(`${karza.url}/_sandbox/answers`, { number: 'DL0420110149646', code: 42 })).toMatchObject({ status: 400 })
    await ask(`${karza.url}/_sandbox/answers`, { number: 'DL0420110149646', code: null })
    expect((await post('/v3/dl', dl)).json).toMatchObject({ statusCode: 101, result: { name: 'ASHA VERMA', dob: '01-01-1990' } })
  })

  it('of somebody whom a test has told of is theirs alone', async () => {
    await ask(`${karza.url}/_sandbox/people`, { number: 'KAAPZ5678C', name: 'Meera Nair', dateOfBirth: '1988-12-01' })
    const about = (name: string, dob: string) => post('/v2/pan-authentication', { pan: 'KAAPZ5678C', name, dob, consent: 'Y' })
    expect((await about('meera  nair', '01/12/1988')).json).toMatchObject({ result: { nameMatch: true, dobMatch: true } })
    expect((await about('Mira Nair', '02/12/1988')).json).toMatchObject({ result: { nameMatch: false, dobMatch: false } })
    expect((await ask(`${karza.url}/_sandbox/people`)).json).toMatchObject({ sandbox: 'karza', count: 1 })
  })
})

describe('an Aadhaar', () => {
  it('is opened by consent, a password, and a share code, in each of three generations', async () => {
    const consent = {
      lat: '12.9',
      long: '77.5',
      userAgent: 'x',
      deviceId: 'x',
      deviceInfo: 'x',
      consent: 'Y',
      name: 'Kavya Iyer',
      consentText: 'I agree',
    }
    const agreed = (await post('/v3/aadhaar-consent', { ...consent, consentTime: '1767571200' })).json
    expect(agreed).toMatchObject({ statusCode: 101, result: { accessKey: expect.any(String) } })
    const data = { statusCode: 101, result: { dataFromAadhaar: { maskedAadhaarNumber: 'XXXXXXXX0124', dob: '1990-01-31' } } }
    const opened = async (send: string, open: string) => {
      const { json } = await post(send, { aadhaarNo: aadhaar, consent: 'Y' })
      const { requestId, result } = json as { requestId: string; result: { accessKey?: string } }
      const id = result.accessKey === undefined ? { requestId } : { accessKey: result.accessKey }
      expect((await post(open, { ...id, otp: '000000', shareCode: '1234', consent: 'Y' })).json).toMatchObject({ statusCode: 104 })
      return (await post(open, { ...id, otp: '123456', shareCode: '1234', aadhaarNo: aadhaar, consent: 'Y' })).json
    }
    expect(await opened('/v3/get-aadhaar-otp', '/v3/get-aadhaar-file')).toMatchObject(data)
    expect(await opened('/v3/aadhaar-xml/otp', '/v3/aadhaar-xml/file')).toMatchObject(data)
    expect(await opened('/v3/eaadhaar/otp', '/v3/eaadhaar/file')).toMatchObject(data)
    expect((await post('/v3/aadhaar-xml/otp', { aadhaarNo: '234567890123', consent: 'Y' })).json).toMatchObject({ statusCode: 102 })
  })

  it('is read from a picture, masked when that is wished', async () => {
    karza.control.enter({ number: aadhaar, name: 'Kavya Iyer', dateOfBirth: '1992-03-04' }, 'case-9')
    const read = (flags: Readonly<Record<string, string>>, name = 'case-9-front.jpg') =>
      post('/v3/ocr/kyc', formOf({ ...flags, conf: 'true' }, pictureOf(), name))
    const face = (value: string, isMasked: string) => ({
      statusCode: 101,
      result: [
        {
          type: expect.stringMatching(/aadhaar/i),
          details: { aadhaar: { value, isMasked, conf: expect.any(Number) }, name: { value: 'Kavya Iyer' }, dob: { value: '04/03/1992' } },
        },
      ],
    })
    expect((await read({ maskAadhaar: 'true', hideAadhaar: 'true' })).json).toMatchObject(face('XXXXXXXX0124', 'yes'))
    expect((await read({})).json).toMatchObject(face(aadhaar, 'no'))
    const fileB64 = Buffer.from(await pictureOf().arrayBuffer()).toString('base64')
    expect((await post('/v3/kycocr', { fileB64, maskAadhaar: true })).json).toMatchObject({ statusCode: 101 })
    expect((await post('/v3/ocr/kyc', formOf({}, new Blob(['<svg/>']), 'a.svg'))).json).toMatchObject({ statusCode: 102 })
    expect(await post('/v3/ocr/kyc', formOf({}, pictureOf(2 * 1024 * 1024), 'a.jpg'))).toMatchObject({ status: 413 })
    expect(await post('/v3/ocr/kyc', formOf({}, pictureOf(5 * 1024 * 1024), 'a.jpg')).catch(() => ({ status: 413 }))).toMatchObject({
      status: 413,
    })
  })
})

it('compares names, and forgets everything when told', async () => {
  const names = { name2: 'IYER KAVYA', type: 'individual', preset: 's' }
  expect((await post('/v3/name', { ...names, name1: 'Kavya Iyer' })).json).toMatchObject({ statusCode: 101, result: { result: true } })
  expect((await post('/v3/name', { ...names, name1: 'Kavita Iyer' })).json).toMatchObject({ result: { result: false } })
  await ask(`${karza.url}/_sandbox/reset`, {})
  expect((await ask(`${karza.url}/_sandbox/people`)).json).toMatchObject({ count: 0 })
})
