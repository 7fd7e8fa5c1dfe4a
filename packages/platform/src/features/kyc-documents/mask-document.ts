import { fail } from '../../base/problem.ts'
import type { SecretActor, TenantId } from '../../base/tenant.ts'
import type { Picture, Rectangle } from '../../content/port.ts'
import { audit } from '../../db/audit.ts'
import { shareBytes } from '../../http/upload-room.ts'
import type { Tx } from '../../db/connect.ts'
import { documentTasks, type DocumentDeps } from './document-deps.ts'
import type { Page } from './document-row.ts'
import { clearPages, dropPages, findDocument, holdPages, lockDocuments, pagesLeft, pagesOf, updateMasked } from './document-store.ts'
import type { CaseDocument } from './documents.ts'
import { caseDocument } from './present-document.ts'
import { readPictures, storageAway } from './read-pictures.ts'
import { readFile, sealPictures } from './seal-pictures.ts'

export interface MaskWish {
  readonly documentId: string
  /** Nothing to hide: somebody has looked, and the page may stay as it is. */
  readonly pages: readonly { readonly page: number; readonly hide: readonly Rectangle[] }[]
  readonly reason: string
}

interface Masking {
  readonly once: <Result>(work: (tx: Tx) => Promise<Result>) => Promise<Result>
  readonly room: (bytes: number) => void
  readonly fromIp: string
}

const isGone = (): never => fail('conflict', { detail: 'Its pictures are destroyed, or it was never handed in.' })

/** What becomes of a page: its picture is drawn anew, or, where there is nothing to hide, it stays. */
interface Redrawn {
  readonly before: Page
  readonly lessBytes: number
  readonly picture: Picture | undefined
}

/**
 * A reviewer hides what no provider has masked, or has masked in part, page by page; the others stay as they are, and the document counts as
 * masked when all of them are. Drawn in the process that reads files, sealed under new keys, and put in the place of the old ones, whose keys
 * go in the same transaction, which also says who did it and why. Killed before it, the pictures are as they were, and what was put into the
 * storage opens for nobody.
 */
export async function maskDocument<Shown>(
  deps: DocumentDeps,
  actor: SecretActor,
  wish: MaskWish,
  { once, room, fromIp }: Masking,
  present: (document: CaseDocument) => Shown,
): Promise<Shown> {
  const tenantId = actor.tenant.id
  const { documentId, reason } = wish
  const document = (await deps.db.transact(tenantId, (tx) => findDocument(tx, tenantId, documentId))) ?? fail('not_found')
  if (document.destroyedAt !== null || document.submissionId === null) return isGone()
  for (const [n, { page }] of wish.pages.entries())
    if (page > document.pages) fail('invalid_request', { errors: [{ pointer: `/pages/${n}/page`, detail: 'is no page of this document' }] })
  // One of many large pages has all of a share, and no more.
  room(Math.min(document.bytes, shareBytes))
  const redrawn = await redraw(deps, tenantId, wish)
  const pictures = redrawn.flatMap(({ before: { page, version }, picture }) =>
    picture === undefined ? [] : [{ page, version: version + 1, masked: true, picture }],
  )
  const sealed = pictures.length === 0 ? [] : await sealPictures(deps, { tenantId, userId: document.userId, documentId }, pictures)
  return once(async (tx) => {
    const [current] = await lockDocuments(tx, tenantId, [documentId])
    if (current === undefined || current.destroyedAt !== null || current.submissionId === null) return isGone()
    if (await deps.isBeingRead(tx, tenantId, current.submissionId))
      fail('conflict', { detail: 'A provider is still asked about it, and reads the pictures.' })
    const bytes = redrawn.reduce((sum, { lessBytes, picture }) => sum - lessBytes + (picture?.bytes.length ?? lessBytes), current.bytes)
    const masked = await putRedrawn(deps, tx, tenantId, { documentId, redrawn, sealed, pages: current.pages, bytes })
    // Of a page that stays as it came the record must not say that it was painted over.
    const nothingToHide = redrawn.flatMap(({ before, picture }) => (picture === undefined ? [before.page] : []))
    const pages = wish.pages.map(({ page }) => page)
    const details = { userId: document.userId, submissionId: document.submissionId, pages, nothingToHide }
    await audit(tx, tenantId, actor, { action: 'kyc.document_masked', subject: documentId, reason, fromIp, details }, deps.clock.now())
    const left = await pagesLeft(tx, tenantId, [documentId])
    return present(caseDocument({ ...current, masked, bytes }, left.get(documentId)))
  })
}

/** The pages that are named, painted over. */
async function redraw(deps: DocumentDeps, tenantId: TenantId, { documentId, pages }: MaskWish): Promise<Redrawn[]> {
  const opened = await readPictures(deps, tenantId, documentId, (page) => pages.some((one) => one.page === page)).catch(storageAway)
  if (opened.length !== pages.length) return isGone()
  const redrawn: Redrawn[] = []
  for (const { page: before, bytes } of opened) {
    const hide = pages.find((one) => one.page === before.page)?.hide ?? []
    const drawn = hide.length === 0 ? undefined : await readFile(deps, { kind: 'jpeg', bytes, anySize: true, hide })
    redrawn.push({ before, lessBytes: bytes.length, picture: drawn && (drawn.pictures[0] ?? fail('image_unreadable')) })
  }
  return redrawn
}

/** The document is held. Tells whether all of it is masked now. */
async function putRedrawn(
  { tasks, clock }: DocumentDeps,
  tx: Tx,
  tenantId: TenantId,
  wish: {
    readonly documentId: string
    readonly redrawn: readonly Redrawn[]
    readonly sealed: readonly Page[]
    readonly pages: number
    readonly bytes: number
  },
): Promise<boolean> {
  const { documentId, redrawn, sealed } = wish
  const now = clock.now()
  // Drawn of others: a provider's masked ones, or another reviewer's, have come meanwhile.
  const current = await pagesOf(tx, tenantId, documentId)
  if (redrawn.some(({ before }) => !current.some(({ page, version }) => page === before.page && version === before.version)))
    fail('conflict', { detail: 'The pictures have changed. Look at them again.' })
  const stay = redrawn.flatMap(({ before, picture }) => (picture === undefined ? [before.page] : []))
  await clearPages(tx, tenantId, documentId, stay)
  if (sealed.length > 0) {
    await dropPages(
      tx,
      tenantId,
      [documentId],
      now,
      sealed.map(({ page }) => page),
    )
    await holdPages(tx, tenantId, documentId, sealed, now)
    await tasks.add(tx, tenantId, [documentTasks.sweep], now)
  }
  return updateMasked(tx, tenantId, documentId, wish)
}
