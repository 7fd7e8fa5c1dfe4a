/** Pure: evidence is kept for long and read by many; nobody's phone number is in it. */

// A text that is nothing but a number as people or providers write it; ids have letters, times have signs that no number has.
const looksLikePhone = /^[+(]{0,2}[0-9][0-9 ().-]{6,18}[0-9]$/
const inside = /\+[0-9][0-9 ()-]{6,18}[0-9]|(?<![0-9a-z_-])0?[0-9]{10,15}(?![0-9a-z_-])/gi

const mask = '[phone number]'

/** The same with each text that is a phone number, or has one in it, made unreadable. */
export function withoutPhones<T>(value: T): T
export function withoutPhones(value: unknown): unknown {
  if (typeof value === 'string') return looksLikePhone.test(value) && !isDate(value) ? mask : value.replaceAll(inside, mask)
  if (Array.isArray(value)) return value.map((item: unknown) => withoutPhones(item))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, item]: [string, unknown]) => [name, withoutPhones(item)]))
}

const isDate = (text: string): boolean => /^[0-9]{4}-[0-9]{2}-[0-9]{2}$/.test(text)
