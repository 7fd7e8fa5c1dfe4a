import type { IncomingMessage } from 'node:http'
import { fail, Problem } from '../base/problem.ts'

const usualKibibytes = 64

/** The bytes of a request, at most 64 KiB where the route does not take more. A body that says or turns out to be larger is refused without being kept. */
export async function readBody(request: IncomingMessage, kibibytes = usualKibibytes): Promise<Buffer> {
  const maxBytes = kibibytes * 1024
  const declared = Number(request.headers['content-length'] ?? 0)
  if (declared > maxBytes) fail('payload_too_large', { headers: { Connection: 'close' } })
  const encoding = request.headers['content-encoding']
  if (encoding !== undefined && encoding !== 'identity') fail('unsupported_media_type', { detail: 'Send the body without compression.' })
  return collect(request, maxBytes)
}

/** Listens instead of iterating: leaving a loop early would tear down the socket that the refusal has to go out on. */
function collect(request: IncomingMessage, maxBytes: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let size = 0
    const done = () => {
      request.off('data', take).off('end', finish).off('error', gone).off('close', gone)
    }
    const take = (chunk: Buffer) => {
      size += chunk.length
      if (size <= maxBytes) return void chunks.push(chunk)
      done()
      request.resume() // what still comes is dropped until the answer has closed the connection
      reject(new Problem('payload_too_large', { headers: { Connection: 'close' } }))
    }
    const finish = () => {
      done()
      resolve(Buffer.concat(chunks))
    }
    // Whoever hung up in mid-sentence gets no answer; this one is for the log.
    const gone = () => {
      done()
      reject(new Problem('request_timeout', { headers: { Connection: 'close' } }))
    }
    // It may have gone while the credential was looked at: then nothing more is heard of it.
    if (request.destroyed) return gone()
    request.on('data', take).on('end', finish).on('error', gone).on('close', gone)
  })
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: false })
const jsonType = /^application\/json(?:\s*;\s*charset="?utf-8"?)?\s*$/i

/** The text of a JSON body; undefined when there is none. */
export function jsonText(request: IncomingMessage, raw: Buffer): string | undefined {
  if (raw.length === 0) return undefined
  if (!jsonType.test(request.headers['content-type'] ?? '')) fail('unsupported_media_type')
  try {
    return utf8.decode(raw)
  } catch {
    return fail('invalid_request', { errors: [{ pointer: '', detail: 'is not UTF-8' }] })
  }
}
