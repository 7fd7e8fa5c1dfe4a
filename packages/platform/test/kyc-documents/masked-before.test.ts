import { randomBytes } from 'node:crypto'
import pg from 'pg'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { makePdf } from '../../src/content/pdf.fixture.ts'
import { maskedPages } from '../../src/db/migrations/0035-masked-pages.ts'
import { openCabinet, type Cabinet } from './cabinet.ts'
import { documentScene, fileOf, type DocumentScene } from './scene.ts'

let scene: DocumentScene
let cabinet: Cabinet
beforeAll(async () => {
  const keys = [{ version: 1, key: randomBytes(32) }]
  scene = await documentScene({ vaultKeys: keys })
  cabinet = await openCabinet(scene, keys)
})
afterAll(async () => {
  await cabinet.close()
  await scene.platform.stop()
})

const hide = [{ left: 0, top: 0.5, width: 1, height: 0.5 }]
const mask = (id: string, pages: readonly number[]) =>
  scene.app.server.kycDocuments.mask({ documentId: id, pages: pages.map((page) => ({ page, hide })), reason: 'Number still readable' })

it('keeps of documents that were masked as a whole the pages that somebody masked, and no original for longer than three days', async () => {
  const letter = () => fileOf(makePdf({ pages: 2 }), 'letter.pdf', 'application/pdf')
  const part = await cabinet.stored('aadhaar', letter())
  const whole = await cabinet.stored('aadhaar', letter())
  const single = await cabinet.stored('aadhaar')
  const never = await cabinet.stored('aadhaar', letter())
  const all = [part, whole, single, never]
  for (const one of all) await cabinet.decide(one, await cabinet.claim(one, [one.id]), 400)
  await mask(part.id, [2])
  for (const page of [1, 2]) await mask(whole.id, [page])
  const ids = all.map(({ id }) => id)
  const owner = new pg.Client(scene.platform.database.connection)
  await owner.connect()
  // As it was: of a document, not of its pages. A provider had masked the one of a single page, which no audit tells.
  await owner.query(`begin; alter table kyc_document_pages drop column masked;
    update kyc_documents set masked = id <> '${never.id}' where id in ('${ids.join("', '")}'); ${maskedPages}; commit`)
  const { rows } = await owner.query<{ id: string; masked: boolean }>('select id, masked from kyc_documents where id = any($1)', [ids])
  await owner.end()
  expect(new Map(rows.map(({ id, masked }) => [id, masked]))).toEqual(new Map(all.map(({ id }, n) => [id, n === 1 || n === 2])))
  await cabinet.clearAfter(4)
  const left = await Promise.all(all.map(async ({ tenantId, id }) => (await cabinet.documents.pictures(tenantId, id)).length))
  expect(left).toEqual([1, 2, 1, 0])
})
