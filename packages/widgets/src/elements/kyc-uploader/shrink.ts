import { lookAt, lookPixels, type PictureHint } from './look-at.ts'

/** A photograph as it is sent. */
export interface Prepared {
  readonly file: Blob
  readonly hint?: PictureHint | undefined
}

/** What both providers and people can read; a 12 megapixel photograph of a card has no more on it. */
const longest = 1_800
/** Providers read nothing below 1024 × 768. */
const least = { long: 1_024, short: 768 }
const mostBytes = 600_000
const mostPdfBytes = 8 * 1024 * 1024

/** Why a picture cannot be sent, in the platform's own codes where it has one. What fails without a code cannot be read. */
export function refuse(code: 'no_camera' | 'image_too_small' | 'image_too_large'): never {
  throw Object.assign(new Error(code), { code })
}

type Source = ImageBitmap | HTMLVideoElement | HTMLCanvasElement

function draw(source: Source, width: number, height: number, scale: number) {
  const canvas = document.createElement('canvas')
  const context = canvas.getContext('2d')
  if (!context) throw new Error('no canvas')
  const box = [0, 0, (canvas.width = Math.round(width * scale)), (canvas.height = Math.round(height * scale))] as const
  // What is transparent would turn black.
  context.fillStyle = '#fff'
  context.fillRect(...box)
  context.imageSmoothingQuality = 'high'
  context.drawImage(source, ...box)
  return { canvas, look: () => lookAt(context.getImageData(...box)) }
}

/** A picture judged small: what can be read there can be read. */
export const judge = (source: Source, width = source.width, height = source.height): PictureHint | undefined =>
  draw(source, width, height, Math.min(1, lookPixels / Math.max(width, height))).look()

/** Draws a picture small enough for a slow network and large enough to be read. */
export async function shrink(source: Source, width = source.width, height = source.height): Promise<Prepared> {
  const [long, short] = [Math.max(width, height), Math.min(width, height)]
  if (long < least.long || short < least.short) refuse('image_too_small')
  // Never below what can be read: a panorama is refused by its bytes.
  const { canvas } = draw(source, width, height, Math.min(1, Math.max(longest / long, least.short / short)))
  // Not from the photograph: to go through twelve megapixels twice is what a cheap phone is slow at.
  const hint = judge(canvas)
  for (let quality = 0.8; quality > 0.3; quality -= 0.15) {
    // WebP is a little smaller, and takes a cheap phone ten times as long.
    const file = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/jpeg', quality))
    if (file && file.size <= mostBytes) return { file, hint }
  }
  return refuse('image_too_large')
}

/** A file that somebody chose, as it is sent: photographs are shrunk and lose what else is in them; a PDF stays as it is. */
export async function prepare(file: Blob): Promise<Prepared> {
  if (file.type === 'application/pdf') return file.size > mostPdfBytes ? refuse('image_too_large') : { file }
  // Turned as the camera was held.
  const bitmap = await createImageBitmap(file)
  try {
    return await shrink(bitmap)
  } finally {
    bitmap.close()
  }
}
