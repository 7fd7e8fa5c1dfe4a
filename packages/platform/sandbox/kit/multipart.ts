/** One part of a multipart form. */
export interface Part {
  readonly name: string
  readonly fileName: string | undefined
  readonly type: string | undefined
  readonly bytes: Buffer
}

const parameter = (header: string, name: string): string | undefined => {
  const found = new RegExp(`[;\\s]${name}=(?:"([^"]*)"|([^;\\s]+))`, 'i').exec(header)
  return found?.[1] ?? found?.[2]
}

/** The parts of a form; undefined for what is none. */
export function readMultipart(contentType: string | undefined, body: Buffer): readonly Part[] | undefined {
  const boundary = /^multipart\/form-data/i.test(contentType ?? '') ? parameter(contentType ?? '', 'boundary') : undefined
  if (boundary === undefined) return undefined
  const mark = Buffer.from(`--${boundary}`)
  const parts: Part[] = []
  for (let at = body.indexOf(mark); at >= 0;) {
    const next = body.indexOf(mark, at + mark.length)
    if (next < 0) break
    const part = readPart(body.subarray(at + mark.length + 2, next - 2))
    if (part !== undefined) parts.push(part)
    at = next
  }
  return parts
}

function readPart(bytes: Buffer): Part | undefined {
  const end = bytes.indexOf('\r\n\r\n')
  if (end < 0) return undefined
  const headers = bytes.subarray(0, end).toString('utf8').split('\r\n')
  const disposition = headers.find((line) => /^content-disposition:/i.test(line)) ?? ''
  const name = parameter(disposition, 'name')
  if (name === undefined) return undefined
  const type = headers.find((line) => /^content-type:/i.test(line))?.slice('content-type:'.length)
  return { name, fileName: parameter(disposition, 'filename'), type: type?.trim().toLowerCase(), bytes: bytes.subarray(end + 4) }
}

/** What a picture is by its first bytes; undefined: none that a provider reads. */
export function pictureType(bytes: Buffer): string | undefined {
  const start = bytes.subarray(0, 8).toString('latin1')
  if (start.startsWith('\xff\xd8\xff')) return 'image/jpeg'
  if (start === '\x89PNG\r\n\x1a\n') return 'image/png'
  if (start.startsWith('II*\0') || start.startsWith('MM\0*')) return 'image/tiff'
  return start.startsWith('%PDF-') ? 'application/pdf' : undefined
}
