import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { heldClock } from '../kit/clock.ts'
import { ask, formOf, pictureOf } from '../kit/ask.fixture.ts'
import { type SignzySandbox, startSignzySandbox } from './server.ts'

const clock = heldClock(Date.UTC(2026, 0, 5))
let signzy: SignzySandbox
beforeAll(async () => {
  signzy = await startSignzySandbox({ clock })
})
afterAll(() => signzy.close())

const post = (path: string, body: unknown, authorization: string | null = signzy.token) =>
  ask(signzy.url + path, body, authorization === null ? {} : { authorization })
const pan = 'AAAPZ1234C'
const aadhaar = '234567890124'
const logIn = async (path: string): Promise<{ id: string; userId: string }> => {
  const { json } = await post(path, { username: signzy.username, password: signzy.password }, null)
  return json as { id: string; userId: string }
}
const upload = async (name = 'front.jpg'): Promise<string> => {
  const { json } = await post('/api/files/upload', formOf({}, pictureOf(), name), null)
  return (json as { file: { directURL: string } }).file.directURL
}

describe('a token', () => {
  it('goes bare in the header, from a contract or from logging in', async () => {
    expect(await post('/api/v3/panextensive', { panNumber: pan }, null)).toMatchObject({ status: 401, json: { status: 401 } })
    expect(await post('/api/v3/panextensive', { panNumber: pan }, `Bearer ${signzy.token}`)).toMatchObject({ status: 401 })
    const { id, userId } = await logIn('/api/customers/login')
    expect(await post('/api/v3/panextensive', { panNumber: pan }, id)).toMatchObject({ status: 200 })
    expect(await post('/api/customers/login', { username: 'us', password: 'wrong' }, null)).toMatchObject({ status: 401 })
    expect((await logIn('/api/v2/patrons/login')).userId).toBe(userId)
    expect(await post('/api/v2/patrons/logout', {}, id)).toMatchObject({ status: 204 })
    expect(await post('/api/v3/panextensive', { panNumber: pan }, id)).toMatchObject({ status: 401 })
  })
})

describe('v3', () => {
  it('fetches a PAN and finds a licence', async () => {
    expect((await post('/api/v3/panextensive', { panNumber: pan, getStatusInfo: 'true' })).json).toMatchObject({
      result: {
        name: 'ASHA VERMA',
        dob: '31/01/1990',
        isValid: true,
        panStatusCode: 'E',
        aadhaarLinked: true,
        address: { pincode: '560001' },
      },
    })
    expect((await post('/api/v3/dl_number/based_search', { number: 'DL0420110149646', dob: '31/01/1990' })).json).toMatchObject({
      result: { dlNumber: 'DL0420110149646', dob: '31/01/1990', detailsOfDrivingLicence: { name: 'ASHA VERMA' } },
    })
    expect(await post('/api/v3/dl_number/based_search', { number: 'DL0420110149646', dob: '1990-01-31' })).toMatchObject({ status: 422 })
    expect(await post('/api/v3/panextensive', { panNumber: 'ABCDE1234F' })).toMatchObject({
      status: 422,
      json: { message: expect.any(String) },
    })
  })

  it('answers a number as its last digits say', async () => {
    const about = (digits: string) => post('/api/v3/panextensive', { panNumber: `AAAPZ${digits}C` })
    expect(await about('0001')).toMatchObject({ status: 404 })
    expect(await about('0002')).toMatchObject({ json: { result: { name: 'XERXES QUILLFEATHER' } } })
    expect(await about('0003')).toMatchObject({ status: 502 })
    expect(await about('0004')).toMatchObject({ status: 409 })
    expect(await about('0005')).toMatchObject({ json: { result: { dob: '01/01/2010' } } })
  })

  it('knows whether there is an Aadhaar, and opens it with a password, number and all', async () => {
    expect((await post('/api/v3/aadhaar/verify', { uid: aadhaar })).json).toMatchObject({ result: { verified: true } })
    expect((await post('/api/v3/aadhaar/basicVerify', { uid: '200000030001' })).json).toMatchObject({ result: { verified: false } })
    expect((await post('/api/v3/getOkycOtp', { aadhaarNumber: '234567890123' })).json).toMatchObject({ statusCode: 422 })
    const sent = (await post('/api/v3/getOkycOtp', { aadhaarNumber: aadhaar })).json
    expect(sent).toMatchObject({ statusCode: 200, data: { otpSentStatus: true, isValidAadhaar: true, status: 'generate_otp_success' } })
    const { requestId } = (sent as { data: { requestId: string } }).data
    expect((await post('/api/v3/fetchOkycData', { requestId, otp: '000000' })).json).toMatchObject({ statusCode: 422 })
    expect((await post('/api/v3/fetchOkycData', { requestId, otp: '123456' })).json).toMatchObject({
      data: { full_name: 'ASHA VERMA', dob: '1990-01-31', aadhaar_number: aadhaar },
    })
  })

  it('reads cards where they were put, as long as the link lives, and at others’ addresses', async () => {
    signzy.control.enter({ number: aadhaar, name: 'Kavya Iyer', dateOfBirth: '1992-03-04' }, 'case-9')
    const url = await upload('case-9-front.jpg')
    const read = (path: string, from = url) => post(`/api/v3/${path}`, { files: [from] })
    expect((await read('aadhaar/extraction-masking')).json).toMatchObject({
      result: { uid: 'XXXXXXXX0124', name: 'Kavya Iyer', dob: '04/03/1992' },
    })
    expect((await read('aadhaar/extraction-masking')).json).toMatchObject({ result: { isMasked: 'no', maskedImages: [] } })
    expect((await read('aadhaar/extraction')).json).toMatchObject({ result: { uid: aadhaar } })
    expect(await ask(url)).toMatchObject({ status: 200 })
    await clock.advance(31_000)
    expect(await read('aadhaar/extraction')).toMatchObject({ status: 404, json: { message: 'invalid data' } })
    const elsewhere = createServer((_, response) => response.end(Buffer.from([0xff, 0xd8, 0xff, 0xe0, 1])))
    await new Promise<void>((done) => elsewhere.listen(0, '127.0.0.1', done))
    const { port } = elsewhere.address() as AddressInfo
    expect((await read('pan/extractions', `http://127.0.0.1:${port}/case-9-front.jpg`)).json).toMatchObject({
      result: { name: 'Kavya Iyer' },
    })
    elsewhere.close()
    elsewhere.closeAllConnections()
    expect(await read('aadhaar/extraction', 'file:///etc/passwd')).toMatchObject({ status: 400 })
  })

  it('keeps pictures for as long as it is told, in words', async () => {
    const base64string = Buffer.from([0xff, 0xd8, 0xff]).toString('base64')
    const kept = await post('/api/base64strings/upload', { base64string, mimetype: 'image/jpeg', ttl: '2 mins' }, null)
    expect(kept.json).toMatchObject({ file: { filetype: 'image/jpeg', size: 3, protected: false } })
    expect(await post('/api/base64strings/upload', { base64string, mimetype: 'image/jpeg', ttl: '2 minutes' }, null)).toMatchObject({
      status: 422,
    })
    expect(await post('/api/files/upload', formOf({}, pictureOf(2 * 1024 * 1024), 'a.jpg'), null)).toMatchObject({ status: 413 })
  })
})

describe('v2', () => {
  async function itemOf(type: string, images: readonly string[] = [], callbackUrl = '') {
    const { id, userId } = await logIn('/api/v2/patrons/login')
    const { json } = await post(`/api/v2/patrons/${userId}/identities`, { type, email: 'us@host.example', callbackUrl, images }, id)
    const item = json as { id: string; accessToken: string }
    return (task: string, essentials: object = {}) =>
      post('/api/v2/snoops', { service: 'Identity', itemId: item.id, accessToken: item.accessToken, task, essentials }, null)
  }

  it('makes an item of a document and does tasks with it', async () => {
    const about = await itemOf('individualPan')
    expect((await about('fetch', { number: pan })).json).toMatchObject({
      service: 'Identity',
      task: 'fetch',
      response: { result: { number: pan, name: 'ASHA VERMA', dob: '31/01/1990' } },
    })
    expect((await about('verification', { number: pan, name: 'Anybody', fuzzy: 'false' })).json).toMatchObject({
      response: { result: { verified: true } },
    })
    expect(await about('fetch', { number: 'AAAPZ0001C' })).toMatchObject({ status: 404, json: { error: { status: 404, name: 'Error' } } })
    expect(await about('teleport')).toMatchObject({ status: 400 })
    const card = await itemOf('aadhaar', [await upload('a-7777.jpg')])
    expect((await card('autoRecognition')).json).toMatchObject({
      response: { result: { uid: '234567897777', dob: '31/01/1990', yob: '1990' } },
    })
  })

  it('refuses a stranger’s item and path', async () => {
    expect(await post('/api/v2/snoops', { service: 'Identity', itemId: 'x', accessToken: 'x', task: 'fetch' }, null)).toMatchObject({
      status: 401,
    })
    const { id } = await logIn('/api/v2/patrons/login')
    expect(await post('/api/v2/patrons/other/identities', { type: 'aadhaar' }, id)).toMatchObject({ status: 401 })
  })

  it('calls back with the same, after it has answered, or with what it has put off', async () => {
    const heard: unknown[] = []
    const host = createServer((request, response) => {
      let text = ''
      request.setEncoding('utf8').on('data', (part: string) => (text += part))
      request.on('end', () => {
        heard.push(JSON.parse(text))
        response.end()
      })
    })
    await new Promise<void>((done) => host.listen(0, '127.0.0.1', done))
    const about = await itemOf('individualPan', [], `http://127.0.0.1:${(host.address() as AddressInfo).port}/done`)
    await ask(`${signzy.url}/_sandbox/settings`, { answersLater: true })
    expect((await about('fetch', { number: pan })).json).not.toHaveProperty('response')
    await expect.poll(() => heard).toHaveLength(1)
    expect(heard[0]).toMatchObject({ task: 'fetch', response: { result: { number: pan } } })
    expect((await about('fetch', { number: pan })).json).toMatchObject({ response: { result: { number: pan } } })
    signzy.control.reset()
    host.close()
    host.closeAllConnections()
  })
})
