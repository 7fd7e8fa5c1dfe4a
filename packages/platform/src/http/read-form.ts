import { hash } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { Busboy, type BusboyHeaders } from '@fastify/busboy'
import { fail, Problem } from '../base/problem.ts'
import { uploadPace } from './arrival.ts'
import { readBody } from './read-body.ts'
import type { Hold } from './upload-room.ts'

const largestFileBytes = 8 * 1_024 * 1_024

/** A file as it arrived. Its digest stands for it wherever a request is compared with another. */
export class ReceivedFile extends File {
  readonly digest: string
  constructor(bytes: Buffer<ArrayBuffer>, name: string, type: string) {
    super([bytes], name, { type })
    this.digest = hash('sha256', bytes, 'hex')
  }
}

const formType = /^multipart\/form-data\s*;/i

/**
 * The fields of a form with one file in it. It is counted while it arrives and kept in memory only: an upload that breaks off leaves nothing.
 */
export async function readForm(request: IncomingMessage, hold: Hold, kibibytes?: number): Promise<Record<string, unknown>> {
  const type = request.headers['content-type'] ?? ''
  if (!formType.test(type)) fail('unsupported_media_type', { detail: 'Send multipart/form-data.' })
  const raw = await readBody(request, { kibibytes, pace: uploadPace, keep: hold.take })
  return parseForm(raw, { ...request.headers, 'content-type': type })
}

const fieldBytes = 512

function parseForm(raw: Buffer, headers: BusboyHeaders): Promise<Record<string, unknown>> {
  return new Promise((resolve, reject) => {
    const fields = new Map<string, unknown>()
    const wrong = (detail: string) => reject(new Problem('invalid_request', { detail }))
    const put = (name: string, value: unknown) => (fields.has(name) ? wrong('The form has a field twice.') : fields.set(name, value))
    let form: ReturnType<typeof Busboy>
    try {
      const limits = {
        fileSize: largestFileBytes,
        files: 1,
        fields: 8,
        parts: 9,
        fieldSize: fieldBytes,
        fieldNameSize: 64,
        headerPairs: 16,
        headerSize: 4_096,
      }
      form = Busboy({ headers, limits, isPartAFile: (_, __, fileName) => fileName !== undefined })
    } catch {
      return wrong('The form has no boundary.')
    }
    form.on('file', (name, stream, fileName, _, mimeType) => {
      const chunks: Buffer<ArrayBuffer>[] = []
      stream.on('data', (chunk: Buffer<ArrayBuffer>) => chunks.push(chunk))
      stream.on('limit', () => reject(new Problem('payload_too_large')))
      stream.on('end', () => put(name, new ReceivedFile(Buffer.concat(chunks), fileName, mimeType)))
    })
    form.on('field', (name, value, nameTruncated, valueTruncated) => {
      if (nameTruncated || valueTruncated || value.includes('\u0000') || !value.isWellFormed()) wrong('A field of the form is not valid.')
      else put(name, value)
    })
    for (const limit of ['filesLimit', 'fieldsLimit', 'partsLimit'] as const)
      form.on(limit, () => wrong('The form has too many fields or files.'))
    form.on('error', () => wrong('The form cannot be read.'))
    form.on('finish', () => resolve(Object.fromEntries(fields)))
    form.end(raw)
  })
}
