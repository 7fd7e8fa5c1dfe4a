import { randomBytes, randomUUID } from 'node:crypto'
import { PassThrough } from 'node:stream'
import pg from 'pg'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { everyTenant } from '../../src/base/tenant.ts'
import type { MasterKey } from '../../src/base/vault.ts'
import { makePdf } from '../../src/content/pdf.fixture.ts'
import { makePicture } from '../../src/content/picture.fixture.ts'
import { newId } from '../../src/base/ids.ts'
import { readSettings } from '../../src/config/settings.ts'
import { runCommand } from '../../src/operator/run-command.ts'
import type { DocumentWork } from '../../src/features/kyc-documents/index.ts'
import { holdRow } from '../held-row.ts'
import { startPlatform } from '../start-platform.ts'
import { openCabinet, type Cabinet, type Stored } from './cabinet.ts'
import { documentScene, fileOf, photo, type DocumentScene, type Told } from './scene.ts'

const day = 24 * 3_600
const oldKey: MasterKey = { version: 1, key: randomBytes(32) }
const newKey: MasterKey = { version: 2, key: randomBytes(32) }

let scene: DocumentScene
let documents: DocumentWork
let cabinet: Cabinet
let card: File
beforeAll(async () => {
  scene = await documentScene({ vaultKeys: [oldKey] })
  card = await photo()
  cabinet = await openCabinet(scene, [oldKey])
  documents = cabinet.documents
})
afterAll(async () => {
  await cabinet.close()
  await scene.platform.stop()
})

const stored = (type?: string, file?: File) => cabinet.stored(type, file)
const claim = (of: Stored, ids: readonly string[]) => cabinet.claim(of, ids)
const decide = (of: Stored, submissionId: string, keepDays: number | null) => cabinet.decide(of, submissionId, keepDays)
const clearAfter = (days: number) => cabinet.clearAfter(days)
const isThere = (one: Stored) => cabinet.isThere(one)
const look = (id: string, page = 1, token = scene.app.secretKey, reason = 'Case 4711') =>
  scene.ask({ token }, 'GET', `/v1/kyc/documents/${id}/pages/${page}?reason=${encodeURIComponent(reason)}`)
const half = { left: 0, top: 0.5, width: 1, height: 1 }
const maskPages = (
  { id }: Stored,
  pages: readonly object[],
  { token = scene.app.secretKey, key }: { token?: string | undefined; key?: string | undefined } = {},
) =>
  scene.ask({ token }, 'POST', `/v1/kyc/documents/${id}/mask`, {
    headers: { 'Content-Type': 'application/json', ...(key === undefined ? {} : { 'Idempotency-Key': key }) },
    body: JSON.stringify({ pages, reason: 'Number still readable' }),
  })
/** A letter of three pages, as an e-Aadhaar is one. */
const leaflet = () => fileOf(makePdf({ pages: 3 }), 'letter.pdf', 'application/pdf')
const nothing = Buffer.alloc(0)
const bytesOf = 'select bytes from kyc_documents where id = $1'
const maskedBy = "select details from audit where subject = $1 and action = 'kyc.document_masked'"
const destroyedBy = "select reason, details from audit where subject = any($1) and action = 'kyc.document_destroyed'"
const looksAt = (id: string) =>
  scene.platform.platform.db.read<{ actor: string; reason: string; details: unknown; from_ip: string }>(
    everyTenant,
    `select actor, reason, details, from_ip from audit where subject = $1 and action = 'kyc.document_viewed' order by id`,
    [id],
  )

describe('a reviewer', () => {
  it('sees a page, and that is on the record with who, why and from where', async () => {
    const { id, userId } = await stored()
    const page = await look(id)
    expect(page.status).toBe(200)
    expect(await sharp(page.bytes).metadata()).toMatchObject({ format: 'jpeg', width: 1_600, height: 1_000 })
    expect(Object.fromEntries(page.headers)).toMatchObject({
      'content-type': 'image/jpeg',
      'content-disposition': `attachment; filename="${id}-1.jpg"`,
      'x-content-type-options': 'nosniff',
      'cache-control': 'no-store',
      'content-security-policy': "default-src 'none'; sandbox",
    })
    expect(await looksAt(id)).toEqual([
      expect.objectContaining({
        actor: expect.stringMatching(/^key_/),
        reason: 'Case 4711',
        details: expect.objectContaining({ userId, page: 1 }),
      }),
    ])
  })

  it('needs a reason and a page that is there; looks that are refused are no looks', async () => {
    const { id } = await stored()
    const other = await scene.platform.app('Other')
    expect((await look(id, 2)).status).toBe(404)
    expect((await look(id, 11)).status).toBe(400)
    expect((await look(id, 1, other.secretKey)).status).toBe(404)
    expect((await scene.ask({ token: scene.app.secretKey }, 'GET', `/v1/kyc/documents/${id}/pages/1`)).status).toBe(400)
    expect(await looksAt(id)).toEqual([])
  })

  it('is on the record before anything is read, also when nothing is', async () => {
    const { id } = await stored()
    scene.platform.storage.broken = 'get'
    const answer = await look(id)
    scene.platform.storage.broken = 'nothing'
    expect([answer.status, answer.body['code']]).toEqual([503, 'unavailable'])
    expect(await looksAt(id)).toHaveLength(1)
  })

  it('is shown nothing that was put in another place', async () => {
    const [one, two] = [await stored(), await stored()]
    const rows = await scene.platform.platform.db.read<{ blob_key: string }>(
      everyTenant,
      'select blob_key from kyc_document_pages where document_id = any($1) order by document_id',
      [[one.id, two.id]],
    )
    const [first = '', second = ''] = rows.map((row) => row.blob_key)
    const bytes = scene.platform.storage.blobs.get(second) ?? Buffer.alloc(0)
    await scene.platform.storage.put(first, bytes)
    expect((await look(one.id)).status).toBe(500)
    expect((await look(two.id)).status).toBe(200)
  })
})

describe('a document that is handed in', () => {
  it('is the user’s own, and handed in once', async () => {
    const [mine, theirs] = [await stored(), await stored()]
    await expect(claim(mine, [mine.id, theirs.id])).rejects.toMatchObject({ code: 'not_found' })
    await expect(claim(mine, [mine.id, newId('doc')])).rejects.toMatchObject({ code: 'not_found' })
    const submissionId = await claim(mine, [mine.id])
    await expect(claim(mine, [mine.id])).rejects.toMatchObject({ code: 'conflict' })
    const known = await scene.platform.platform.db.transact(mine.tenantId, (tx) => documents.ofSubmission(tx, mine.tenantId, submissionId))
    const pictures = [{ page: 1, masked: false }]
    expect(known).toEqual([{ id: mine.id, type: 'pan', side: 'front', pages: 1, isPdf: false, masked: false, pictures, destroyed: false }])
    expect((await scene.ask(mine.by, 'GET', '/v1/kyc/documents')).body['data']).toEqual([])
    expect((await scene.ask(mine.by, 'DELETE', `/v1/kyc/documents/${mine.id}`)).body).toMatchObject({ code: 'conflict' })
    expect((await scene.ask(theirs.by, 'DELETE', `/v1/kyc/documents/${theirs.id}`)).status).toBe(204)
    await expect(claim(theirs, [theirs.id])).rejects.toMatchObject({ code: 'conflict' })
  })

  it('is masked by a reviewer where no provider found the number: painted over, on record, and the original is gone', async () => {
    const one = await stored('aadhaar')
    const mask = (hide: object, token?: string) => maskPages(one, [{ page: 1, hide: [hide] }], { token })
    expect((await mask(half)).body).toMatchObject({ status: 409, code: 'conflict' })
    await claim(one, [one.id])
    const [before] = await documents.pictures(one.tenantId, one.id)
    const kept = scene.platform.storage.blobs.size
    expect((await mask(half, (await scene.platform.app('Other')).secretKey)).status).toBe(404)
    expect((await mask({ ...half, left: -1 })).status).toBe(400)
    expect((await mask(half)).body).toMatchObject({ id: one.id, masked: true, pages: 1, pictures: [{ page: 1, masked: true }] })
    const [after] = await documents.pictures(one.tenantId, one.id)
    const lightest = async (bytes: Buffer | undefined, top: number) =>
      (
        await sharp(bytes)
          .extract({ left: 0, top, width: 1_600, height: 480 })
          .greyscale()
          .toBuffer()
          .then((part) => sharp(part).stats())
      ).channels[0]?.max ?? 0
    expect(await lightest(before, 510)).toBeGreaterThan(100)
    expect(await lightest(after, 510)).toBeLessThan(10)
    expect(await lightest(after, 0)).toBeGreaterThan(100)
    // Once more, for what was overlooked; what a provider sends later changes nothing.
    expect((await mask({ left: 0, top: 0, width: 1, height: 1 })).body).toMatchObject({ masked: true })
    expect(await documents.replaceWithMasked(one.tenantId, one.id, [await makePicture(900, 600).png().toBuffer()])).toBe(false)
    expect(await lightest((await documents.pictures(one.tenantId, one.id))[0], 0)).toBeLessThan(10)
    await scene.platform.quiet()
    expect(scene.platform.storage.blobs.size).toBe(kept)
    const acts = await scene.platform.platform.db.read<{ reason: string; details: unknown }>(
      everyTenant,
      `select reason, details from audit where subject = $1 and action = 'kyc.document_masked'`,
      [one.id],
    )
    expect(acts).toHaveLength(2)
    expect(acts[0]).toMatchObject({ reason: 'Number still readable', details: { pages: [1] } })
  })

  it('is masked page by page, and the pages that nobody masked go three days after the decision', async () => {
    const [one, whole] = [await stored('aadhaar', leaflet()), await stored('aadhaar', leaflet())]
    for (const each of [one, whole]) await decide(each, await claim(each, [each.id]), 400)
    const [first, second, third] = await documents.pictures(one.tenantId, one.id)
    const [was] = await scene.platform.platform.db.read<{ bytes: string }>(everyTenant, bytesOf, [one.id])
    expect((await maskPages(one, [{ page: 1, hide: [half] }])).body).toMatchObject({
      masked: false,
      pages: 3,
      pictures: [
        { page: 1, masked: true },
        { page: 2, masked: false },
        { page: 3, masked: false },
      ],
    })
    // Looked at, and nothing is there to be hidden.
    expect((await maskPages(one, [{ page: 3, hide: [] }])).body).toMatchObject({ masked: false })
    const masked = await documents.pictures(one.tenantId, one.id)
    expect([masked[0]?.equals(first ?? nothing), masked[1]?.equals(second ?? nothing), masked[2]?.equals(third ?? nothing)]).toEqual([
      false,
      true,
      true,
    ])
    const [is] = await scene.platform.platform.db.read<{ bytes: string }>(everyTenant, bytesOf, [one.id])
    expect(Number(is?.bytes)).toBe(Number(was?.bytes) - (first?.length ?? 0) + (masked[0]?.length ?? 0))
    expect(
      (
        await maskPages(
          whole,
          [2, 1, 3].map((page) => ({ page, hide: page === 2 ? [half] : [] })),
        )
      ).body,
    ).toMatchObject({ masked: true })
    expect(await scene.platform.platform.db.read(everyTenant, maskedBy, [whole.id])).toMatchObject([
      { details: { pages: [2, 1, 3], nothingToHide: [1, 3] } },
    ])
    // A provider's pictures undo no hand's work.
    expect(await documents.replaceWithMasked(one.tenantId, one.id, [await makePicture(900, 600).png().toBuffer()])).toBe(false)
    await look(one.id, 1)
    await look(one.id, 2)
    expect((await looksAt(one.id)).map(({ details }) => details)).toMatchObject([
      { page: 1, masked: true },
      { page: 2, masked: false },
    ])
    await clearAfter(2)
    expect(await documents.pictures(one.tenantId, one.id)).toHaveLength(3)
    await clearAfter(4)
    expect(await documents.pictures(one.tenantId, one.id)).toEqual([masked[0], masked[2]])
    expect(await documents.pictures(whole.tenantId, whole.id)).toHaveLength(3)
    expect([(await look(one.id, 1)).status, (await look(one.id, 2)).status, (await look(one.id, 3)).status]).toEqual([200, 404, 200])
    const acts = await scene.platform.platform.db.read<{ reason: string; details: unknown }>(everyTenant, destroyedBy, [[one.id, whole.id]])
    expect(acts).toMatchObject([{ reason: 'nobody masked it', details: { userId: one.userId, pages: [2] } }])
    // Of what is left nothing is unmasked, and what is gone cannot be masked any more.
    expect((await maskPages(one, [{ page: 3, hide: [half] }])).body).toMatchObject({ masked: true, destroyed: false })
    expect((await maskPages(one, [{ page: 2, hide: [half] }])).body).toMatchObject({ code: 'conflict' })
    expect((await maskPages(one, [{ page: 4, hide: [half] }])).body).toMatchObject({ code: 'invalid_request' })
    await clearAfter(401)
    expect([await isThere(one), await isThere(whole)]).toEqual([false, false])
  })

  it('answers a known key as it did, whatever has become of the pictures since', async () => {
    const one = await stored('aadhaar', leaflet())
    await decide(one, await claim(one, [one.id]), 400)
    const keyed = [
      { key: randomUUID(), pages: [{ page: 1, hide: [half] }] },
      { key: randomUUID(), pages: [{ page: 2, hide: [half] }] },
      { key: randomUUID(), pages: [{ page: 7, hide: [half] }] },
    ]
    const all = () => Promise.all(keyed.map(({ key, pages }) => maskPages(one, pages, { key })))
    const told = ({ status, body, headers }: Told) => ({
      status,
      replayed: headers.get('idempotent-replay'),
      masked: body['masked'],
      pictures: body['pictures'],
    })
    const first = []
    for (const { key, pages } of keyed) first.push(told(await maskPages(one, pages, { key })))
    expect(first.map(({ status }) => status)).toEqual([200, 200, 400])
    const again = first.map((answer) => (answer.status === 200 ? { ...answer, replayed: 'true' } : answer))
    scene.platform.storage.broken = 'get'
    expect((await all()).map(told)).toEqual(again)
    expect((await maskPages(one, [{ page: 1, hide: [half] }])).body).toMatchObject({ code: 'unavailable' })
    scene.platform.storage.broken = 'nothing'
    await scene.app.server.kyc.erase({ userId: one.by.userId })
    expect((await all()).slice(0, 2).map(told)).toEqual(again.slice(0, 2))
    expect((await maskPages(one, [{ page: 1, hide: [] }], { key: keyed[0]?.key })).body).toMatchObject({ code: 'idempotency_key_reused' })
  })

  it('gives way to its masked picture, once, and the original is gone', async () => {
    const one = await stored('aadhaar')
    const [original] = await documents.pictures(one.tenantId, one.id)
    const masked = await makePicture(900, 600).png().toBuffer()
    const before = scene.platform.storage.blobs.size
    expect(await documents.replaceWithMasked(one.tenantId, one.id, [masked])).toBe(true)
    expect(await documents.replaceWithMasked(one.tenantId, one.id, [masked])).toBe(false)
    await scene.platform.quiet()
    expect(scene.platform.storage.blobs.size).toBe(before)
    const [now] = await documents.pictures(one.tenantId, one.id)
    expect(await sharp(now).metadata()).toMatchObject({ format: 'jpeg', width: 900, height: 600 })
    expect(now?.equals(original ?? Buffer.alloc(0))).toBe(false)
    await expect(documents.replaceWithMasked(one.tenantId, (await stored('aadhaar')).id, [Buffer.from('<svg/>')])).rejects.toMatchObject({
      code: 'image_unreadable',
    })
  })
})

describe('what is kept, and for how long', () => {
  it('is told by the decision: originals of Aadhaar for three days, the rest for the app’s time', async () => {
    const kept = {
      aadhaar: await stored('aadhaar'),
      masked: await stored('aadhaar'),
      pan: await stored('pan'),
      reopened: await stored('aadhaar'),
    }
    const submissions = new Map<Stored, string>()
    for (const one of Object.values(kept)) {
      submissions.set(one, await claim(one, [one.id]))
      await decide(one, submissions.get(one) ?? '', 400)
    }
    await documents.replaceWithMasked(kept.masked.tenantId, kept.masked.id, [await makePicture().jpeg().toBuffer()])
    const open = await stored('aadhaar')
    await claim(open, [open.id])
    const state = async () => Promise.all([...Object.values(kept), open].map(isThere))
    await clearAfter(2)
    expect(await state()).toEqual([true, true, true, true, true])
    await decide(kept.reopened, submissions.get(kept.reopened) ?? '', null)
    await clearAfter(4)
    expect(await state()).toEqual([false, true, true, true, true])
    await clearAfter(401)
    expect(await state()).toEqual([false, false, false, true, true])
    expect(await looksAt(kept.pan.id)).toEqual([])
  })

  it('is nothing when it is not handed in for a week', async () => {
    const one = await stored()
    await clearAfter(6.9)
    expect(await isThere(one)).toBe(true)
    // The platform's own job, this time.
    await scene.platform.advance(8 * day, 4 * day)
    expect(await isThere(one)).toBe(false)
    expect((await look(one.id)).status).toBe(404)
  })

  it('is kept when it is handed in at the last moment', async () => {
    const one = await stored()
    const held = await holdRow(scene.platform.database, 'select 1 from kyc_documents where id = $1', [one.id])
    const claimed = claim(one, [one.id])
    await held.waiter()
    const clearing = clearAfter(8)
    const waiting = "select pid from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'"
    const looker = new pg.Client(scene.platform.database.connection)
    await looker.connect()
    await expect.poll(async () => (await looker.query(waiting)).rowCount).toBeGreaterThanOrEqual(2)
    await held.release()
    await Promise.all([claimed, clearing, looker.end()])
    expect(await isThere(one)).toBe(true)
  })

  it('is nothing when the user takes their consent back: keys at once, bytes as soon as the storage answers', async () => {
    const one = await stored()
    const wish = { type: 'pan' as const, length: 10, fileName: 'a.jpg', fileType: 'image/jpeg' }
    const headers = { 'Content-Type': 'application/json' }
    const begun = await scene.ask(one.by, 'POST', '/v1/kyc/uploads', { headers, body: JSON.stringify(wish) })
    const blobs = scene.platform.storage.blobs.size
    scene.platform.storage.broken = 'delete'
    await one.by.client.kyc.withdrawConsent()
    expect(await isThere(one)).toBe(false)
    expect((await scene.ask(one.by, 'HEAD', begun.headers.get('location') ?? '')).status).toBe(404)
    expect((await scene.send(one.by, card)).body).toMatchObject({ code: 'consent_required' })
    expect(scene.platform.storage.blobs.size).toBe(blobs)
    scene.platform.storage.broken = 'nothing'
    await scene.platform.advance(900, 900)
    expect(scene.platform.storage.blobs.size).toBe(blobs - 1)
  })
})

it('opens after a rotation by the new master key alone', async () => {
  const one = await stored()
  const [before] = await documents.pictures(one.tenantId, one.id)
  // As an operator types it.
  const settings = () =>
    readSettings({
      DATABASE_URL: scene.platform.database.url,
      CONNECT_MASTER_KEY: scene.platform.masterKey.toString('base64'),
      CONNECT_VAULT_KEYS: [newKey, oldKey].map(({ version, key }) => `${version}:${key.toString('base64')}`).join(),
    })
  const [out, err] = [new PassThrough(), new PassThrough()]
  expect(await runCommand(['rewrap-keys'], { settings, out, err })).toBe(0)
  expect(String(out.read())).toMatch(/^version 2: \d+ keys\nAll keys are wrapped by version 2/)
  await expect(cabinet.withKeys([oldKey]).pictures(one.tenantId, one.id)).rejects.toMatchObject({ name: 'VaultError' })
  const afterwards = await startPlatform({ beside: scene.platform, vaultKeys: [newKey] })
  const page = await fetch(`${afterwards.url}/v1/kyc/documents/${one.id}/pages/1?reason=Test`, {
    headers: { Authorization: `Bearer ${scene.app.secretKey}` },
  })
  expect(Buffer.from(await page.arrayBuffer()).equals(before ?? Buffer.alloc(0))).toBe(true)
  await afterwards.stop()
})
