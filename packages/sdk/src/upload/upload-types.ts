import type { CallOptions } from '../contract/kit.ts'

/** A picture or PDF of one side of an identity document. */
export interface DocumentFile {
  readonly type: 'aadhaar' | 'pan' | 'driving_license'
  /** `front` unless told. A PDF that shows both sides is the front. */
  readonly side?: 'front' | 'back' | undefined
  /** JPEG, PNG, WebP or PDF, at most 8 MiB; a `File`, or a `Blob` with its type. */
  readonly file: Blob
  /** Its ending has to fit what the file is; `document.jpg` and the like unless told. */
  readonly fileName?: string | undefined
  /** Of a PDF that is locked, such as an e-Aadhaar. It opens the file once and is not kept. */
  readonly password?: string | undefined
}

/** The bytes of the file that the platform has. */
export interface UploadProgress {
  readonly uploadId: string
  readonly sentBytes: number
  readonly totalBytes: number
  /** No connection: it goes on by itself when there is one. */
  readonly waiting: boolean
}

export interface UploadOptions extends Pick<CallOptions, 'signal'> {
  /** Goes on with an upload of the same file that was begun before, in this page or an earlier one. */
  readonly uploadId?: string | undefined
  readonly onProgress?: ((progress: UploadProgress) => void) | undefined
}

/** How far an upload is. */
export interface UploadState<Document> {
  readonly id: string
  readonly offset: number
  readonly document: Document | null
}

/** What an upload needs of a client. */
export interface UploadClient<Document> {
  readonly kycUploads: {
    create(
      input: {
        readonly type: DocumentFile['type']
        readonly side: 'front' | 'back'
        readonly length: number
        readonly fileName: string
        readonly fileType: string
      },
      options?: CallOptions,
    ): Promise<UploadState<Document>>
    get(input: { readonly uploadId: string }, options?: CallOptions): Promise<UploadState<Document>>
    append(input: { readonly uploadId: string; readonly offset: number; readonly bytes: Blob }, options?: CallOptions): Promise<void>
    finish(input: { readonly uploadId: string; readonly password?: string }, options?: CallOptions): Promise<Document>
  }
}

/** Every wait of an upload, in one place, so that tests need not wait. In milliseconds. */
export interface UploadTiming {
  /** First pause after a lost connection; it doubles with each that follows without a byte in between. */
  readonly pauseMs: number
  readonly longestPauseMs: number
}
