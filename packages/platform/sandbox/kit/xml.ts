/** An element of a parsed document: plain data, so that a half-run document can be stored. */
export interface XmlElement {
  readonly name: string
  readonly attributes: Readonly<Record<string, string>>
  readonly children: readonly XmlElement[]
  /** The element's own text, entities resolved, without that of its children. */
  readonly text: string
}

/** Why a document was refused, with the offset of the offence. */
export class XmlError extends Error {
  readonly offset: number
  constructor(message: string, offset: number) {
    super(`${message} at offset ${offset}`)
    this.name = 'XmlError'
    this.offset = offset
  }
}

const MAX_DEPTH = 32
const MAX_ELEMENTS = 2_000
const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }
const NAME = /[A-Za-z_][\w.:-]*/y
const SPACE = /[ \t\r\n]*/y
const ENTITY = /&(?:#x([0-9a-fA-F]{1,6})|#(\d{1,7})|([a-z]{2,4}));/g

const isXmlChar = (code: number): boolean =>
  code === 9 ||
  code === 10 ||
  code === 13 ||
  (code >= 32 && code < 0xd800) ||
  (code > 0xdfff && code < 0xfffe) ||
  (code > 0xffff && code <= 0x10ffff)

function resolveEntities(raw: string, offset: number): string {
  for (const char of raw) {
    if (!isXmlChar(char.codePointAt(0) ?? 0)) throw new XmlError('character not allowed', offset)
  }
  let known = 0
  const text = raw.replace(ENTITY, (whole, hex?: string, decimal?: string, name?: string) => {
    known += 1
    if (name !== undefined) return ENTITIES[name] ?? bad(`unknown entity ${whole}`, offset)
    const code = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16)
    return isXmlChar(code) ? String.fromCodePoint(code) : bad('character reference not allowed', offset)
  })
  // Each ampersand of the source must have been the start of a reference.
  if (raw.split('&').length - 1 !== known) throw new XmlError('stray ampersand', offset)
  return text
}

function bad(message: string, offset: number): never {
  throw new XmlError(message, offset)
}

interface Open {
  readonly name: string
  readonly attributes: Record<string, string>
  readonly children: XmlElement[]
  text: string
}

class Reader {
  readonly source: string
  position = 0
  elements = 0
  constructor(source: string) {
    this.source = source
  }

  starts(text: string): boolean {
    return this.source.startsWith(text, this.position)
  }

  match(pattern: RegExp): string {
    pattern.lastIndex = this.position
    const found = pattern.exec(this.source)?.[0] ?? ''
    this.position += found.length
    return found
  }

  until(end: string, what: string): string {
    const at = this.source.indexOf(end, this.position)
    if (at < 0) bad(`unfinished ${what}`, this.position)
    const text = this.source.slice(this.position, at)
    this.position = at + end.length
    return text
  }

  name(): string {
    return this.match(NAME) || bad('name expected', this.position)
  }

  /** Skips a comment or processing instruction; true if there was one. */
  skipAside(): boolean {
    if (this.starts('<!--')) {
      this.position += 4
      if (this.until('-->', 'comment').includes('--')) bad('double hyphen in a comment', this.position)
      return true
    }
    if (this.starts('<?')) {
      this.until('?>', 'processing instruction')
      return true
    }
    return false
  }

  skipMisc(): void {
    do this.match(SPACE)
    while (this.skipAside())
  }

  /** Reads `<name a="b">` or `<name/>`, the position being behind `<`. */
  openTag(): { open: Open; closed: boolean } {
    if ((this.elements += 1) > MAX_ELEMENTS) bad('too many elements', this.position)
    const open: Open = { name: this.name(), attributes: {}, children: [], text: '' }
    for (;;) {
      const space = this.match(SPACE)
      if (this.starts('/>')) {
        this.position += 2
        return { open, closed: true }
      }
      if (this.starts('>')) {
        this.position += 1
        return { open, closed: false }
      }
      if (space === '') bad('space expected', this.position)
      this.attribute(open)
    }
  }

  attribute(open: Open): void {
    const name = this.name()
    if (Object.hasOwn(open.attributes, name)) bad(`attribute ${name} given twice`, this.position)
    this.match(SPACE)
    if (!this.starts('=')) bad('= expected', this.position)
    this.position += 1
    this.match(SPACE)
    const quote = this.source[this.position]
    if (quote !== '"' && quote !== "'") return bad('quoted value expected', this.position)
    this.position += 1
    const offset = this.position
    const raw = this.until(quote, 'attribute value')
    if (raw.includes('<')) bad('< in an attribute', offset)
    // Plain assignment would let an attribute called __proto__ set the prototype.
    Object.defineProperty(open.attributes, name, {
      value: resolveEntities(raw, offset),
      enumerable: true,
      configurable: true,
      writable: true,
    })
  }

  text(open: Open): void {
    const offset = this.position
    const at = this.source.indexOf('<', offset)
    if (at < 0) bad(`element ${open.name} is not closed`, offset)
    this.position = at
    const raw = this.source.slice(offset, at)
    if (raw.includes(']]>')) bad(']]> in text', offset)
    open.text += resolveEntities(raw, offset)
  }
}

const frozen = ({ name, attributes, children, text }: Open): XmlElement => ({ name, attributes: { ...attributes }, children, text })

/**
 * Parses a whole document into its root element: elements, attributes, text, the five entities, character references,
 * comments, CDATA and processing instructions. A DOCTYPE is refused, so there is nothing to expand and nothing to fetch.
 */
export function parseXml(source: string): XmlElement {
  const reader = new Reader(source.startsWith('\uFEFF') ? source.slice(1) : source)
  reader.skipMisc()
  if (!reader.starts('<')) bad('element expected', reader.position)
  reader.position += 1
  if (reader.starts('!')) bad('document types are not allowed', reader.position)
  const first = reader.openTag()
  const stack = first.closed ? [] : [first.open]
  while (stack.length > 0) readContent(reader, stack)
  reader.skipMisc()
  if (reader.position < reader.source.length) bad('content after the root element', reader.position)
  return frozen(first.open)
}

function readContent(reader: Reader, stack: Open[]): void {
  const open = stack.at(-1)
  if (!open) return
  if (!reader.starts('<')) return reader.text(open)
  if (reader.skipAside()) return
  if (reader.starts('<![CDATA[')) {
    reader.position += 9
    open.text += reader.until(']]>', 'CDATA section')
    return
  }
  if (reader.starts('</')) return closeElement(reader, stack, open)
  reader.position += 1
  const child = reader.openTag()
  if (stack.length >= MAX_DEPTH) bad('too deeply nested', reader.position)
  if (child.closed) open.children.push(frozen(child.open))
  else stack.push(child.open)
}

function closeElement(reader: Reader, stack: Open[], open: Open): void {
  reader.position += 2
  const name = reader.name()
  if (name !== open.name) bad(`</${name}> closes <${open.name}>`, reader.position)
  reader.match(SPACE)
  if (!reader.starts('>')) bad('> expected', reader.position)
  reader.position += 1
  stack.pop()
  stack.at(-1)?.children.push(frozen(open))
}
