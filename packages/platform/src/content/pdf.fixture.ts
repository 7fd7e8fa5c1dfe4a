import { hash } from 'node:crypto'

/** A PDF made by hand, object after object; the first is the catalogue. Streams are given as `stream(...)`. */
export interface PdfObject {
  readonly dict: string
  readonly stream?: Buffer
}

export const stream = (text: string, more = ''): PdfObject => {
  const bytes = Buffer.from(text, 'latin1')
  return { dict: `<<${more}/Length ${bytes.length}>>`, stream: bytes }
}

const escaped = (bytes: Buffer) => `<${bytes.toString('hex')}>`

function write(objects: readonly PdfObject[], trailer: string): Buffer {
  const parts: Buffer[] = [Buffer.from('%PDF-1.4\n', 'latin1')]
  const offsets: number[] = []
  const size = () => parts.reduce((sum, { length }) => sum + length, 0)
  objects.forEach(({ dict, stream: body }, index) => {
    offsets.push(size())
    parts.push(Buffer.from(`${index + 1} 0 obj\n${dict}`, 'latin1'))
    if (body !== undefined) parts.push(Buffer.from('\nstream\n', 'latin1'), body, Buffer.from('\nendstream', 'latin1'))
    parts.push(Buffer.from('\nendobj\n', 'latin1'))
  })
  const at = size()
  const rows = offsets.map((offset) => `${String(offset).padStart(10, '0')} 00000 n \n`).join('')
  const end = `trailer\n<</Size ${objects.length + 1}/Root 1 0 R${trailer}>>\nstartxref\n${at}\n%%EOF\n`
  return Buffer.concat([...parts, Buffer.from(`xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${rows}${end}`, 'latin1')])
}

export interface PdfWish {
  readonly pages?: number
  /** Further entries of the catalogue, of each page, and further objects; the first of them is number `4 + 2 × pages`. */
  readonly catalog?: string
  readonly page?: string
  readonly more?: readonly PdfObject[]
  readonly password?: string
}

/** Pages of A4 with a line of text and a filled box on each. */
export function makePdf({ pages = 1, catalog = '', page = '', more = [], password }: PdfWish = {}): Buffer {
  const kids = Array.from({ length: pages }, (_, index) => `${4 + 2 * index} 0 R`).join(' ')
  const objects: PdfObject[] = [
    { dict: `<</Type/Catalog/Pages 2 0 R${catalog}>>` },
    { dict: `<</Type/Pages/Kids[${kids}]/Count ${pages}>>` },
    { dict: '<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>' },
    ...Array.from({ length: pages }, (_, index) => [
      {
        dict: `<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents ${5 + 2 * index} 0 R/Resources<</Font<</F1 3 0 R>>>>${page}>>`,
      },
      stream(`0 0 0 rg 50 50 200 100 re f BT /F1 24 Tf 100 700 Td (Page ${index + 1}) Tj ET`),
    ]).flat(),
    ...more,
  ]
  return password === undefined ? write(objects, '') : locked(objects, password)
}

const padding = Buffer.from('28BF4E5E4E758A4164004E56FFFA01082E2E00B6D0683E802F0CA9FE6453697A', 'hex')
const padded = (password: string) => Buffer.concat([Buffer.from(password, 'latin1'), padding]).subarray(0, 32)
const md5 = (...parts: Buffer[]) => hash('md5', Buffer.concat(parts), 'buffer')

function rc4(key: Buffer, text: Buffer): Buffer {
  const box = Array.from({ length: 256 }, (_, index) => index)
  const at = (index: number) => box[index] ?? 0
  const swap = (one: number, other: number) => ([box[one], box[other]] = [at(other), at(one)])
  for (let i = 0, j = 0; i < 256; i++) swap(i, (j = (j + at(i) + (key[i % key.length] ?? 0)) % 256))
  let [i, j] = [0, 0]
  const bytes = text.map((byte) => {
    i = (i + 1) % 256
    swap(i, (j = (j + at(i)) % 256))
    return byte ^ at((at(i) + at(j)) % 256)
  })
  return Buffer.from(bytes)
}

/** Locked as PDF 1.4 has it (standard handler, revision 2): enough to ask for a password. */
function locked(objects: readonly PdfObject[], password: string): Buffer {
  const id = Buffer.alloc(16, 7)
  const permissions = Buffer.from('fcffffff', 'hex')
  const owner = rc4(md5(padded(password)).subarray(0, 5), padded(password))
  const key = md5(padded(password), owner, permissions, id).subarray(0, 5)
  const user = rc4(key, padding)
  const sealed = objects.map(({ dict, stream: body }, index) => {
    if (body === undefined) return { dict }
    const number = Buffer.alloc(5)
    number.writeUInt16LE(index + 1)
    return { dict, stream: rc4(md5(key, number).subarray(0, 10), body) }
  })
  const encrypt = `/Encrypt<</Filter/Standard/V 1/R 2/O${escaped(owner)}/U${escaped(user)}/P -4>>/ID[${escaped(id)}${escaped(id)}]`
  return write(sealed, encrypt)
}
