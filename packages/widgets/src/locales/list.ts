/** Parts one after the other, as the language writes a list: `30 bonus, 100 bought`. */
export const listText = (parts: readonly string[], language: string): string =>
  new Intl.ListFormat(language, { type: 'unit', style: 'short' }).format(parts)
