import type { DocumentFile, UploadClient, UploadOptions } from './upload/upload-types.ts'

export type { DocumentFile, UploadClient, UploadOptions, UploadProgress, UploadState } from './upload/upload-types.ts'

/**
 * Uploads a picture or PDF of an identity document in pieces that survive a lost connection (tus 1.0.0), and answers the document:
 *
 * ```ts
 * const { id } = await uploadDocument(client, { type: 'pan', file }, { onProgress: ({ sentBytes }) => show(sentBytes) })
 * await client.kyc.submit({ documentIds: [id], … })
 * ```
 *
 * It goes on until it is done, refused (a ConnectError, whose `code` says what to do) or aborted, however long there is no connection. Keep
 * the `uploadId` that it tells, and a page that is opened later goes on where this one has ended. Its code is loaded here and not before.
 */
export async function uploadDocument<Document>(
  client: UploadClient<Document>,
  wish: DocumentFile,
  options?: UploadOptions,
): Promise<Document> {
  return (await import('./upload/upload-document.ts')).sendDocument(client, wish, options)
}
