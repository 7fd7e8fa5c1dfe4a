const escapes: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&apos;' }

const escaped = (text: string): string =>
  text.replace(/[&<>"']/g, (char) => escapes[char] ?? char).replace(/[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu, '\uFFFD')

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value)

function inside(value: unknown): string {
  if (Array.isArray(value)) return value.map((one) => inside(one)).join('')
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return escaped(String(value))
  if (!isObject(value)) return ''
  return Object.entries(value)
    .map(([name, one]) => `<${name}>${inside(one)}</${name}>`)
    .join('')
}

/** The same names and values as the JSON form, below the root element that v1 has from its model. */
export function xmlDocument(body: Record<string, unknown>): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n<TwilioResponse>${inside(body)}</TwilioResponse>`
}
