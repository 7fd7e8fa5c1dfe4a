import type { IncomingMessage } from 'node:http'
import { fail, Problem } from '../base/problem.ts'
import { hearBody, usualPace, type Pace } from './arrival.ts'

const usualKibibytes = 64

export interface BodyLimits {
  readonly kibibytes?: number | undefined
  readonly pace?: Pace
  /** Asked for each chunk before it is kept; what it throws refuses the body. */
  readonly keep?: (bytes: number) => void
}

/** The bytes of a request, at most 64 KiB where the route does not take more. A body that says or turns out to be larger is refused without being kept. */
export async function readBody(request: IncomingMessage, limits: BodyLimits = {}): Promise<Buffer> {
  const { kibibytes = usualKibibytes, keep } = limits
  const maxBytes = kibibytes * 1024
  const declared = Number(request.headers['content-length'] ?? 0)
  if (declared > maxBytes) fail('payload_too_large', { headers: { Connection: 'close' } })
  refuseCompressed(request)
  // A short body has come with its headers, and need not be waited for.
  if (declared === 0 || request.readableLength !== declared || request.destroyed) return hear(request, maxBytes, limits)
  const bytes = request.read() as Buffer
  request.resume() // to its end, of which nothing has been heard yet
  keep?.(bytes.length)
  return bytes
}

function hear(request: IncomingMessage, maxBytes: number, { pace = usualPace, keep }: BodyLimits): Promise<Buffer> {
  const chunks: Buffer[] = []
  let size = 0
  return new Promise((resolve, reject) => {
    const refuse = (error: unknown) => {
      heard.stop()
      request.resume() // what still comes is dropped until the answer has closed the connection
      reject(error instanceof Error ? error : new Error('the body was refused', { cause: error }))
    }
    const heard = hearBody(request, pace, {
      bytes(chunk) {
        size += chunk.length
        if (size > maxBytes) return refuse(new Problem('payload_too_large', { headers: { Connection: 'close' } }))
        try {
          keep?.(chunk.length)
        } catch (error) {
          return refuse(error)
        }
        chunks.push(chunk)
      },
      end: () => resolve(Buffer.concat(chunks)),
      cutOff: reject,
    })
  })
}

export function refuseCompressed({ headers }: IncomingMessage): void {
  const encoding = headers['content-encoding']
  if (encoding !== undefined && encoding !== 'identity') fail('unsupported_media_type', { detail: 'Send the body without compression.' })
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
