type Values = Readonly<Record<string, string | number>>

/** Letters that run from right to left. */
const rightToLeft = /[\u0590-\u08ff]/

/**
 * Puts values into a text: `{name}`. A text with a count, `{n}`, holds its singular and its plural apart by `|`.
 * Numbers are written as the language writes them. What runs the other way than the text keeps its own order, and leaves that around it alone.
 */
export function fill(text: string, values: Values = {}, language = 'en'): string {
  const { n } = values
  const [one = '', other = one] = text.split('|')
  const chosen = typeof n === 'number' && new Intl.PluralRules(language).select(n) !== 'one' ? other : one
  return chosen.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = values[name] ?? ''
    if (typeof value === 'number') return new Intl.NumberFormat(language).format(value)
    return rightToLeft.test(text) === rightToLeft.test(value) ? value : `\u2068${value}\u2069`
  })
}
