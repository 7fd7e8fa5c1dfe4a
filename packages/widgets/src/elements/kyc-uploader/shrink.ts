import { lookAt, lookPixels, type PictureHint } from './look-at.ts'

/** A photograph as it is sent. */
export interface Prepared {
  readonly blob: Blob
  readonly hint?: PictureHint | undefined
}

/** Why a file cannot be sent. */
export type PictureFault = 'unreadable' | 'too_small' | 'too_large'

/** What both providers and people can read; a 12 megapixel photograph of a card has no more on it. */
const longest = 1_800
/** Providers read nothing below 1024 × 768. */
const least = { long: 1_024, short: 768 }
const mostBytes = 600_000
const mostPdfBytes = 8 * 1024 * 1024
const qualities = [0.8, 0.65, 0.5, 0.35]

export class PictureError extends Error {
  readonly fault: PictureFault
  constructor(fault: PictureFault) {
    super(fault)
    this.fault = fault
  }
}

type Source = ImageBitmap | HTMLVideoElement | HTMLCanvasElement

/** A canvas beside the page where the browser has one. */
function draw(source: Source, width: number, height: number, willReadFrequently = false): HTMLCanvasElement {
  const canvas = Object.assign(document.createElement('canvas'), { width, height })
  const context = canvas.getContext('2d', { willReadFrequently })
  if (!context) throw new PictureError('unreadable')
  // What is transparent would turn black.
  context.fillStyle = '#fff'
  context.fillRect(0, 0, width, height)
  context.imageSmoothingQuality = 'high'
  context.drawImage(source, 0, 0, width, height)
  return canvas
}

/** A picture judged small: what can be read there can be read. */
export function judge(source: Source, width: number, height: number): PictureHint | undefined {
  const scale = Math.min(1, lookPixels / Math.max(width, height))
  const small = [Math.round(width * scale), Math.round(height * scale)] as const
  const pixels = draw(source, ...small, true)
    .getContext('2d')
    ?.getImageData(0, 0, ...small)
  return pixels && lookAt(pixels)
}

const encode = (canvas: HTMLCanvasElement, quality: number): Promise<Blob | null> =>
  // WebP is a little smaller, and takes a cheap phone ten times as long.
  new Promise((resolve) => canvas.toBlob(resolve, 'image/jpeg', quality))

/** Draws a picture small enough for a slow network and large enough to be read. */
export async function shrink(source: Source, width: number, height: number): Promise<Prepared> {
  if (Math.max(width, height) < least.long || Math.min(width, height) < least.short) throw new PictureError('too_small')
  // Never below what can be read: a panorama is refused by its bytes.
  const scale = Math.min(1, Math.max(longest / Math.max(width, height), least.short / Math.min(width, height)))
  const canvas = draw(source, Math.round(width * scale), Math.round(height * scale))
  // Not from the photograph: to go through twelve megapixels twice is what a cheap phone is slow at.
  const hint = judge(canvas, canvas.width, canvas.height)
  for (const quality of qualities) {
    const blob = await encode(canvas, quality)
    if (!blob) throw new PictureError('unreadable')
    if (blob.size <= mostBytes) return { blob, hint }
  }
  throw new PictureError('too_large')
}

/** A file that somebody chose, as it is sent: photographs are shrunk and lose what else is in them; a PDF stays as it is. */
export async function prepare(file: Blob): Promise<Prepared> {
  if (file.type === 'application/pdf') {
    if (file.size > mostPdfBytes) throw new PictureError('too_large')
    return { blob: file }
  }
  // Turned as the camera was held.
  const bitmap = await createImageBitmap(file, { imageOrientation: 'from-image' }).catch(() => undefined)
  if (!bitmap) throw new PictureError('unreadable')
  try {
    return await shrink(bitmap, bitmap.width, bitmap.height)
  } finally {
    bitmap.close()
  }
}
