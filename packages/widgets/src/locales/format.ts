type Values = Readonly<Record<string, string | number>>

/**
 * Puts values into a text: `{name}`. A text with a count, `{n}`, holds its singular and its plural apart by `|`.
 * Numbers are written as the language writes them.
 */
export function fill(text: string, values: Values = {}, language = 'en'): string {
  const { n } = values
  const [one = '', other = one] = text.split('|')
  const chosen = typeof n === 'number' && new Intl.PluralRules(language).select(n) !== 'one' ? other : one
  return chosen.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = values[name] ?? ''
    return typeof value === 'number' ? new Intl.NumberFormat(language).format(value) : value
  })
}
