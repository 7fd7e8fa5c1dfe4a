/**
 * A map whose entries end at their time and whose size has an end. Memory stays bounded whoever chooses the keys: the entry that was
 * written longest ago makes room.
 */
export class ExpiringMap<V> {
  readonly #entries = new Map<string, { value: V; until: number }>()
  #latest: string | undefined
  readonly #max: number
  readonly #now: () => number

  constructor(max: number, now: () => number) {
    this.#max = max
    this.#now = now
  }

  set(key: string, value: V, ttlMs: number): void {
    const until = this.#now() + ttlMs
    const latest = key === this.#latest ? this.#entries.get(key) : undefined
    // What stands last already stays where it is: a Map that is always taken from and put into is made anew every few times.
    if (latest !== undefined) {
      latest.value = value
      latest.until = until
    } else {
      this.#entries.delete(key)
      this.#entries.set(key, { value, until })
      this.#latest = key
    }
    this.#prune()
  }

  get(key: string): V | undefined {
    const entry = this.#entries.get(key)
    if (entry === undefined) return undefined
    if (entry.until > this.#now()) return entry.value
    this.#entries.delete(key)
    return undefined
  }

  delete(key: string): void {
    this.#entries.delete(key)
  }

  get size(): number {
    return this.#entries.size
  }

  clear(): void {
    this.#entries.clear()
  }

  // Entries stand in the order of writing, which is nearly that of ending: two looked at for each one written keep up with all that end.
  #prune(): void {
    let looks = 2
    for (const [key, entry] of this.#entries) {
      if (this.#entries.size > this.#max || entry.until <= this.#now()) this.#entries.delete(key)
      else if (--looks === 0) return
    }
  }
}
