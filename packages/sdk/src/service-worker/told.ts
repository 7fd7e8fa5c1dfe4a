/** Pages that are open at once are few; a worker that lives long sees many come and go. */
const mostPages = 64

/** Which reads the platform itself has answered to which page: such a page is not shown an older answer any more. */
export class Told {
  readonly #pages = new Map<string, Set<string>>()

  note(page: string, read: string): void {
    const reads = this.#pages.get(page) ?? new Set()
    this.#pages.delete(page)
    this.#pages.set(page, reads.add(read))
    const [oldest] = this.#pages.keys()
    if (this.#pages.size > mostPages && oldest !== undefined) this.#pages.delete(oldest)
  }

  knows(page: string, read: string): boolean {
    return this.#pages.get(page)?.has(read) === true
  }
}
