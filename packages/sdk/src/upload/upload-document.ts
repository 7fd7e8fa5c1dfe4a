import { ConnectError } from '../http/connect-error.ts'
import type { DocumentFile, UploadClient, UploadOptions, UploadProgress, UploadState, UploadTiming } from './upload-types.ts'

/** At 400 kbit/s one piece takes under three seconds; a page that is closed meanwhile has to send less than it again. */
const pieceBytes = 131_072

const endings = new Map([
  ['image/jpeg', 'jpg'],
  ['image/png', 'png'],
  ['image/webp', 'webp'],
  ['application/pdf', 'pdf'],
])

const codeOf = (error: unknown): string => (error instanceof ConnectError ? error.code : '')
/** No answer, or one that tells to come again. After `upload_offset_mismatch` another page was quicker: how far it is is asked anew. */
const passing = [
  'network_error',
  'timeout',
  'request_timeout',
  'rate_limited',
  'unexpected_answer',
  'internal',
  'provider_unavailable',
  'unavailable',
  'token_unavailable',
  'idempotency_in_progress',
  'upload_offset_mismatch',
]

/** A pause that ends early when the network comes back or the caller gives up. */
function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    const page = typeof addEventListener === 'function' ? globalThis : undefined
    const end = () => {
      clearTimeout(timer)
      page?.removeEventListener('online', end)
      signal?.removeEventListener('abort', end)
      resolve()
    }
    const timer = setTimeout(end, ms)
    page?.addEventListener('online', end)
    signal?.addEventListener('abort', end)
    if (signal?.aborted === true) end()
  })
}

class Upload<Document> {
  readonly #client: UploadClient<Document>['kycUploads']
  readonly #wish: DocumentFile
  readonly #options: UploadOptions
  readonly #timing: UploadTiming
  #failures = 0

  constructor(client: UploadClient<Document>, wish: DocumentFile, options: UploadOptions, timing: UploadTiming) {
    this.#client = client.kycUploads
    this.#wish = wish
    this.#options = options
    this.#timing = timing
  }

  async run(): Promise<Document> {
    let state = (await this.#known()) ?? (await this.#begin())
    const { file, password } = this.#wish
    while (state.document === null && state.offset < file.size) state = await this.#send(state)
    const { id, document } = state
    this.#tell(state)
    if (document !== null) return document
    return this.#lasting(() => this.#client.finish({ uploadId: id, ...(password !== undefined && { password }) }, this.#signal))
  }

  get #signal() {
    const { signal } = this.#options
    return signal === undefined ? {} : { signal }
  }

  /** The upload that is to go on; undefined when there is none, or no longer. */
  async #known(): Promise<UploadState<Document> | undefined> {
    const { uploadId } = this.#options
    if (uploadId === undefined) return undefined
    try {
      return await this.#lasting(() => this.#client.get({ uploadId }, this.#signal))
    } catch (error) {
      if (codeOf(error) === 'not_found') return undefined
      throw error
    }
  }

  #begin(): Promise<UploadState<Document>> {
    const { type, side = 'front', file, fileName = `document.${endings.get(file.type) ?? 'bin'}` } = this.#wish
    return this.#lasting(() => this.#client.create({ type, side, length: file.size, fileName, fileType: file.type }, this.#signal))
  }

  /** Sends the next piece. What came of a piece without an answer is asked for: the platform keeps what has arrived of it. */
  async #send(state: UploadState<Document>): Promise<UploadState<Document>> {
    const { id: uploadId, offset } = state
    this.#tell(state)
    const piece = this.#wish.file.slice(offset, offset + pieceBytes, 'application/offset+octet-stream')
    try {
      await this.#client.append({ uploadId, offset, bytes: piece }, this.#signal)
      this.#failures = 0
      return { ...state, offset: offset + piece.size }
    } catch (error) {
      await this.#recover(error, state)
      const now = await this.#lasting(() => this.#client.get({ uploadId }, this.#signal), state)
      if (now.offset > offset) this.#failures = 0
      return now
    }
  }

  /** Tries until there is an answer, however long there is no connection. */
  async #lasting<Answer>(ask: () => Promise<Answer>, state?: UploadState<Document>): Promise<Answer> {
    for (;;) {
      try {
        return await ask()
      } catch (error) {
        await this.#recover(error, state)
      }
    }
  }

  async #recover(error: unknown, state: UploadState<Document> | undefined): Promise<void> {
    if (!passing.includes(codeOf(error))) throw error
    if (state !== undefined) this.#tell(state, true)
    const { pauseMs, longestPauseMs } = this.#timing
    const asked = error instanceof ConnectError ? (error.retryAfterSeconds ?? 0) * 1_000 : 0
    const { signal } = this.#options
    await pause(Math.max(asked, Math.min(longestPauseMs, pauseMs * 2 ** this.#failures++)), signal)
    if (signal?.aborted === true) throw new ConnectError('aborted', 'the caller gave up', { cause: signal.reason })
  }

  #tell({ id, offset }: UploadState<Document>, waiting = false) {
    const progress: UploadProgress = { uploadId: id, sentBytes: offset, totalBytes: this.#wish.file.size, waiting }
    this.#options.onProgress?.(progress)
  }
}

/**
 * Uploads a document in pieces that survive a lost connection, and answers the document that the platform made of it. It goes on until it is
 * done, refused or aborted. What is refused is a ConnectError: `document_unreadable` and the like name what to do.
 */
export const sendDocument = <Document>(
  client: UploadClient<Document>,
  wish: DocumentFile,
  options: UploadOptions = {},
  timing: UploadTiming = { pauseMs: 400, longestPauseMs: 20_000 },
): Promise<Document> => new Upload(client, wish, options, timing).run()
