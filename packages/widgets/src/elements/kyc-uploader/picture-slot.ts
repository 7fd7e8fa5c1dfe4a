import { uploadDocument, type ConnectClient, type KycDocument, type UploadProgress } from '@impacthub/sdk'
import { codeOf } from '../../session/code-of.ts'
import { forgetUpload, keepUpload, type KeptUpload } from './kept-uploads.ts'
import type { Prepared } from './shrink.ts'

/** How one side of a document is doing. */
export interface SlotView {
  readonly phase: 'empty' | 'checking' | 'doubtful' | 'sending' | 'waiting' | 'locked' | 'sent' | 'refused'
  /** What is worth saying about it: a hint, or the code of why it was refused. */
  readonly word?: string | undefined
  readonly percent?: number
}

/** One side of one document: chosen, judged, sent, and sent on after a lost connection or a reload. */
export interface PictureSlot {
  readonly client: ConnectClient
  readonly user: string
  readonly type: KycDocument['type']
  readonly side: KycDocument['side']
  /** Hears that there is something else to be shown. */
  readonly changed: () => void
  view: SlotView
  /** Where the picture can be seen; none of a PDF, and of one that was sent by an earlier page. */
  preview?: string | undefined
  /** What the platform has made of it. */
  document?: KycDocument | undefined
  /** What is on its way there. */
  kept?: KeptUpload | undefined
  leaving?: AbortController
  stopped?: boolean
}

const keyOf = ({ user, type, side }: PictureSlot) => `${user}:${type}:${side}`

const forget = (slot: PictureSlot) => forgetUpload(keyOf(slot))

function show(slot: PictureSlot, view: SlotView) {
  if (slot.stopped) return
  slot.view = view
  slot.changed()
}

function showSent(slot: PictureSlot, document: KycDocument) {
  slot.document = document
  show(slot, { phase: 'sent', word: document.hints[0] })
}

function hold(slot: PictureSlot, kept: KeptUpload) {
  slot.kept = kept
  if (kept.file.type.startsWith('image/')) slot.preview = URL.createObjectURL(kept.file)
}

function release({ leaving, preview }: PictureSlot) {
  leaving?.abort()
  if (preview) URL.revokeObjectURL(preview)
}

/** Goes on with what an earlier page had sent, or begun. */
export function resumeSlot(slot: PictureSlot, sent: readonly KycDocument[], begun: readonly KeptUpload[]) {
  const document = sent.findLast(({ type, side }) => type === slot.type && side === slot.side)
  const kept = begun.find(({ key }) => key === keyOf(slot))
  if (document) {
    showSent(slot, document)
    void forget(slot)
  } else if (kept) {
    hold(slot, kept)
    void sendSlot(slot)
  }
}

/** Takes what is made of a file or the camera. */
export async function fillSlot(slot: PictureSlot, making: Promise<Prepared | undefined>) {
  const before = slot.view
  const checking = { phase: 'checking' } as const
  show(slot, checking)
  try {
    const prepared = await making
    // Left without a picture; another may have been chosen meanwhile.
    if (!prepared) return void (slot.view === checking && show(slot, before))
    if (slot.stopped) return
    await clearSlot(slot)
    if (slot.stopped) return
    const { file, hint } = prepared
    hold(slot, { key: keyOf(slot), user: slot.user, file, at: Date.now() })
    if (hint) show(slot, { phase: 'doubtful', word: hint })
    else await sendSlot(slot)
  } catch (error) {
    // What was sent before stays.
    show(slot, { phase: 'refused', word: codeOf(error) })
  }
}

/** Sends what was taken, also what a hint has warned of; a locked PDF with its password. */
export async function sendSlot(slot: PictureSlot, password?: string) {
  const { client, type, side, kept } = slot
  if (!kept) return
  await keepUpload(kept)
  if (slot.kept !== kept || slot.stopped) return
  slot.leaving?.abort()
  const { signal } = (slot.leaving = new AbortController())
  const { file, uploadId } = kept
  const onProgress = (progress: UploadProgress) => {
    if (signal.aborted) return
    if (progress.uploadId !== slot.kept?.uploadId) void keepUpload((slot.kept = { ...kept, uploadId: progress.uploadId }))
    const percent = Math.floor((progress.sentBytes / progress.totalBytes) * 100)
    show(slot, progress.waiting ? { phase: 'waiting', word: 'network_error', percent } : { phase: 'sending', percent })
  }
  show(slot, { phase: 'sending' })
  try {
    const document = await uploadDocument(client, { type, side, file, password }, { uploadId, signal, onProgress })
    if (signal.aborted) return
    await forget(slot)
    showSent(slot, document)
  } catch (error) {
    if (signal.aborted) return
    const word = codeOf(error)
    const isLocked = word.startsWith('pdf_password')
    if (!isLocked) await forget(slot)
    show(slot, { phase: isLocked ? 'locked' : 'refused', word })
  }
}

/** Lets go of the picture, here and at the platform. */
export async function clearSlot(slot: PictureSlot) {
  const { client, document, kept } = slot
  // Nobody waits for a slow network to take the next picture: what stays is dropped by the platform when its time is over.
  if (document) client.kycDocuments.delete({ documentId: document.id }).catch(() => {})
  else if (kept?.uploadId) client.kycUploads.cancel({ uploadId: kept.uploadId }).catch(() => {})
  release(slot)
  slot.kept = slot.document = slot.preview = undefined
  show(slot, { phase: 'empty' })
  await forget(slot)
}

/** For good: nothing is sent or shown from here any more. What is kept goes on in another one. */
export function stopSlot(slot: PictureSlot) {
  slot.stopped = true
  release(slot)
}
