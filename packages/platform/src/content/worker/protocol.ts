import type { ContentProblem, Picture, PictureHint, Rectangle } from '../port.ts'
import type { FileKind } from '../file-kind.ts'

/** What the reader's process is asked. One at a time. */
export interface Question {
  readonly kind: FileKind
  readonly bytes: Uint8Array
  readonly password?: string | undefined
  readonly anySize: boolean
  readonly hide?: readonly Rectangle[]
}

export type Answer =
  | { readonly pictures: readonly (Omit<Picture, 'bytes'> & { readonly bytes: Uint8Array })[]; readonly hints: readonly PictureHint[] }
  | { readonly refused: ContentProblem }
