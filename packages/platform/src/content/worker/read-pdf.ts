import sharp from 'sharp'
import type { Picture, PictureHint } from '../port.ts'
import { isActive } from './active-content.ts'
import { withPdf } from './pdfium.ts'
import { draw } from './read-image.ts'
import { refuse } from './refuse.ts'

const maxPages = 10
/** A4 at some 170 dots an inch. */
const longEdge = 2_000

/** A picture of each page. */
export function readPdf(bytes: Uint8Array, password: string | undefined): Promise<{ pictures: Picture[]; hints: PictureHint[] }> {
  return withPdf(bytes, password, async (pdf) => {
    if (pdf.pages < 1) refuse('image_unreadable')
    if (pdf.pages > maxPages) refuse('pdf_too_long')
    if (isActive(pdf.rewritten())) refuse('pdf_refused')
    const pictures: Picture[] = []
    for (let index = 0; index < pdf.pages; index++) {
      const { pixels, width, height } = pdf.drawn(index, longEdge)
      pictures.push(await draw(() => sharp(pixels, { raw: { width, height, channels: 4 } })))
    }
    return { pictures, hints: [] }
  })
}
