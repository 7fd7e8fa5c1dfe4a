import type { FileKind } from './file-kind.ts'

/** A picture that we have drawn ourselves: pixels in an upright JPEG and nothing else, at most 2 MB and 2,600 pixels wide or high. */
export interface Picture {
  readonly bytes: Buffer
  readonly width: number
  readonly height: number
}

/** Why a file's content is not taken; each is a problem code of the API. */
export type ContentProblem =
  | 'image_unreadable'
  | 'image_too_small'
  | 'image_too_large'
  | 'pdf_refused'
  | 'pdf_too_long'
  | 'pdf_password_required'
  | 'pdf_password_wrong'

/** What makes a picture hard to read. */
export type PictureHint = 'too_dark' | 'too_bright' | 'blurred' | 'low_contrast'

/** Shares of a picture’s width and height, from its upper left corner. */
export interface Rectangle {
  readonly left: number
  readonly top: number
  readonly width: number
  readonly height: number
}

export interface ReadFile {
  readonly kind: FileKind
  readonly bytes: Buffer
  /** Opens a locked PDF; it is handed to the reader and kept by nobody. */
  readonly password?: string | undefined
  /** A picture may be as small as it is: it is a provider's, and has been looked at. */
  readonly anySize?: boolean
  /** Parts of a picture that are painted over. */
  readonly hide?: readonly Rectangle[]
}

/** What was made of a file: one picture of an image, one of each page of a PDF. */
export interface ReadContent {
  readonly pictures: readonly Picture[]
  readonly hints: readonly PictureHint[]
}

/** The file is at fault, not we. */
export class ContentRefused extends Error {
  override readonly name = 'ContentRefused'
  readonly code: ContentProblem
  constructor(code: ContentProblem) {
    super(code)
    this.code = code
  }
}

/** There are more files than can be read now, or the platform is going down: worth another try. */
export class ReaderBusy extends Error {
  override readonly name = 'ReaderBusy'
}

/** Reads what strangers send, in a process that knows nothing and can be killed. */
export interface ContentReader {
  /** Fails with `ContentRefused` or `ReaderBusy`. */
  read(file: ReadFile): Promise<ReadContent>
  close(): Promise<void>
}
