/**
 * JSON as we take it from outside (RFC 8259 with I-JSON's strictness, RFC 7493): no duplicate keys, no keys that reach an object's
 * prototype, no NUL or lone surrogates, bounded nesting, arrays and strings. JSON.parse does the values; this walks the text beside it.
 */
export class JsonRefused extends Error {
  readonly pointer: string
  constructor(pointer: string, message: string) {
    super(message)
    this.name = 'JsonRefused'
    this.pointer = pointer
  }
}

const maxDepth = 16
const maxItems = 1_000
const usualText = 4_096
const reserved = new Set(['__proto__', 'constructor', 'prototype'])

const escapePointer = (key: string) => key.replaceAll('~', '~0').replaceAll('/', '~1')

interface Level {
  readonly keys: Set<string> | undefined
  readonly pointer: string
  items: number
  current: string
}

export function parseStrictJson(source: string, longestText = usualText): unknown {
  let value: unknown
  try {
    value = JSON.parse(source)
  } catch {
    throw new JsonRefused('', 'is not valid JSON')
  }
  checkText(source, longestText)
  return value
}

/** The text is known to be valid JSON here, so only strings and brackets need a look. */
function checkText(source: string, longestText: number): void {
  const levels: Level[] = []
  for (let at = 0; at < source.length; at++) {
    const char = source.charAt(at)
    if (char === '"') {
      const end = endOfString(source, at)
      const inside = source.slice(at + 1, end)
      const text = inside.includes('\\') ? (JSON.parse(`"${inside}"`) as string) : inside
      at = end
      checkString(text, levels.at(-1), isKey(source, end), longestText)
    } else if (char === '{' || char === '[') {
      if (levels.length === maxDepth) throw new JsonRefused(pointerOf(levels), `is nested deeper than ${maxDepth}`)
      levels.push({ keys: char === '{' ? new Set() : undefined, pointer: pointerOf(levels), items: 0, current: '0' })
    } else if (char === '}' || char === ']') levels.pop()
    else if (char === ',') countItem(levels.at(-1))
    else if (char === '-' || (char >= '0' && char <= '9')) {
      const text = numberText(source, at)
      checkNumber(text, levels)
      at += text.length - 1
    }
  }
}

const numberPattern = /-?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y

function numberText(source: string, at: number): string {
  numberPattern.lastIndex = at
  return numberPattern.exec(source)?.[0] ?? ''
}

const wholeNumber = /^-?[0-9]+$/

/** A number that a double cannot hold would be rounded without a word, and 0.99999999999999999 coins would become one. */
function checkNumber(text: string, levels: readonly Level[]): void {
  const value = Number(text)
  if (text.length <= 15 && wholeNumber.test(text)) return
  const digits = text
    .replace(/[eE].*$/, '')
    .replace(/[^0-9]/g, '')
    .replace(/^0+/, '')
  const exact = wholeNumber.test(text)
    ? Number.isSafeInteger(value)
    : digits.length <= 15 && Number.isFinite(value) && (value !== 0 || digits === '')
  if (!exact) throw new JsonRefused(pointerOf(levels), 'is a number that cannot be held exactly')
}

function countItem(level: Level | undefined): void {
  if (level === undefined || level.keys !== undefined) return
  level.items++
  level.current = String(level.items)
  if (level.items >= maxItems) throw new JsonRefused(level.pointer, `holds more than ${maxItems} items`)
}

function checkString(text: string, level: Level | undefined, key: boolean, longest: number): void {
  const before = level?.current ?? ''
  const refuse = (message: string): never => {
    throw new JsonRefused(level === undefined ? '' : `${level.pointer}/${escapePointer(before)}`, message)
  }
  if (key && level?.keys !== undefined) {
    const here = () => `${level.pointer}/${escapePointer(text.slice(0, 64))}`
    if (reserved.has(text)) throw new JsonRefused(here(), 'is not a field name that can be used')
    if (level.keys.has(text)) throw new JsonRefused(here(), 'is given twice')
    level.keys.add(text)
    level.current = text
    if (level.keys.size > maxItems) throw new JsonRefused(level.pointer, `holds more than ${maxItems} fields`)
  }
  if (text.length > longest) refuse(`is longer than ${longest} characters`)
  if (text.includes('\u0000') || !text.isWellFormed()) refuse('holds a character that is not allowed')
}

function pointerOf(levels: readonly Level[]): string {
  const level = levels.at(-1)
  return level === undefined ? '' : `${level.pointer}/${escapePointer(level.current)}`
}

function endOfString(source: string, start: number): number {
  let at = start + 1
  while (source[at] !== '"') at += source[at] === '\\' ? 2 : 1
  return at
}

function isKey(source: string, end: number): boolean {
  let at = end + 1
  while (source[at] === ' ' || source[at] === '\n' || source[at] === '\r' || source[at] === '\t') at++
  return source[at] === ':'
}

const byName = ([a]: [string, unknown], [b]: [string, unknown]): number => (a < b ? -1 : 1)

/** The same value always gives the same text: keys sorted, no spaces. For fingerprints. */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`
  if (value !== null && typeof value === 'object') {
    let fields = ''
    for (const [key, field] of Object.entries(value).sort(byName))
      if (field !== undefined) fields += `${fields === '' ? '' : ','}${JSON.stringify(key)}:${canonicalJson(field)}`
    return `{${fields}}`
  }
  // A request without a body has none to write.
  return value === undefined ? 'null' : JSON.stringify(value)
}
