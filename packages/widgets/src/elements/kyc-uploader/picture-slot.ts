import { uploadDocument, type ConnectClient, type KycDocument } from '@impacthub/sdk'
import { codeOf } from '../../session/code-of.ts'
import { forgetUpload, keepUpload, recallUpload } from './kept-uploads.ts'
import type { PictureHint } from './look-at.ts'
import type { PictureFault, Prepared } from './shrink.ts'

/** One side of a document as it stands. */
export interface SlotView {
  readonly phase: 'empty' | 'checking' | 'doubtful' | 'sending' | 'waiting' | 'locked' | 'sent' | 'refused'
  /** A picture of it; none of a PDF, and of one that was sent by an earlier page. */
  readonly preview?: string | undefined
  readonly percent?: number | undefined
  readonly hint?: PictureHint | KycDocument['hints'][number] | undefined
  /** Why it was refused: of the page, or the platform's code. */
  readonly fault?: PictureFault | 'noCamera' | (string & Record<never, never>) | undefined
  readonly documentId?: string | undefined
  /** A PDF may hold both sides, as the e-Aadhaar does. */
  readonly isPdf?: boolean | undefined
}

type Type = KycDocument['type']
type Side = KycDocument['side']

/** What the platform says of a PDF that it cannot open without its password, or with that one. */
const locked = ['pdf_password_required', 'pdf_password_wrong']

const sentView = ({ id, hints, format }: KycDocument): SlotView => ({
  phase: 'sent',
  documentId: id,
  hint: hints[0],
  isPdf: format === 'pdf',
})

/** One side of one document: chosen, judged, sent, and sent on after a lost connection or a reload. */
export class PictureSlot {
  readonly side: Side
  view: SlotView = { phase: 'empty' }
  readonly #client: ConnectClient
  readonly #type: Type
  readonly #key: string
  readonly #changed: () => void
  #prepared: Prepared | undefined
  #uploadId: string | undefined
  #leaving: AbortController | undefined
  #stopped = false

  constructor(client: ConnectClient, me: string, type: Type, side: Side, changed: () => void) {
    this.#client = client
    this.#type = type
    this.side = side
    this.#key = `${me}:${type}:${side}`
    this.#changed = changed
  }

  /** Goes on with what an earlier page had begun. */
  async resume(known: KycDocument | undefined): Promise<void> {
    if (known) {
      this.#show(sentView(known))
      await forgetUpload(this.#key)
    }
    const kept = await recallUpload(this.#key)
    if (!kept || this.view.phase !== 'empty') return
    this.#prepared = { blob: kept.file }
    this.#uploadId = kept.uploadId
    await this.#send()
  }

  /** Takes what `prepare` makes of a file or the camera. */
  async take(making: Promise<Prepared | undefined>): Promise<void> {
    const before = this.view
    const { documentId, preview } = before
    const checking = { phase: 'checking', documentId, preview } as const
    this.#show(checking)
    try {
      const prepared = await making
      // Left without a picture; another may have been chosen meanwhile.
      if (!prepared) return void (this.view === checking && this.#show(before))
      if (this.#stopped) return
      await this.clear()
      if (this.#stopped) return
      this.#prepared = prepared
      if (prepared.hint) this.#show({ phase: 'doubtful', hint: prepared.hint, preview: URL.createObjectURL(prepared.blob) })
      else await this.send()
    } catch (error) {
      // What was sent before stays.
      this.#show({ phase: 'refused', fault: faultOf(error), documentId, preview })
    }
  }

  /** Sends what was taken, also what a hint has warned of. */
  async send(): Promise<void> {
    if (!this.#prepared) return
    await keepUpload(this.#key, { file: this.#prepared.blob, at: Date.now() })
    await this.#send()
  }

  /** Opens a locked PDF, which has been sent. */
  unlock(password: string): Promise<void> {
    return this.#send(password)
  }

  /** Lets go of the picture, here and at the platform. */
  async clear(): Promise<void> {
    const { documentId, preview } = this.view
    const uploadId = this.#uploadId
    const { kycDocuments, kycUploads } = this.#client
    this.#leaving?.abort()
    if (preview) URL.revokeObjectURL(preview)
    this.#prepared = this.#uploadId = undefined
    this.#show({ phase: 'empty' })
    // Nobody waits for a slow network to take the next picture: what stays is dropped by the platform when its time is over.
    const gone = documentId ? kycDocuments.delete({ documentId }) : uploadId && kycUploads.cancel({ uploadId })
    if (gone) gone.catch(() => {})
    await forgetUpload(this.#key)
  }

  /** For good: nothing is sent or shown from here any more. What is kept goes on in another one. */
  stop() {
    this.#stopped = true
    this.#leaving?.abort()
    const { preview } = this.view
    if (preview) URL.revokeObjectURL(preview)
    this.view = { ...this.view, preview: undefined }
  }

  async #send(password?: string): Promise<void> {
    const { blob } = this.#prepared ?? {}
    if (!blob || this.#stopped) return
    this.#leaving?.abort()
    const leaving = (this.#leaving = new AbortController())
    const isImage = blob.type.startsWith('image/')
    const preview = isImage ? (this.view.preview ?? URL.createObjectURL(blob)) : undefined
    this.#show({ phase: 'sending', percent: 0, preview })
    try {
      const document = await uploadDocument(
        this.#client,
        { type: this.#type, side: this.side, file: blob, password },
        {
          uploadId: this.#uploadId,
          signal: leaving.signal,
          onProgress: (progress) => {
            if (leaving.signal.aborted) return
            const { uploadId } = progress
            if (uploadId !== this.#uploadId) void keepUpload(this.#key, { file: blob, uploadId, at: Date.now() })
            this.#uploadId = uploadId
            const percent = Math.floor((progress.sentBytes / progress.totalBytes) * 100)
            this.#show({ phase: progress.waiting ? 'waiting' : 'sending', percent, preview })
          },
        },
      )
      await forgetUpload(this.#key)
      if (!leaving.signal.aborted) this.#show({ ...sentView(document), preview })
    } catch (error) {
      if (leaving.signal.aborted) return
      const fault = faultOf(error)
      const isLocked = locked.includes(fault)
      if (!isLocked) await forgetUpload(this.#key)
      this.#show({ phase: isLocked ? 'locked' : 'refused', fault, preview })
    }
  }

  #show(view: SlotView) {
    if (this.#stopped) return
    this.view = view
    this.#changed()
  }
}

const faultOf = (error: unknown): string => {
  if (error instanceof Error && 'fault' in error && typeof error.fault === 'string') return error.fault
  return codeOf(error)
}
