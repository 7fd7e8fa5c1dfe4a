import type { IncomingMessage } from 'node:http'
import { fail } from '../base/problem.ts'

const maxBytes = 64 * 1024

/** The bytes of a request, at most 64 KiB. A body that says or turns out to be larger is refused without being kept. */
export async function readBody(request: IncomingMessage): Promise<Buffer> {
  const declared = Number(request.headers['content-length'] ?? 0)
  if (declared > maxBytes) fail('payload_too_large', { headers: { Connection: 'close' } })
  const encoding = request.headers['content-encoding']
  if (encoding !== undefined && encoding !== 'identity') fail('unsupported_media_type', { detail: 'Send the body without compression.' })
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > maxBytes) fail('payload_too_large', { headers: { Connection: 'close' } })
    chunks.push(chunk)
  }
  return chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks)
}

const jsonType = /^application\/json(?:\s*;\s*charset="?utf-8"?)?\s*$/i

/** The text of a JSON body; undefined when there is none. */
export function jsonText(request: IncomingMessage, raw: Buffer): string | undefined {
  if (raw.length === 0) return undefined
  if (!jsonType.test(request.headers['content-type'] ?? '')) fail('unsupported_media_type')
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: false }).decode(raw)
  } catch {
    return fail('invalid_request', { errors: [{ pointer: '', detail: 'is not UTF-8' }] })
  }
}
