import sharp, { type Sharp } from 'sharp'
import type { Picture, PictureHint, Rectangle } from '../port.ts'
import { refuse } from './refuse.ts'

// Of all that the library could open, these three, from memory: nothing else is ever tried.
sharp.block({ operation: ['VipsForeignLoad'] })
sharp.unblock({ operation: ['VipsForeignLoadJpegBuffer', 'VipsForeignLoadPngBuffer', 'VipsForeignLoadWebpBuffer'] })
sharp.cache(false)
sharp.concurrency(1)

const maxPixels = 40_000_000
/** In either direction; what providers can read at least. */
const smallest = { long: 1_024, short: 768 }
/** Providers take at most 20 megapixels and 2 MB. */
const largestEdge = 2_600
const maxBytes = 1_900_000

/** A picture of a stranger as one of ours: upright, in sRGB, without anything that is not a pixel. */
export async function readImage(
  bytes: Uint8Array,
  anySize: boolean,
  hide: readonly Rectangle[] = [],
): Promise<{ pictures: Picture[]; hints: PictureHint[] }> {
  const options = { limitInputPixels: maxPixels, failOn: 'error', sequentialRead: true } as const
  const { width, height } = await sharp(bytes, { ...options, limitInputPixels: false })
    .metadata()
    .catch(() => refuse('image_unreadable'))
  if (width * height > maxPixels) refuse('image_too_large')
  const isSmall = Math.max(width, height) < smallest.long || Math.min(width, height) < smallest.short
  if (isSmall && !anySize) refuse('image_too_small')
  const whole = await draw(() => sharp(bytes, options).autoOrient()).catch(() => refuse('image_unreadable'))
  const picture = hide.length === 0 ? whole : await paintOver(whole, hide)
  return { pictures: [picture], hints: await hintsOf(picture.bytes) }
}

/** Draws pixels as a JPEG that is small enough. sharp writes no metadata unless it is told to. */
export async function draw(pixels: () => Sharp): Promise<Picture> {
  for (let quality = 88; ; quality -= 12) {
    const { data, info } = await pixels()
      .resize({ width: largestEdge, height: largestEdge, fit: 'inside', withoutEnlargement: true })
      .flatten({ background: '#ffffff' })
      .toColourspace('srgb')
      .jpeg({ quality, chromaSubsampling: '4:2:0' })
      .toBuffer({ resolveWithObject: true })
    if (data.length <= maxBytes || quality <= 40) return { bytes: data, width: info.width, height: info.height }
  }
}

/** A little more than asked for: nothing of what lies at the edge may be read. */
const marginPixels = 2

function paintOver({ bytes, width, height }: Picture, hide: readonly Rectangle[]): Promise<Picture> {
  const painted = hide.map((one) => {
    const [left, top] = [Math.max(0, Math.floor(one.left * width) - marginPixels), Math.max(0, Math.floor(one.top * height) - marginPixels)]
    const right = Math.min(width, Math.ceil((one.left + one.width) * width) + marginPixels)
    const bottom = Math.min(height, Math.ceil((one.top + one.height) * height) + marginPixels)
    // From beyond the edge on, nothing would be left of it.
    const size = { width: Math.max(1, right - left), height: Math.max(1, bottom - top) }
    const at = { left: Math.min(left, width - 1), top: Math.min(top, height - 1) }
    return { input: { create: { ...size, channels: 3 as const, background: '#000000' } }, ...at }
  })
  return draw(() => sharp(bytes).composite(painted))
}

/** Rough on purpose: they are advice to a person who can take another photograph. */
async function hintsOf(jpeg: Uint8Array): Promise<PictureHint[]> {
  const { channels, sharpness } = await sharp(jpeg)
    .resize({ width: 1_024, height: 1_024, fit: 'inside' })
    .greyscale()
    .toBuffer()
    .then((grey) => sharp(grey).stats())
  const [light] = channels
  if (light === undefined) return []
  const hints: PictureHint[] = []
  if (light.mean < 50) hints.push('too_dark')
  if (light.mean > 240) hints.push('too_bright')
  if (light.stdev < 14) hints.push('low_contrast')
  if (sharpness < 0.8) hints.push('blurred')
  return hints
}
