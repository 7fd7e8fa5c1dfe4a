import { connect } from 'node:net'
import { uploadDocument } from '@impacthub/sdk'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { makePdf } from '../../src/content/pdf.fixture.ts'
import { makePicture } from '../../src/content/picture.fixture.ts'
import { holdFinishRoom } from '../../src/http/upload-room.ts'
import { startPlatform } from '../start-platform.ts'
import { documentScene, fileOf, type DocumentScene, type Told, type Uploader } from './scene.ts'

let scene: DocumentScene
let photo: Buffer
beforeAll(async () => {
  scene = await documentScene()
  photo = await makePicture(1_100, 800, { noise: true }).jpeg({ quality: 90 }).toBuffer()
})
afterAll(() => scene.platform.stop())

const word = (text: string) => Buffer.from(text).toString('base64')
const metadata = (fields: Readonly<Record<string, string>>) =>
  Object.entries(fields)
    .map(([name, value]) => `${name} ${word(value)}`)
    .join(',')
const aboutPhoto = { type: 'pan', side: 'back', filename: 'card.jpg', filetype: 'image/jpeg' }

const begin = (by: Uploader, length = photo.length, about: Readonly<Record<string, string>> = aboutPhoto, version = '1.0.0') =>
  scene.ask(by, 'POST', '/v1/kyc/uploads', {
    headers: { 'Tus-Resumable': version, 'Upload-Length': String(length), 'Upload-Metadata': metadata(about) },
  })
const append = (by: Uploader, at: string, offset: number, bytes: Buffer) =>
  scene.ask(by, 'PATCH', at, {
    headers: { 'Tus-Resumable': '1.0.0', 'Upload-Offset': String(offset), 'Content-Type': 'application/offset+octet-stream' },
    body: new Blob([new Uint8Array(bytes)]),
  })
const finish = (by: Uploader, at: string, body: object = {}, key = 'finish') =>
  scene.ask(by, 'POST', `${at}/finish`, {
    headers: { 'Content-Type': 'application/json', 'Idempotency-Key': `${key} ${at}`.replaceAll(' ', '') },
    body: JSON.stringify(body),
  })
const placeOf = (told: Told): string => told.headers.get('location') ?? ''
const offsetOf = async (by: Uploader, at: string) => {
  const told = await scene.ask(by, 'HEAD', at, { headers: { 'Tus-Resumable': '1.0.0' } })
  expect([told.status, told.headers.get('cache-control'), told.headers.get('tus-resumable')]).toEqual([200, 'no-store', '1.0.0'])
  return Number(told.headers.get('upload-offset'))
}

describe('an upload in pieces', () => {
  it('by the protocol of tus becomes the same document as one in a single piece', async () => {
    const by = await scene.uploader()
    const begun = await begin(by)
    expect(begun.status).toBe(201)
    const at = placeOf(begun)
    expect(at).toMatch(/^\/v1\/kyc\/uploads\/upl_/)
    expect(await offsetOf(by, at)).toBe(0)
    for (let from = 0; from < photo.length; from += 100_000) {
      const told = await append(by, at, from, photo.subarray(from, from + 100_000))
      expect([told.status, told.headers.get('upload-offset')]).toEqual([204, String(Math.min(photo.length, from + 100_000))])
    }
    expect((await scene.ask(by, 'GET', at)).body).toMatchObject({ length: photo.length, offset: photo.length, document: null })
    const [document, again] = [await finish(by, at), await finish(by, at)]
    expect([document.status, document.body]).toEqual([201, expect.objectContaining({ type: 'pan', side: 'back', pages: 1 })])
    expect([again.body, again.headers.get('idempotent-replay')]).toEqual([document.body, 'true'])
    // Under another key, too: an upload is one document.
    expect((await finish(by, at, {}, 'other')).body).toEqual(document.body)
    expect((await scene.ask(by, 'GET', at)).body['document']).toEqual(document.body)
    expect((await scene.ask(by, 'GET', '/v1/kyc/documents')).body['data']).toEqual([document.body])
    expect((await scene.kept()).pieces).toBe(0)
  })

  it('can be begun by JSON, and finished twice at once', async () => {
    const by = await scene.uploader()
    const wish = { type: 'driving_license', side: 'front', length: photo.length, fileName: 'dl.jpeg', fileType: 'image/jpeg' }
    const headers = { 'Content-Type': 'application/json', 'Idempotency-Key': 'begin' }
    const sent = () => scene.ask(by, 'POST', '/v1/kyc/uploads', { headers, body: JSON.stringify(wish) })
    const [begun, again] = [await sent(), await sent()]
    expect(placeOf(again)).toBe(placeOf(begun))
    await append(by, placeOf(begun), 0, photo)
    const both = await Promise.all([finish(by, placeOf(begun), {}, 'a'), finish(by, placeOf(begun), {}, 'b')])
    expect(both.map(({ status }) => status)).toEqual([201, 201])
    expect(both[0]?.body).toEqual(both[1]?.body)
    expect((await scene.ask(by, 'GET', '/v1/kyc/documents')).body['data']).toHaveLength(1)
  })

  it('keeps what had arrived when the connection breaks in the midst of a piece', async () => {
    const by = await scene.uploader()
    const at = placeOf(await begin(by))
    const { hostname, port } = new URL(scene.platform.url)
    const socket = connect(Number(port), hostname)
    const head = [
      `PATCH ${at} HTTP/1.1`,
      'Host: x',
      `Authorization: Bearer ${by.token}`,
      'Tus-Resumable: 1.0.0',
      'Upload-Offset: 0',
      'Content-Type: application/offset+octet-stream',
      `Content-Length: ${photo.length}`,
    ]
    socket.write(`${head.join('\r\n')}\r\n\r\n`)
    const arrived = 300_000
    await new Promise((resolve) => socket.write(photo.subarray(0, arrived), resolve))
    // The first 256 KiB are a piece of their own, kept before the rest has come.
    await expect.poll(() => offsetOf(by, at)).toBeGreaterThanOrEqual(262_144)
    socket.destroy()
    await expect.poll(() => offsetOf(by, at)).toBe(arrived)
    await append(by, at, arrived, photo.subarray(arrived))
    expect((await finish(by, at)).status).toBe(201)
  })

  it('takes bytes at its own offset only, and of two senders one', async () => {
    const by = await scene.uploader()
    const at = placeOf(await begin(by))
    const answers = await Promise.all([1, 2].map(() => append(by, at, 0, photo.subarray(0, 1_000))))
    expect(answers.map(({ status }) => status).sort()).toEqual([204, 409])
    const wrong = await append(by, at, 5, photo.subarray(5, 10))
    expect([wrong.body['code'], wrong.headers.get('upload-offset')]).toEqual(['upload_offset_mismatch', '1000'])
    expect((await append(by, at, 1_000, Buffer.concat([photo.subarray(1_000), Buffer.from('more')]))).status).toBe(413)
    expect((await finish(by, at)).body).toMatchObject({ status: 409, code: 'upload_incomplete' })
  })

  it('is refused with its file, and leaves nothing; a password can be tried again', async () => {
    const by = await scene.uploader()
    const before = await scene.kept()
    const broken = photo.subarray(0, 5_000)
    const at = placeOf(await begin(by, broken.length))
    await append(by, at, 0, broken)
    expect((await finish(by, at)).body).toMatchObject({ code: 'image_unreadable' })
    expect((await scene.ask(by, 'HEAD', at)).status).toBe(404)
    expect(await scene.kept()).toEqual(before)
    const pdf = makePdf({ password: 'ASHA1990' })
    const locked = placeOf(await begin(by, pdf.length, { type: 'aadhaar', filename: 'e.pdf', filetype: 'application/pdf' }))
    await append(by, locked, 0, pdf)
    expect((await finish(by, locked, {}, '1')).body).toMatchObject({ code: 'pdf_password_required' })
    expect((await finish(by, locked, { password: 'no' }, '2')).body).toMatchObject({ code: 'pdf_password_wrong' })
    expect((await finish(by, locked, { password: 'ASHA1990' }, '3')).body).toMatchObject({ type: 'aadhaar', side: 'front' })
  })

  it('is given up by its owner, or after a day, and leaves nothing', async () => {
    const by = await scene.uploader()
    const [one, two] = [placeOf(await begin(by)), placeOf(await begin(by))]
    for (const at of [one, two]) await append(by, at, 0, photo.subarray(0, 50_000))
    expect((await scene.ask(by, 'DELETE', one)).status).toBe(204)
    expect((await scene.ask(by, 'HEAD', one)).status).toBe(404)
    await scene.platform.advance(25 * 3_600, 12.5 * 3_600)
    const later = { ...by, token: await (await scene.app.user(by.userId, { phone: null })).token() }
    expect((await scene.ask(later, 'HEAD', two)).status).toBe(404)
    expect((await append(later, two, 50_000, photo.subarray(50_000))).status).toBe(404)
    const { uploads, pieces } = await scene.kept()
    expect({ uploads, pieces }).toEqual({ uploads: 0, pieces: 0 })
  })
})

it('is put together when there is room for it in memory, and not dropped before', async () => {
  const by = await scene.uploader()
  const at = placeOf(await begin(by))
  await append(by, at, 0, photo)
  const others = Array.from({ length: 4 }, (_, n) => holdFinishRoom(`usr_${n}`))
  for (const other of others) other.take(16 * 1_024 * 1_024)
  expect((await finish(by, at)).body).toMatchObject({ status: 503, code: 'unavailable' })
  for (const other of others) other.release()
  expect((await finish(by, at)).status).toBe(201)
})

describe('an upload that cannot be', () => {
  it('is refused at its beginning', async () => {
    const app = await scene.platform.app('Notice first')
    await app.server.app.update({ kyc: { consentFirst: true } })
    const [by, stranger] = [await scene.uploader(), await scene.uploader({ consent: false, app })]
    const codeOf = async (told: Promise<Told>) => (await told).body['code']
    expect(await codeOf(begin(stranger))).toBe('consent_required')
    expect(await codeOf(begin(by, 8 * 1_024 * 1_024 + 1))).toBe('payload_too_large')
    expect(await codeOf(begin(by, 100, { ...aboutPhoto, filename: '../../x.svg', filetype: 'image/svg+xml' }))).toBe('file_type_refused')
    expect(await codeOf(begin(by, 100, { ...aboutPhoto, filetype: 'image/png' }))).toBe('file_type_refused')
    expect(await codeOf(begin(by, 100, { filename: 'card.jpg', filetype: 'image/jpeg' }))).toBe('invalid_request')
    expect(await codeOf(begin(by, 100, { ...aboutPhoto, type: 'passport' }))).toBe('invalid_request')
    const other = await begin(by, 100, aboutPhoto, '0.2.2')
    expect([other.status, other.headers.get('tus-version')]).toEqual([412, '1.0.0'])
    // Forty megabytes that wait are enough, whether or not a byte of them has come.
    for (let round = 0; round < 5; round++) expect((await begin(by, 8 * 1_024 * 1_024)).status).toBe(201)
    expect(await codeOf(begin(by))).toBe('document_limit')
  })

  it('is somebody else’s', async () => {
    const [by, stranger] = [await scene.uploader(), await scene.uploader()]
    const elsewhere = await scene.uploader({ app: await scene.platform.app('Other') })
    const at = placeOf(await begin(by))
    for (const other of [stranger, elsewhere]) {
      expect((await scene.ask(other, 'HEAD', at)).status).toBe(404)
      expect((await append(other, at, 0, photo)).status).toBe(404)
      expect((await finish(other, at)).status).toBe(404)
      expect((await scene.ask(other, 'DELETE', at)).status).toBe(404)
    }
    expect(await offsetOf(by, at)).toBe(0)
  })

  it('sends its bytes in the wrong wrapping', async () => {
    const by = await scene.uploader()
    const at = placeOf(await begin(by))
    const headers = { 'Tus-Resumable': '1.0.0', 'Upload-Offset': '0' }
    const json = await scene.ask(by, 'PATCH', at, { headers: { ...headers, 'Content-Type': 'application/json' }, body: '{}' })
    expect(json.status).toBe(415)
    const packed = { ...headers, 'Content-Type': 'application/offset+octet-stream', 'Content-Encoding': 'gzip' }
    expect((await scene.ask(by, 'PATCH', at, { headers: packed, body: 'x' })).status).toBe(415)
    expect(await offsetOf(by, at)).toBe(0)
  })
})

it('goes on after the process died between storage and database, and what that left is swept away', async () => {
  const first = await documentScene({ limits: { uploadsPerUser: { perSecond: 20 / 3_600, burst: 2 } } })
  const by = await first.uploader()
  const begun = await first.ask(by, 'POST', '/v1/kyc/uploads', {
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ type: 'pan', length: photo.length, fileName: 'card.jpg', fileType: 'image/jpeg' }),
  })
  const at = placeOf(begun)
  const headers = { 'Tus-Resumable': '1.0.0', 'Upload-Offset': '0', 'Content-Type': 'application/offset+octet-stream' }
  await first.ask(by, 'PATCH', at, { headers, body: new Blob([new Uint8Array(photo)]) })
  // Both ways of uploading count as one: an hour's are twenty, here two.
  const counted = async () => (await first.send(by, fileOf(Buffer.from('no picture'), 'card.jpg', 'image/jpeg'))).body['code']
  expect([await counted(), await counted()]).toEqual(['file_type_refused', 'rate_limited'])
  const { storage } = first.platform
  const put = new Promise<void>((heard) => {
    storage.afterPut = () => {
      heard()
      return new Promise(() => undefined)
    }
  })
  const cut = first.ask(by, 'POST', `${at}/finish`, { headers: { 'Idempotency-Key': 'finish' } }).catch(() => undefined)
  await put
  await first.platform.crash()
  await cut
  storage.afterPut = () => Promise.resolve()
  expect(storage.blobs.size).toBe(1)
  const second = await startPlatform({ beside: first.platform })
  const again = () =>
    fetch(`${second.url}${at}/finish`, { method: 'POST', headers: { Authorization: `Bearer ${by.token}`, 'Idempotency-Key': 'finish' } })
  const [done, repeated] = [await again(), await again()]
  expect([done.status, await done.json()]).toEqual([201, await repeated.json()])
  expect(storage.blobs.size).toBe(2)
  await second.advance(2 * 3_600, 3_600)
  expect(storage.blobs.size).toBe(1)
  await second.stop()
  await first.platform.twilio.close()
  await first.platform.database.drop()
})

it('is what our own client sends', async () => {
  const { client } = await scene.uploader()
  const told: number[] = []
  const document = await uploadDocument(
    client,
    { type: 'pan', file: new File([new Uint8Array(photo)], 'card.jpg', { type: 'image/jpeg' }) },
    { onProgress: ({ sentBytes }) => told.push(sentBytes) },
  )
  expect((await client.kycDocuments.list()).data).toEqual([document])
  expect(told.at(-1)).toBe(photo.length)
  const whole = await client.kycDocuments.create({
    type: 'pan',
    side: 'back',
    file: new File([new Uint8Array(photo)], 'b.jpg', { type: 'image/jpeg' }),
  })
  const page = await scene.app.server.kycDocuments.getPage({ documentId: whole.id, page: 1, reason: 'Test' })
  expect((await page.arrayBuffer()).byteLength).toBeGreaterThan(10_000)
})
