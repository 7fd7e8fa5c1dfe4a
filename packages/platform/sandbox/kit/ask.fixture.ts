/** What a server answered. */
export interface Answered {
  readonly status: number
  readonly json: unknown
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

/** Asks as anybody's client would: a form as it is, anything else as JSON; with no body, by GET. */
export async function ask(url: string, body?: unknown, headers: Readonly<Record<string, string>> = {}): Promise<Answered> {
  const isForm = body instanceof FormData
  const response = await fetch(url, {
    method: body === undefined ? 'GET' : 'POST',
    headers: { ...(isForm || body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
    ...(body === undefined ? {} : { body: isForm || typeof body === 'string' ? body : JSON.stringify(body) }),
  })
  return { status: response.status, json: parsed(await response.text()) }
}

/** A picture by its first bytes, as large as wanted. */
export const pictureOf = (bytes = 64): Blob =>
  new Blob([new Uint8Array([0xff, 0xd8, 0xff, 0xe0]), new Uint8Array(bytes)], { type: 'image/jpeg' })

export function formOf(fields: Readonly<Record<string, string>>, file: Blob, fileName: string): FormData {
  const form = new FormData()
  for (const [name, value] of Object.entries(fields)) form.set(name, value)
  form.set('file', file, fileName)
  return form
}
