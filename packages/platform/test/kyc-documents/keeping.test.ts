import { randomBytes } from 'node:crypto'
import { PassThrough } from 'node:stream'
import pg from 'pg'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createLogger } from '../../src/base/logger.ts'
import { everyTenant, tenantId as toTenantId, type TenantId } from '../../src/base/tenant.ts'
import { createVault, keysFrom, type MasterKey } from '../../src/base/vault.ts'
import { makePicture } from '../../src/content/picture.fixture.ts'
import type { ContentReader } from '../../src/content/port.ts'
import { createContentReader } from '../../src/content/reader.ts'
import { taskStore } from '../../src/db/tasks-store.ts'
import { newId } from '../../src/base/ids.ts'
import { readSettings } from '../../src/config/settings.ts'
import { runCommand } from '../../src/operator/run-command.ts'
import { createKycDocuments, type DocumentWork } from '../../src/features/kyc-documents/index.ts'
import { holdRow } from '../held-row.ts'
import { startPlatform } from '../start-platform.ts'
import { documentScene, photo, type DocumentScene, type Uploader } from './scene.ts'

const day = 24 * 3_600
const oldKey: MasterKey = { version: 1, key: randomBytes(32) }
const newKey: MasterKey = { version: 2, key: randomBytes(32) }

let scene: DocumentScene
let reader: ContentReader
let documents: DocumentWork
let card: File
beforeAll(async () => {
  scene = await documentScene({ vaultKeys: [oldKey] })
  card = await photo()
  const logger = createLogger('silent')
  reader = createContentReader(logger)
  documents = documentsWith([oldKey])
})
afterAll(async () => {
  await reader.close()
  await scene.platform.stop()
})

/** How far the clock of what stands beside the platform is ahead: years pass without waking everything else. */
let later = 0

const partsWith = (keys: readonly MasterKey[]) => ({
  db: scene.platform.platform.db,
  clock: { now: () => new Date(scene.platform.held.now() + later), sleep: () => Promise.resolve() },
  logger: createLogger('silent'),
  tasks: taskStore,
  vault: createVault(keysFrom(scene.platform.masterKey, keys)),
  storage: scene.platform.storage,
  reader,
  mayBeTaken: () => Promise.resolve(true),
  isBeingRead: () => Promise.resolve(false),
})
/** As the rest of the platform has them. */
const documentsWith = (keys: readonly MasterKey[]): DocumentWork => createKycDocuments(partsWith(keys))

/** What the job finds so many days from now. */
async function clearAfter(days: number): Promise<void> {
  later = days * day * 1_000
  for (const job of documents.jobs) await job.run()
  later = 0
}

interface Stored {
  readonly by: Uploader
  readonly id: string
  readonly tenantId: TenantId
  readonly userId: string
}

async function stored(type = 'pan', by?: Uploader): Promise<Stored> {
  const owner = by ?? (await scene.uploader())
  const id = String((await scene.send(owner, card, { type })).body['id'])
  const [row] = await scene.platform.platform.db.read<{ tenant_id: number; user_id: string }>(
    everyTenant,
    'select tenant_id, user_id from kyc_documents where id = $1',
    [id],
  )
  return { by: owner, id, tenantId: toTenantId(row?.tenant_id ?? 0), userId: row?.user_id ?? '' }
}

const claim = ({ tenantId, userId }: Stored, ids: readonly string[], submissionId = newId('kyc')) =>
  scene.platform.platform.db.transact(tenantId, async (tx) => {
    await documents.claim(tx, tenantId, userId, ids, submissionId, new Date())
    return submissionId
  })
const decide = ({ tenantId }: Stored, submissionId: string, keepDays: number | null) =>
  scene.platform.platform.db.transact(tenantId, (tx) => {
    const at = scene.platform.held.now()
    const decision = keepDays === null ? null : { at: new Date(at), keepUntil: new Date(at + keepDays * day * 1_000) }
    return documents.decided(tx, tenantId, submissionId, decision)
  })
const look = (id: string, page = 1, token = scene.app.secretKey, reason = 'Case 4711') =>
  scene.ask({ token }, 'GET', `/v1/kyc/documents/${id}/pages/${page}?reason=${encodeURIComponent(reason)}`)
const looksAt = (id: string) =>
  scene.platform.platform.db.read<{ actor: string; reason: string; details: unknown; from_ip: string }>(
    everyTenant,
    `select actor, reason, details, from_ip from audit where subject = $1 and action = 'kyc.document_viewed' order by id`,
    [id],
  )
const isThere = async ({ tenantId, id }: Stored) => (await documents.pictures(tenantId, id)).length > 0

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
    expect(known).toEqual([{ id: mine.id, type: 'pan', side: 'front', pages: 1, isPdf: false, masked: false, destroyed: false }])
    expect((await scene.ask(mine.by, 'GET', '/v1/kyc/documents')).body['data']).toEqual([])
    expect((await scene.ask(mine.by, 'DELETE', `/v1/kyc/documents/${mine.id}`)).body).toMatchObject({ code: 'conflict' })
    expect((await scene.ask(theirs.by, 'DELETE', `/v1/kyc/documents/${theirs.id}`)).status).toBe(204)
    await expect(claim(theirs, [theirs.id])).rejects.toMatchObject({ code: 'conflict' })
  })

  it('is masked by a reviewer where no provider found the number: painted over, on record, and the original is gone', async () => {
    const one = await stored('aadhaar')
    const mask = (hide: object, token = scene.app.secretKey, reason = 'Number still readable') =>
      scene.ask({ token }, 'POST', `/v1/kyc/documents/${one.id}/mask`, {
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify({ pages: [{ page: 1, hide: [hide] }], reason }),
      })
    const half = { left: 0, top: 0.5, width: 1, height: 1 }
    expect((await mask(half)).body).toMatchObject({ status: 409, code: 'conflict' })
    await claim(one, [one.id])
    const [before] = await documents.pictures(one.tenantId, one.id)
    const kept = scene.platform.storage.blobs.size
    expect((await mask(half, (await scene.platform.app('Other')).secretKey)).status).toBe(404)
    expect((await mask({ ...half, left: -1 })).status).toBe(400)
    expect((await mask(half)).body).toMatchObject({ id: one.id, masked: true, pages: 1 })
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
  await expect(documentsWith([oldKey]).pictures(one.tenantId, one.id)).rejects.toMatchObject({ name: 'VaultError' })
  const afterwards = await startPlatform({ beside: scene.platform, vaultKeys: [newKey] })
  const page = await fetch(`${afterwards.url}/v1/kyc/documents/${one.id}/pages/1?reason=Test`, {
    headers: { Authorization: `Bearer ${scene.app.secretKey}` },
  })
  expect(Buffer.from(await page.arrayBuffer()).equals(before ?? Buffer.alloc(0))).toBe(true)
  await afterwards.stop()
})
