import sharp from 'sharp'
import { keepPicture } from './files.ts'
import type { StoredFile, World } from './world.ts'

/** Where the number stands on a card, and the code beside it: the lower third. It has no eyes to look for them. */
const hidden = (width: number, height: number): Buffer =>
  Buffer.from(
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}"><rect y="${Math.round((height * 2) / 3)}" width="${width}" height="${height}" fill="#202020"/></svg>`,
  )

/** The pictures with their lower third covered, put where anybody reads them for half a minute; undefined where one cannot be drawn. */
export async function maskedPictures(world: World, files: readonly (StoredFile | undefined)[]): Promise<string[] | undefined> {
  try {
    return await Promise.all(
      files.map(async (file) => {
        const picture = sharp(file?.bytes)
        const { width, height } = await picture.metadata()
        const bytes = await picture
          .composite([{ input: hidden(width, height) }])
          .jpeg()
          .toBuffer()
        return keepPicture(world, { bytes, fileName: '', type: 'image/jpeg' }).directURL
      }),
    )
  } catch {
    return undefined
  }
}
