/** What a document may be sent as. */
export type FileKind = 'jpeg' | 'png' | 'webp' | 'pdf'

const kinds: Readonly<Record<FileKind, { readonly endings: readonly string[]; readonly types: readonly string[] }>> = {
  jpeg: { endings: ['jpg', 'jpeg', 'jpe', 'jfif'], types: ['image/jpeg', 'image/jpg', 'image/pjpeg'] },
  png: { endings: ['png'], types: ['image/png'] },
  webp: { endings: ['webp'], types: ['image/webp'] },
  pdf: { endings: ['pdf'], types: ['application/pdf'] },
}

const begins = (bytes: Buffer, ...codes: readonly number[]) => codes.every((code, at) => bytes[at] === code)
const textAt = (bytes: Buffer, at: number, length: number) => bytes.toString('latin1', at, at + length)

/** By the first bytes alone, which must be the very first. */
export function kindByContent(bytes: Buffer): FileKind | undefined {
  if (begins(bytes, 0xff, 0xd8, 0xff)) return 'jpeg'
  if (begins(bytes, 0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a)) return 'png'
  if (textAt(bytes, 0, 4) === 'RIFF' && textAt(bytes, 8, 4) === 'WEBP') return 'webp'
  if (/^%PDF-[12]\.\d/.test(textAt(bytes, 0, 8))) return 'pdf'
  return undefined
}

const zipEnd = Buffer.from('PK\u0005\u0006', 'latin1')
const zipEndBytes = 22

/** A ZIP is read from its end: its last record says how long the comment after it is, which fits nowhere by chance. */
function endsAsZip(bytes: Buffer): boolean {
  const from = Math.max(0, bytes.length - zipEndBytes - 0xffff)
  for (let at = bytes.indexOf(zipEnd, from); at >= 0 && at + zipEndBytes <= bytes.length; at = bytes.indexOf(zipEnd, at + 1))
    if (at + zipEndBytes + bytes.readUInt16LE(at + 20) <= bytes.length) return true
  return false
}

const markup = /<(?:script|svg|html|!doctype|iframe|\?php)[\s>]/i

/**
 * Whether a reader of another kind would take it as well: what passes here as a photograph must be nothing else there. Telephones do put
 * further pictures and films behind a photograph; those are dropped when it is drawn anew.
 */
function isTwoThings(kind: FileKind, bytes: Buffer): boolean {
  if (endsAsZip(bytes)) return true
  if (kind === 'pdf') return markup.test(textAt(bytes, 0, 1_024))
  return textAt(bytes, 0, 1_024).includes('%PDF-') || markup.test(bytes.toString('latin1'))
}

function agrees(kind: FileKind, ending: string, type: string): boolean {
  const media = type.split(';', 1)[0]?.trim().toLowerCase() ?? ''
  return kinds[kind].endings.includes(ending.slice(1)) && kinds[kind].types.includes(media)
}

const everyKind = ['jpeg', 'png', 'webp', 'pdf'] as const satisfies readonly FileKind[]

/** Whether a file of this name and type may be a document at all. */
export const mayBeDocument = (ending: string, type: string): boolean => everyKind.some((kind) => agrees(kind, ending, type))

/** What a file is, when its content, its name and the type it was sent with all say the same, and it is nothing else besides. */
export function fileKind(bytes: Buffer, name: string, type: string): FileKind | undefined {
  const kind = kindByContent(bytes)
  if (kind === undefined) return undefined
  return agrees(kind, endingOf(name), type) && !isTwoThings(kind, bytes) ? kind : undefined
}

/** The only thing of a name that is kept: the rest may say who somebody is, or their number. */
export const endingOf = (name: string): string => /\.[a-z0-9]{1,5}$/i.exec(name)?.[0].toLowerCase() ?? ''
