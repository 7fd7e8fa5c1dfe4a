import { allSchemas, allTables } from '@impacthub/sdk/contract'
import { fail } from '../../base/problem.ts'
import { implement, Reply, type Operation } from '../../http/implement.ts'
import { holdFinishRoom } from '../../http/upload-room.ts'
import { deleteDocument } from './change-documents.ts'
import type { DocumentDeps } from './document-deps.ts'
import { waitingDocuments } from './document-store.ts'
import { keepDocument, makeDocument } from './make-document.ts'
import { maskDocument } from './mask-document.ts'
import { mayUpload } from './may-upload.ts'
import { presentCaseDocument, presentDocument, presentUpload } from './present-document.ts'
import { viewDocument } from './read-pictures.ts'
import { appendToUpload, beginUpload, cancelUpload, finishUploaded, readUpload } from './resumable-upload.ts'
import { refuseOtherTus, tusHeaders, uploadWishOf } from './tus.ts'

/** Documents: users upload them, in one piece or in several; reviewers look at them. */
export const documentOperations = (deps: DocumentDeps): Operation[] => [...wholeDocuments(deps), ...uploads(deps)]

/** Of a key that has its answer: nothing is done, unless it was forgotten just now, and then the client asks once more. */
const again = async (): Promise<never> => fail('idempotency_in_progress', { retryAfterSeconds: 1 })

function wholeDocuments(deps: DocumentDeps): Operation[] {
  return implement('kycDocuments', allTables.kycDocuments, allSchemas.kycDocuments, {
    create: async ({ body }, { actor, once, isAnswered }) => {
      if (await isAnswered()) return once(again)
      const { file, password, ...wish } = body
      const { tenant, userId } = actor
      // Before anything is done with the file.
      await deps.db.transact(tenant.id, (tx) => mayUpload(deps, tx, tenant.id, userId, { bytes: file.size }))
      const name = file instanceof File ? file.name : ''
      const made = await makeDocument(deps, actor, { bytes: Buffer.from(await file.arrayBuffer()), name, type: file.type, password })
      return once(async (tx) => presentDocument(await keepDocument(deps, tx, actor, wish, made)))
    },
    list: async (_, { actor: { tenant, userId } }) =>
      deps.db.transact(tenant.id, async (tx) => ({ data: (await waitingDocuments(tx, tenant.id, userId)).map(presentDocument) })),
    delete: ({ params }, { actor }) => deleteDocument(deps, actor, params.documentId),
    mask: async ({ params, body }, { actor, ip: fromIp, once, isAnswered }) => {
      if (await isAnswered()) return once(again)
      const hold = holdFinishRoom(actor.keyId)
      try {
        return await maskDocument(deps, actor, { ...params, ...body }, { once, room: hold.take, fromIp }, presentCaseDocument)
      } finally {
        hold.release()
      }
    },
    getPage: async ({ params, query }, { actor, ip }) => {
      const picture = await viewDocument(deps, actor, { ...params, ...query, fromIp: ip })
      const headers = {
        'Content-Type': 'image/jpeg',
        'Content-Disposition': `attachment; filename="${params.documentId}-${params.page}.jpg"`,
        'Content-Security-Policy': "default-src 'none'; sandbox",
      }
      return new Reply(200, new Blob([new Uint8Array(picture)]), headers)
    },
  })
}

function uploads(deps: DocumentDeps): Operation[] {
  return implement('kycUploads', allTables.kycUploads, allSchemas.kycUploads, {
    create: async (request, { actor, once }) => {
      const wish = uploadWishOf(request)
      const shown = await once(async (tx) => presentUpload(await beginUpload(deps, tx, actor, wish)))
      const headers = {
        ...tusHeaders({ ...shown, received: shown.offset, expiresAt: new Date(shown.expiresAt) }),
        Location: `/v1/kyc/uploads/${shown.id}`,
      }
      return new Reply(201, shown, headers)
    },
    get: async ({ params }, { actor }) => {
      const { upload, document } = await readUpload(deps, actor, params.uploadId)
      return new Reply(200, presentUpload(upload, document), tusHeaders(upload))
    },
    append: async ({ params, headers }, { actor, octets }) => {
      refuseOtherTus(headers['tus-resumable'])
      if (headers['content-type'] !== 'application/offset+octet-stream')
        fail('unsupported_media_type', { detail: 'Send application/offset+octet-stream.' })
      // Looked at before the bytes come: with none of them it says how far the upload is.
      let upload = await appendToUpload(deps, actor, params.uploadId, headers['upload-offset'], Buffer.alloc(0))
      for await (const piece of octets()) upload = await appendToUpload(deps, actor, params.uploadId, upload.received, piece)
      return new Reply(204, undefined, tusHeaders(upload))
    },
    finish: async ({ params, body }, { actor, once, isAnswered }) => {
      if (await isAnswered()) return once(again)
      const hold = holdFinishRoom(actor.userId)
      try {
        return await finishUploaded(deps, actor, { ...params, ...body }, { once, room: hold.take }, presentDocument)
      } finally {
        hold.release()
      }
    },
    cancel: ({ params }, { actor }) => cancelUpload(deps, actor, params.uploadId),
  })
}
