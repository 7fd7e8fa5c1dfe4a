import { fail } from '../../../base/problem.ts'
import type { Delivery } from '../port.ts'

/** The named values of a message, however it was sent. A value of JSON keeps its kind; everything else is text. */
export type Fields = ReadonlyMap<string, unknown>

const mostFields = 200

/** A message with hundreds of fields, or with two of one name, is none that Exotel sends. */
function gathered(pairs: Iterable<readonly [string, unknown]>): Fields {
  const fields = new Map<string, unknown>()
  for (const [name, value] of pairs) {
    if (fields.has(name) || fields.size >= mostFields) return fail('invalid_request')
    fields.set(name, value)
  }
  return fields
}

function fromJson(raw: Buffer): Fields {
  let read: unknown
  try {
    read = JSON.parse(raw.toString('utf8'))
  } catch (cause) {
    return fail('invalid_request', {}, { cause })
  }
  if (typeof read !== 'object' || read === null || Array.isArray(read)) return fail('invalid_request')
  return gathered(Object.entries(read))
}

async function fromParts(raw: Buffer, contentType: string): Promise<Fields> {
  const form = await new Response(new Uint8Array(raw), { headers: { 'content-type': contentType } })
    .formData()
    .catch((cause: unknown) => fail('invalid_request', {}, { cause }))
  return gathered([...form].map(([name, value]) => [name, typeof value === 'string' ? value : fail('invalid_request')] as const))
}

/** Reads what was sent in the body, or in the query where the applets send it. Throws `invalid_request` where it cannot be read. */
export async function readFields({ url, method, headers, raw }: Pick<Delivery, 'url' | 'method' | 'headers' | 'raw'>): Promise<Fields> {
  if (method === 'GET') return gathered(new URL(url).searchParams)
  const contentType = headers['content-type'] ?? ''
  const [type = ''] = contentType.toLowerCase().split(';')
  if (type.trim() === 'application/json') return fromJson(raw)
  if (type.trim() === 'multipart/form-data') return fromParts(raw, contentType)
  return gathered(new URLSearchParams(`&${raw.toString('utf8')}`))
}
