import type { LastingEvent } from './worker-types.ts'

export interface CodeParts {
  readonly storage: CacheStorage
  readonly fetch: (request: Request) => Promise<Response>
  /** The folder of the scripts, ending in a slash. */
  readonly folder: string
  readonly slowMs: number
}

const prefix = 'ihc-code:'
const nameOf = (build: number): string => `${prefix}${build}`
/** Two builds of the widgets have fewer; a server that makes up names cannot fill the device. */
const mostFiles = 200

const after = (ms: number) => new Promise<undefined>((resolve) => setTimeout(resolve, ms, undefined))
const isScript = ({ status, type }: Response): boolean => status === 200 && type !== 'opaque'

/**
 * The widgets' scripts. A chunk is named by its content: what is kept of it is right for good. A script that a page names itself
 * (`ihc.js`) is asked for first, with a short patience, and the kept one only steps in: shown at once and renewed behind the page, it would
 * lead the first visit after each release to chunks that the server does not have any more.
 *
 * What belongs to one build of the widgets is in a cache of its own. When one of the scripts comes with another content, a new cache begins;
 * what is still used moves over, and the one before the last is deleted.
 */
export class WidgetCode {
  readonly #parts: CodeParts
  #turn: Promise<unknown> = Promise.resolve()

  constructor(parts: CodeParts) {
    this.#parts = parts
  }

  /** Undefined: not one of the widgets' scripts. */
  answer(event: LastingEvent, request: Request): Promise<Response> | undefined {
    const { pathname, origin } = new URL(request.url)
    if (!(origin + pathname).startsWith(this.#parts.folder) || !pathname.endsWith('.js') || request.headers.has('range')) return undefined
    return pathname.includes('/chunks/') ? this.#chunk(event, request) : this.#script(event, request)
  }

  /** Deletes all but the last two builds. */
  async sweep(): Promise<void> {
    const { storage } = this.#parts
    const builds = await this.#builds()
    await Promise.all(builds.slice(2).map((build) => storage.delete(nameOf(build))))
  }

  async #chunk(event: LastingEvent, request: Request): Promise<Response> {
    const kept = await this.#find(request.url).catch(() => undefined)
    const response = kept ?? (await this.#parts.fetch(request))
    if (isScript(response)) this.#keep(event, request.url, response.clone(), false)
    return response
  }

  async #script(event: LastingEvent, request: Request): Promise<Response> {
    const { fetch, slowMs } = this.#parts
    const network = fetch(request).then((response) => {
      if (isScript(response)) this.#keep(event, request.url, response.clone(), true)
      return response
    })
    event.waitUntil(network.catch(() => undefined))
    const answer = network.catch(async (error: unknown) => {
      const kept = await this.#find(request.url)
      if (kept) return kept
      throw error
    })
    const slow = after(slowMs).then(async () => (await this.#find(request.url).catch(() => undefined)) ?? answer)
    return Promise.race([answer, slow])
  }

  /** Newest first. */
  async #builds(): Promise<number[]> {
    const names = (await this.#parts.storage.keys()).filter((name) => name.startsWith(prefix))
    return names.map((name) => Number(name.slice(prefix.length))).sort((one, other) => other - one)
  }

  async #find(url: string): Promise<Response | undefined> {
    for (const build of await this.#builds()) {
      // A page's own script asks with other headers than a module does: one file all the same.
      const kept = await this.#parts.storage.match(url, { cacheName: nameOf(build), ignoreVary: true })
      if (kept) return kept
    }
    return undefined
  }

  /** Beside the answer, one after the other: two scripts of one release begin one new build. */
  #keep(event: LastingEvent, url: string, response: Response, isScript: boolean): void {
    const work = () => this.#put(url, response, isScript).catch(() => undefined)
    this.#turn = this.#turn.then(work)
    event.waitUntil(this.#turn)
  }

  async #put(url: string, response: Response, isScript: boolean): Promise<void> {
    const { storage } = this.#parts
    const [build = 1] = await this.#builds()
    const cache = await storage.open(nameOf(build))
    const kept = await cache.match(url, { ignoreVary: true })
    if (!kept) {
      if ((await cache.keys()).length < mostFiles) await cache.put(url, response)
      return
    }
    if (!isScript || (await kept.text()) === (await response.clone().text())) return
    await (await storage.open(nameOf(build + 1))).put(url, response)
    await this.sweep()
  }
}
