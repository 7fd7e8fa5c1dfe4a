import { dropKept, isKeptCache, keptHeader, personOfCache } from './names.ts'

export interface KeepingSettings {
  readonly storage: CacheStorage
  readonly now: () => number
  readonly maxAgeMs: number
  /** How many people's answers may rest here. */
  readonly people: number
}

/** Filters of a coin history make several answers of one route; more than these are nobody's last look. */
const mostAnswers = 24
const mostBytes = 262_144

/** Answers that were read before, each with its holder. What cannot be kept is not: reading goes on without. */
export class KeptReads {
  readonly #settings: KeepingSettings
  /** Who asked last, latest first. */
  #recent: string[] = []
  /** How often each holder was forgotten: an answer that was asked for before must not come back after. */
  readonly #forgotten = new Map<string, number>()
  #allForgotten = 0
  #turn: Promise<unknown> = Promise.resolve()

  constructor(settings: KeepingSettings) {
    this.#settings = settings
  }

  /** Of a holder now; while it stays the same, nothing has been forgotten. */
  mark(holder: string): string {
    return `${this.#allForgotten}/${this.#forgotten.get(holder) ?? 0}`
  }

  /** Somebody asks: of those who asked before them, as many stay as may. */
  async meet(holder: string): Promise<void> {
    if (this.#recent[0] === holder) return this.#inTurn(async () => {})
    const first = this.#recent.length === 0
    this.#recent = [holder, ...this.#recent.filter((one) => one !== holder)].slice(0, this.#settings.people)
    await this.#inTurn(async () => {
      if (first) await this.sweep()
      const { storage, people } = this.#settings
      const others = (await storage.keys()).filter((name) => personOfCache(name) && !this.#recent.includes(name)).reverse()
      // After a new start of the worker the caches alone tell who was here, the latest last.
      const stay = others.splice(0, people - this.#recent.length)
      this.#recent.push(...stay)
      for (const name of others) await this.forget(name)
    })
  }

  /** Keeps an answer, unless its holder has been forgotten since it was asked for, or somebody else has taken their place. */
  async keep(holder: string, url: string, response: Response, mark: string): Promise<void> {
    const { storage, now } = this.#settings
    const body = await response.arrayBuffer()
    if (body.byteLength > mostBytes) return
    const headers = { 'Content-Type': 'application/json', [keptHeader]: new Date(now()).toISOString() }
    await this.#inTurn(async () => {
      if (this.mark(holder) !== mark || (personOfCache(holder) && !this.#recent.includes(holder))) return
      const cache = await storage.open(holder)
      await cache.put(url, new Response(body, { headers }))
      const urls = await cache.keys()
      for (const old of urls.slice(0, Math.max(0, urls.length - mostAnswers))) await cache.delete(old)
      if (this.mark(holder) !== mark) await storage.delete(holder)
    })
  }

  /**
   * The kept answer with its age, for as long as it may be shown. When it came stands in the answer itself too, as `keptAt`: who reads it
   * sees no headers, and must not take it for news.
   */
  async find(holder: string, url: string): Promise<Response | undefined> {
    const { storage, now } = this.#settings
    // Not `open`: it would make a cache for somebody of whom nothing is kept.
    const kept = await storage.match(url, { cacheName: holder })
    const ageMs = kept && this.#ageMs(kept, now())
    if (!kept || ageMs === undefined) return undefined
    const keptAt = kept.headers.get(keptHeader)
    const answer: unknown = await kept.json()
    return Response.json(Object.assign(Object(answer), { keptAt }), {
      headers: {
        [keptHeader]: String(keptAt),
        Age: String(Math.floor(ageMs / 1_000)),
        'Cache-Control': 'no-store',
        'Access-Control-Expose-Headers': `Age, ${keptHeader}`,
      },
    })
  }

  async forget(holder: string, url?: string): Promise<void> {
    const { storage } = this.#settings
    this.#forgotten.set(holder, (this.#forgotten.get(holder) ?? 0) + 1)
    if (url === undefined) await storage.delete(holder)
    else if (await storage.has(holder)) await (await storage.open(holder)).delete(url)
  }

  async forgetAll(): Promise<void> {
    this.#allForgotten++
    this.#recent = []
    await dropKept(this.#settings.storage)
    // What was being written meanwhile has seen the mark, and has deleted it.
    await this.#inTurn(() => dropKept(this.#settings.storage))
  }

  /** Deletes what is too old. */
  async sweep(): Promise<void> {
    const { storage, now } = this.#settings
    for (const name of (await storage.keys()).filter(isKeptCache)) {
      const cache = await storage.open(name)
      let left = 0
      for (const url of await cache.keys()) {
        const kept = await cache.match(url)
        if (kept && this.#ageMs(kept, now()) !== undefined) left++
        else await cache.delete(url)
      }
      if (left === 0) await storage.delete(name)
    }
  }

  /** Undefined: it is too old, or from a time that is still to come by this clock, and so of no known age. */
  #ageMs(kept: Response, now: number): number | undefined {
    const age = now - Date.parse(kept.headers.get(keptHeader) ?? '')
    return age >= 0 && age < this.#settings.maxAgeMs ? age : undefined
  }

  /** One after the other, whatever becomes of those before. */
  #inTurn(work: () => Promise<void>): Promise<void> {
    const turn = this.#turn.then(work, work)
    this.#turn = turn.catch(() => undefined)
    return turn
  }
}
