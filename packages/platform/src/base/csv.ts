/** Pure: cells of a CSV file that nobody can make a spreadsheet calculate with. */

// A spreadsheet takes what begins with one of these for a formula; a quote before it makes it a text.
const formula = /^[=+\-@\t\r\n]/
const plain = /^[\w.:]*$/

/** A text. Line feeds become `\n`, so that each row is one line whatever a description holds. null and nothing look alike. */
export function cell(text: string | null): string {
  if (text === null) return ''
  const safe = formula.test(text) ? `'${text}` : text
  const line = safe
    .replaceAll('\r\n', '\\n')
    .replaceAll(/[\r\n\u2028\u2029]/g, '\\n')
    .replaceAll('\0', '')
  return plain.test(line) ? line : `"${line.replaceAll('"', '""')}"`
}

/** A whole number, as PostgreSQL gives it: a minus is no formula. */
export function numberCell(text: string): string {
  if (!/^-?\d+$/.test(text)) throw new Error('not a whole number')
  return text
}
