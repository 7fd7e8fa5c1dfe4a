import { deflateSync } from 'node:zlib'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createLogger } from '../base/logger.ts'
import { fileKind, type FileKind } from './file-kind.ts'
import { makePdf, stream, type PdfWish } from './pdf.fixture.ts'
import { hollowPng, makePicture } from './picture.fixture.ts'
import { ReaderBusy, type ContentReader } from './port.ts'
import { createContentReader, usualReaderLimits } from './reader.ts'

const logger = createLogger('silent')
let reader: ContentReader
beforeAll(() => {
  reader = createContentReader(logger)
})
afterAll(() => reader.close())

const read = (kind: FileKind, bytes: Buffer, password?: string) => reader.read({ kind, bytes, password })
const refusal = (kind: FileKind, bytes: Buffer, password?: string) => expect(read(kind, bytes, password)).rejects

describe('a photograph', () => {
  it('comes out as pixels alone: upright, without place, time, camera or comment, and nothing behind it', async () => {
    const taken = await makePicture(1_600, 1_000)
      .withExif({ IFD0: { Make: 'SecretCamera' }, IFD3: { GPSLatitude: '51/1 30/1 0/1' } })
      .withXmp('<x:xmpmeta xmlns:x="adobe:ns:meta/">SecretCamera</x:xmpmeta>')
      .withMetadata({ orientation: 6 })
      .jpeg()
      .toBuffer()
    expect(taken.includes('SecretCamera')).toBe(true)
    const { pictures, hints } = await read('jpeg', Buffer.concat([taken, Buffer.from('SecretCamera behind it')]))
    expect(hints).toEqual([])
    expect(pictures).toHaveLength(1)
    const [picture] = pictures
    const bytes = picture?.bytes ?? Buffer.alloc(0)
    expect(picture).toMatchObject({ width: 1_000, height: 1_600 })
    expect(bytes.includes('SecretCamera')).toBe(false)
    const { format, exif, xmp, icc, iptc, orientation } = await sharp(bytes).metadata()
    expect({ format, exif, xmp, icc, iptc, orientation }).toEqual({ format: 'jpeg' })
  })

  it.each(['png', 'webp'] as const)('is taken as %s', async (kind) => {
    const { pictures } = await read(kind, await makePicture()[kind]().toBuffer())
    expect(pictures[0]).toMatchObject({ width: 1_600, height: 1_000 })
  })

  it('of many pixels becomes small enough for those who check it', async () => {
    const { pictures } = await read('jpeg', await makePicture(3_000, 2_000, { noise: true }).jpeg({ quality: 70 }).toBuffer())
    expect(pictures[0]?.width).toBe(2_600)
    expect(pictures[0]?.bytes.length).toBeLessThan(2_000_000)
  })

  it.each([
    ['dark', () => makePicture(1_600, 1_000, { light: 0.1 }), 'too_dark'],
    ['blurred', () => makePicture().blur(30), 'blurred'],
  ] as const)('that is %s is taken with a hint', async (_, make, hint) => {
    const { hints } = await read('jpeg', await make().jpeg().toBuffer())
    expect(hints).toContain(hint)
  })

  it('that is too small, too large or broken is refused, and says which', async () => {
    await refusal('jpeg', await makePicture(1_023, 900).jpeg().toBuffer()).toMatchObject({ code: 'image_too_small' })
    await refusal('jpeg', await makePicture(1_600, 767).jpeg().toBuffer()).toMatchObject({ code: 'image_too_small' })
    const whole = await makePicture().jpeg().toBuffer()
    await refusal('jpeg', whole.subarray(0, whole.length / 2)).toMatchObject({ code: 'image_unreadable' })
    await refusal('png', Buffer.from('\u0089PNG\r\n\u001a\nnonsense', 'latin1')).toMatchObject({ code: 'image_unreadable' })
  })

  it('that is a flood of pixels is refused before it is opened', async () => {
    const flood = hollowPng(16_000, 16_000)
    await refusal('png', flood).toMatchObject({ code: 'image_too_large' })
  })

  it('is opened as what it was taken for, and as nothing else', async () => {
    const drawing = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="2000" height="2000"/>')
    for (const kind of ['jpeg', 'png', 'webp'] as const) await refusal(kind, drawing).toMatchObject({ code: 'image_unreadable' })
    await refusal('jpeg', await makePicture().gif().toBuffer()).toMatchObject({ code: 'image_unreadable' })
  })
})

describe('a PDF', () => {
  it('becomes one picture a page', async () => {
    const { pictures } = await read('pdf', makePdf({ pages: 3 }))
    expect(pictures.map(({ width, height }) => [width, height])).toEqual(Array(3).fill([1_413, 2_000]))
    const { channels } = await sharp(pictures[2]?.bytes).stats()
    expect(channels[0]?.min).toBeLessThan(30)
    expect(channels[0]?.mean).toBeGreaterThan(200)
  })

  it('that is locked opens with its password', async () => {
    const pdf = makePdf({ password: 'ASHA1990' })
    await refusal('pdf', pdf).toMatchObject({ code: 'pdf_password_required' })
    await refusal('pdf', pdf, 'ASHA1991').toMatchObject({ code: 'pdf_password_wrong' })
    const { pictures } = await read('pdf', pdf, 'ASHA1990')
    const { channels } = await sharp(pictures[0]?.bytes).stats()
    expect(channels[0]?.min).toBeLessThan(30)
  })

  const inside: readonly (readonly [string, PdfWish])[] = [
    ['a script that starts with it', { catalog: '/OpenAction<</S/JavaScript/JS(app.alert\\(1\\))>>' }],
    ['a script whose name is spelled otherwise', { catalog: '/OpenAction<</S/J#61vaScript/J#53(app.alert\\(1\\))>>' }],
    ['a script among its names', { catalog: '/Names<</JavaScript<</Names[(a) 6 0 R]>>>>', more: [{ dict: '<</S/JavaScript/JS(1)>>' }] }],
    [
      'a program to start',
      { page: '/Annots[6 0 R]', more: [{ dict: '<</Type/Annot/Subtype/Link/Rect[0 0 9 9]/A<</S/Launch/F(cmd.exe)>>>>' }] },
    ],
    [
      'an attachment',
      {
        catalog: '/Names<</EmbeddedFiles<</Names[(a) 6 0 R]>>>>',
        more: [{ dict: '<</Type/Filespec/F(a.exe)/EF<</F 7 0 R>>>>' }, stream('MZ', '/Type/EmbeddedFile')],
      },
    ],
    [
      'a form that is sent away',
      { page: '/Annots[6 0 R]', more: [{ dict: '<</Type/Annot/Subtype/Link/Rect[0 0 9 9]/A<</S/SubmitForm/F(http://x)>>>>' }] },
    ],
    ['a script in a locked file', { catalog: '/OpenAction<</S/JavaScript/JS(1)>>', password: 'p' }],
  ]
  it.each(inside)('with %s is refused', async (_, wish) => {
    await refusal('pdf', makePdf(wish), wish.password).toMatchObject({ code: 'pdf_refused' })
  })

  it('with a script hidden in a compressed stream of objects is refused', async () => {
    const inner = '<</S/JavaScript/JS(app.alert\\(1\\))>>'
    const packed = deflateSync(Buffer.from(inner))
    expect(packed.includes('JavaScript')).toBe(false)
    // As PDF 1.5 writes it: object 9 lives in stream 4, and the table of contents is a stream as well.
    await refusal('pdf', packedPdf(`9 0 ${inner}`, '/OpenAction 9 0 R')).toMatchObject({ code: 'pdf_refused' })
    const { pictures } = await read('pdf', packedPdf('9 0 <</S/URI/URI(https://uidai.example)>>', '/OpenAction 9 0 R'))
    expect(pictures).toHaveLength(1)
  })

  it('may link to the web, be signed, and hold any word in its pages', async () => {
    const link = { dict: '<</Type/Annot/Subtype/Link/Rect[0 0 9 9]/A<</S/URI/URI(https://uidai.example)>>>>' }
    const words = stream('BT /F1 9 Tf (/JavaScript /Launch) Tj ET')
    const { pictures } = await read('pdf', makePdf({ page: '/Annots[6 0 R]', more: [link, words] }))
    expect(pictures).toHaveLength(1)
  })

  it('with too many pages, none, or no sense is refused', async () => {
    await refusal('pdf', makePdf({ pages: 11 })).toMatchObject({ code: 'pdf_too_long' })
    await refusal('pdf', Buffer.from('%PDF-1.4\nnothing')).toMatchObject({ code: 'image_unreadable' })
  })
})

/** One page, and an object that stands in a compressed stream of objects. */
function packedPdf(objects: string, catalog: string): Buffer {
  const [header, first] = ['9 0 ', objects.slice(4)]
  const body = deflateSync(Buffer.from(`${header}${first}`))
  const parts: Buffer[] = [Buffer.from('%PDF-1.5\n')]
  const offsets: number[] = []
  const size = () => parts.reduce((sum, { length }) => sum + length, 0)
  const put = (number: number, dict: string, content?: Buffer) => {
    offsets[number] = size()
    parts.push(Buffer.from(`${number} 0 obj\n${dict}`))
    if (content !== undefined) parts.push(Buffer.from('\nstream\n'), content, Buffer.from('\nendstream'))
    parts.push(Buffer.from('\nendobj\n'))
  }
  put(1, `<</Type/Catalog/Pages 2 0 R${catalog}>>`)
  put(2, '<</Type/Pages/Kids[3 0 R]/Count 1>>')
  put(3, '<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>')
  put(4, `<</Type/ObjStm/N 1/First ${header.length}/Filter/FlateDecode/Length ${body.length}>>`, body)
  const at = size()
  const row = (kind: number, second: number, third: number) => Buffer.from([kind, second >> 8, second & 255, third])
  const rows = [row(0, 0, 0), ...[1, 2, 3, 4].map((number) => row(1, offsets[number] ?? 0, 0)), row(1, at, 0), row(2, 4, 0)]
  const table = Buffer.concat(rows)
  put(5, `<</Type/XRef/Size 10/Index[0 6 9 1]/W[1 2 1]/Root 1 0 R/Length ${table.length}>>`, table)
  return Buffer.concat([...parts, Buffer.from(`startxref\n${at}\n%%EOF\n`)])
}

describe('the process that reads', () => {
  it('is killed when a file takes too long, and the next file is read by another', async () => {
    const hasty = createContentReader(logger, { ...usualReaderLimits, processes: 1, timeMs: 4_000, memoryBytes: 1 })
    const picture = await makePicture().jpeg().toBuffer()
    // Whatever it does takes more than a byte.
    const large = await makePicture(3_000, 2_500, { noise: true }).png({ compressionLevel: 0 }).toBuffer()
    await expect(hasty.read({ kind: 'png', bytes: large })).rejects.toMatchObject({ code: 'image_unreadable' })
    await hasty.close()
    const steady = createContentReader(logger, { ...usualReaderLimits, processes: 1, files: 1 })
    for (let round = 0; round < 2; round++) expect((await steady.read({ kind: 'jpeg', bytes: picture })).pictures).toHaveLength(1)
    await steady.close()
  })

  it('has a short queue, and reads nothing after it was closed', async () => {
    const small = createContentReader(logger, { ...usualReaderLimits, processes: 1, waiting: 1 })
    const picture = await makePicture().jpeg().toBuffer()
    const asked = [1, 2, 3].map(() => small.read({ kind: 'jpeg', bytes: picture }))
    const answers = await Promise.allSettled(asked)
    expect(answers.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected'])
    await expect(asked[2]).rejects.toBeInstanceOf(ReaderBusy)
    await small.close()
    await expect(small.read({ kind: 'jpeg', bytes: picture })).rejects.toBeInstanceOf(ReaderBusy)
  })
})

describe('the kind of a file', () => {
  it('is what content, name and type agree on', async () => {
    const jpeg = await makePicture().jpeg().toBuffer()
    expect(fileKind(jpeg, 'card.JPG', 'image/jpeg')).toBe('jpeg')
    expect(fileKind(jpeg, '../../etc/card.jpeg', 'image/jpeg; x=1')).toBe('jpeg')
    for (const [name, type] of [
      ['card.png', 'image/jpeg'],
      ['card.jpg', 'image/png'],
      ['card', 'image/jpeg'],
      ['card.jpg', ''],
      ['card.jpg.exe', 'image/jpeg'],
    ] as const)
      expect(fileKind(jpeg, name, type), `${name} ${type}`).toBeUndefined()
    expect(fileKind(makePdf(), 'e.pdf', 'application/pdf')).toBe('pdf')
    expect(fileKind(Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>'), 'a.svg', 'image/svg+xml')).toBeUndefined()
    expect(fileKind(Buffer.concat([Buffer.from(' '), makePdf()]), 'e.pdf', 'application/pdf')).toBeUndefined()
    expect(fileKind(Buffer.alloc(0), 'e.pdf', 'application/pdf')).toBeUndefined()
  })

  it('is none when it is two things at once', async () => {
    const jpeg = await makePicture().jpeg().toBuffer()
    const zipEnd = Buffer.concat([Buffer.from('PK\u0005\u0006', 'latin1'), Buffer.alloc(18)])
    const behind = (more: Buffer | string) => Buffer.concat([jpeg, Buffer.from(more)])
    for (const more of [zipEnd, '<script>alert(1)</script>', '<?php system(1)', '<svg onload=x>', '<html >'])
      expect(fileKind(behind(more), 'a.jpg', 'image/jpeg'), String(more)).toBeUndefined()
    expect(fileKind(Buffer.concat([makePdf(), zipEnd]), 'a.pdf', 'application/pdf')).toBeUndefined()
    const early = Buffer.concat([jpeg.subarray(0, 20), Buffer.from('%PDF-1.4'), jpeg.subarray(20)])
    expect(fileKind(early, 'a.jpg', 'image/jpeg')).toBeUndefined()
    // What telephones put behind a photograph is not refused: it is dropped.
    expect(fileKind(behind('MotionPhoto_Data ftypmp42'), 'a.jpg', 'image/jpeg')).toBe('jpeg')
  })
})
