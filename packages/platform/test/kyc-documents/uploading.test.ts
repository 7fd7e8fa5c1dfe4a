import { connect } from 'node:net'
import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { everyTenant } from '../../src/base/tenant.ts'
import { makePdf } from '../../src/content/pdf.fixture.ts'
import { hollowPng, makePicture } from '../../src/content/picture.fixture.ts'
import { sendRaw } from '../raw-http.ts'
import { documentScene, fileOf, photo, type DocumentScene, type Uploader } from './scene.ts'

let scene: DocumentScene
let card: File
beforeAll(async () => {
  scene = await documentScene()
  card = await photo()
})
afterAll(() => scene.platform.stop())

const listed = async (by: Uploader) => (await scene.ask(by, 'GET', '/v1/kyc/documents')).body['data']

describe('a document in one piece', () => {
  it('is there afterwards, once, however often it is sent with the same key', async () => {
    const by = await scene.uploader()
    const before = await scene.kept()
    const first = await scene.send(by, card, { key: 'one' })
    expect(first.status).toBe(201)
    expect(first.body).toMatchObject({ id: expect.stringMatching(/^doc_/), type: 'pan', side: 'front', pages: 1, hints: [] })
    const again = await scene.send(by, card, { key: 'one' })
    expect([again.status, again.body, again.headers.get('idempotent-replay')]).toEqual([201, first.body, 'true'])
    expect((await scene.send(by, card, { key: 'one', side: 'back' })).body).toMatchObject({ code: 'idempotency_key_reused' })
    const other = fileOf(await makePicture(1_100, 800).jpeg().toBuffer(), 'card.jpg', 'image/jpeg')
    expect((await scene.send(by, other, { key: 'one' })).body).toMatchObject({ code: 'idempotency_key_reused' })
    expect(await listed(by)).toEqual([first.body])
    // What was drawn for the repetitions is nobody's: an hour later it is gone.
    await scene.platform.advance(2 * 3_600, 3_600)
    const after = await scene.kept()
    expect({ ...after, blobs: after.blobs - before.blobs, rows: after.rows - before.rows }).toMatchObject({ blobs: 1, rows: 1 })
  })

  it('is kept sealed: neither its bytes nor its name are anywhere', async () => {
    const by = await scene.uploader()
    const number = '234567890124'
    const file = fileOf(Buffer.from(await card.arrayBuffer()), `../../aadhaar ${number}.jpg`, 'image/jpeg')
    expect((await scene.send(by, file, { type: 'aadhaar' })).status).toBe(201)
    for (const blob of scene.platform.storage.blobs.values()) {
      expect(blob.subarray(0, 3).equals(Buffer.from([0xff, 0xd8, 0xff]))).toBe(false)
      expect(blob.includes('JFIF')).toBe(false)
    }
    for (const key of scene.platform.storage.blobs.keys()) expect(key).toMatch(/^[0-9]+\/documents\/[0-9a-f]{32}$/)
    const rows = await scene.platform.platform.db.read(everyTenant, 'select row_to_json(d)::text as row from kyc_documents d', [])
    expect(JSON.stringify(rows)).not.toContain(number)
  })

  it('may be a PDF of several pages, and a locked one with its password', async () => {
    const by = await scene.uploader()
    const pdf = fileOf(makePdf({ pages: 2, password: 'ASHA1990' }), 'e-aadhaar.pdf', 'application/pdf')
    expect((await scene.send(by, pdf)).body).toMatchObject({ status: 400, code: 'pdf_password_required' })
    expect((await scene.send(by, pdf, { password: 'ASHA1991' })).body).toMatchObject({ code: 'pdf_password_wrong' })
    expect((await scene.send(by, pdf, { password: 'ASHA1990', type: 'aadhaar' })).body).toMatchObject({ type: 'aadhaar', pages: 2 })
  })

  it('is refused before the user has agreed to the notice, where the app wants that first', async () => {
    const app = await scene.platform.app('Notice first')
    await app.server.app.update({ kyc: { consentFirst: true } })
    const by = await scene.uploader({ consent: false, app })
    expect((await scene.send(by, card)).body).toMatchObject({ status: 409, code: 'consent_required' })
    expect(await listed(by)).toEqual([])
  })

  it('can be deleted by its owner and by nobody else, and is no one else’s to see', async () => {
    const [by, other] = [await scene.uploader(), await scene.uploader()]
    const { id } = (await scene.send(by, card)).body
    expect((await scene.ask(other, 'DELETE', `/v1/kyc/documents/${String(id)}`)).status).toBe(404)
    expect(await listed(other)).toEqual([])
    const before = scene.platform.storage.blobs.size
    expect((await scene.ask(by, 'DELETE', `/v1/kyc/documents/${String(id)}`)).status).toBe(204)
    expect((await scene.ask(by, 'DELETE', `/v1/kyc/documents/${String(id)}`)).status).toBe(404)
    expect(await listed(by)).toEqual([])
    await scene.platform.quiet()
    expect(scene.platform.storage.blobs.size).toBe(before - 1)
  })

  it('is one of ten at most', async () => {
    const by = await scene.uploader()
    const small = fileOf(await makePicture(1_024, 768).jpeg({ quality: 40 }).toBuffer(), 'card.jpg', 'image/jpeg')
    // Twelve at once: whoever comes last finds the others.
    const answers = await Promise.all(Array.from({ length: 12 }, () => scene.send(by, small)))
    expect(answers.map(({ status }) => status).sort()).toEqual([...Array<number>(10).fill(201), 409, 409])
    expect(answers.find(({ status }) => status === 409)?.body).toMatchObject({ code: 'document_limit' })
  })
})

const jpeg = 'image/jpeg'
const hostile: readonly (readonly [string, () => Promise<File> | File, string])[] = [
  ['other magic bytes', () => fileOf(Buffer.from('GIF89a nonsense'), 'card.jpg', jpeg), 'file_type_refused'],
  [
    'a drawing in SVG',
    () => fileOf(Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>'), 'card.svg', 'image/svg+xml'),
    'file_type_refused',
  ],
  ['a page of HTML', () => fileOf(Buffer.from('<!doctype html><script>1</script>'), 'card.jpg', jpeg), 'file_type_refused'],
  ['a name that says otherwise', async () => fileOf(Buffer.from(await card.arrayBuffer()), 'card.png', jpeg), 'file_type_refused'],
  [
    'a type that says otherwise',
    async () => fileOf(Buffer.from(await card.arrayBuffer()), 'card.jpg', 'application/pdf'),
    'file_type_refused',
  ],
  ['an archive behind a photograph', async () => polyglot(), 'file_type_refused'],
  ['a script behind a photograph', async () => behind('<script>alert(1)</script>'), 'file_type_refused'],
  [
    'a script in a PDF',
    () => fileOf(makePdf({ catalog: '/OpenAction<</S/JavaScript/JS(1)>>' }), 'a.pdf', 'application/pdf'),
    'pdf_refused',
  ],
  ['too many pages', () => fileOf(makePdf({ pages: 11 }), 'a.pdf', 'application/pdf'), 'pdf_too_long'],
  [
    'half a photograph',
    async () => fileOf(Buffer.from(await card.arrayBuffer()).subarray(0, 20_000), 'card.jpg', jpeg),
    'image_unreadable',
  ],
  ['too few pixels', async () => photo(800, 600), 'image_too_small'],
  ['too many pixels', () => fileOf(hollowPng(16_000, 16_000), 'card.png', 'image/png'), 'image_too_large'],
  ['nothing', () => fileOf(Buffer.alloc(0), 'card.jpg', jpeg), 'file_type_refused'],
  ['nine megabytes', () => fileOf(randomBytes(9 * 1_024 * 1_024), 'card.jpg', jpeg), 'payload_too_large'],
]

async function behind(more: string | Buffer): Promise<File> {
  return fileOf(Buffer.concat([Buffer.from(await card.arrayBuffer()), Buffer.from(more)]), 'card.jpg', jpeg)
}
const polyglot = () => behind(Buffer.concat([Buffer.from('PK\u0005\u0006', 'latin1'), Buffer.alloc(18)]))
describe('a hostile file', () => {
  let by: Uploader
  beforeAll(async () => {
    by = await scene.uploader()
  })

  it.each(hostile)('with %s is refused, and leaves nothing', async (_, make, code) => {
    const before = await scene.kept()
    const answer = await scene.send(by, await make())
    expect(answer.body).toMatchObject({ code })
    expect(answer.body).not.toHaveProperty('stack')
    expect(await scene.kept()).toEqual(before)
  })

  it('of fifty megabytes is refused by its length alone, while others are served', async () => {
    const head = [
      'POST /v1/kyc/documents HTTP/1.1',
      'Host: x',
      `Authorization: Bearer ${by.token}`,
      'Content-Type: multipart/form-data; boundary=x',
      `Content-Length: ${50 * 1_024 * 1_024}`,
    ]
    const answer = await sendRaw(scene.platform.url, `${head.join('\r\n')}\r\n\r\n--x\r\n`)
    expect(answer.status).toBe(413)
    expect(answer.headers.get('connection')).toBe('close')
    expect((await scene.ask(by, 'GET', '/v1/kyc/documents')).status).toBe(200)
  })

  it.each([
    ['no file', (form: FormData) => form.append('type', 'pan'), 'invalid_request'],
    ['two files', (form: FormData) => ['a', 'b'].forEach(() => form.append('file', card)), 'invalid_request'],
    ['a field twice', (form: FormData) => ['pan', 'pan'].forEach((type) => form.append('type', type)), 'invalid_request'],
    ['a field that is not known', (form: FormData) => form.append('userId', 'somebody'), 'invalid_request'],
    ['a prototype for a field', (form: FormData) => form.append('__proto__', 'x'), 'invalid_request'],
    ['a field without end', (form: FormData) => form.append('type', 'p'.repeat(10_000)), 'invalid_request'],
  ])('in a form with %s is refused', async (_, fill, code) => {
    const form = new FormData()
    fill(form)
    expect((await scene.ask(by, 'POST', '/v1/kyc/documents', { body: form })).body).toMatchObject({ status: 400, code })
    const json = await scene.ask(by, 'POST', '/v1/kyc/documents', { body: '{}', headers: { 'Content-Type': 'application/json' } })
    expect(json.status).toBe(415)
  })

  it('that is never sent to its end leaves nothing', async () => {
    const before = await scene.kept()
    const { hostname, port } = new URL(scene.platform.url)
    const socket = connect(Number(port), hostname)
    const head = [
      'POST /v1/kyc/documents HTTP/1.1',
      'Host: x',
      `Authorization: Bearer ${by.token}`,
      'Content-Type: multipart/form-data; boundary=x',
      'Content-Length: 500000',
    ]
    const form = '--x\r\nContent-Disposition: form-data; name="file"; filename="card.jpg"\r\nContent-Type: image/jpeg\r\n\r\n'
    await new Promise((resolve) => socket.write(`${head.join('\r\n')}\r\n\r\n${form}${'x'.repeat(100_000)}`, resolve))
    await new Promise((resolve) => {
      socket.once('close', resolve)
      socket.destroy()
    })
    expect(await listed(by)).toEqual([])
    expect(await scene.kept()).toEqual(before)
  })
})

it('says that the storage is away, and leaves nothing that opens', async () => {
  const by = await scene.uploader()
  scene.platform.storage.broken = 'put'
  const answer = await scene.send(by, card, { key: 'while-away' })
  scene.platform.storage.broken = 'nothing'
  expect(answer.body).toMatchObject({ status: 503, code: 'unavailable' })
  expect(answer.headers.get('retry-after')).not.toBeNull()
  expect(await listed(by)).toEqual([])
  expect((await scene.send(by, card, { key: 'while-away' })).status).toBe(201)
})
