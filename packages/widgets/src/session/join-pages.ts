/** Puts a fresh first page before the rows already paged in, as long as the two meet; else only the fresh page is sure. */
export function joinPages<Row extends { readonly id: string }>(fresh: readonly Row[], known: readonly Row[]): Row[] | undefined {
  const last = fresh.at(-1)
  const at = last ? known.findIndex(({ id }) => id === last.id) : -1
  return at < 0 ? undefined : [...fresh, ...known.slice(at + 1)]
}
