import type { ProofBook } from './proof-book.ts'

/** Where browsers find a way to each other. */
export interface IceSettings {
  readonly stunUrls: readonly string[]
  readonly turn: { readonly urls: readonly string[]; readonly secret: string } | undefined
}

/** What browser calls need beyond what every call needs. */
export interface BrowserParts {
  readonly proofs: ProofBook
  /** Since when this process can be given proofs: before that it could not hear anybody. */
  readonly hearsSince: Date
  readonly ice: IceSettings
  /** Takes `kilobytes` of signals from what one side of a call may send; false when it has sent too much. */
  maySignal(side: string, kilobytes: number): Promise<boolean>
}
