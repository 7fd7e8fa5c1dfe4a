/** What the worker and the page call things by: both look into the same Cache Storage. */

/** Answers that one holder may see again: a cache of its own each, so that to forget somebody is to delete one cache. */
const keptPrefix = 'ihc-kept:'

/** When a kept answer came. No answer of the platform has it. */
export const keptHeader = 'Connect-Kept-At'
/** Asks the worker to forget all people, and to say when that is done. */
export const forgetMessage = 'ihc-forget'

/** Whose answers they are. */
export interface Person {
  readonly app: string
  readonly mode: string
  readonly sub: string
}

/** The cache of one person. Each part is escaped: no id can be read as another one's. */
export const cacheOfPerson = ({ app, mode, sub }: Person): string =>
  `${keptPrefix}person:${[app, mode, sub].map(encodeURIComponent).join('/')}`

/** The cache of what anybody may read with a publishable key. */
export const cacheOfKey = (key: string): string => `${keptPrefix}app:${key}`

export const isKeptCache = (name: string): boolean => name.startsWith(keptPrefix)

/** The person whose cache it is; undefined for every other cache. */
export function personOfCache(name: string): Person | undefined {
  const prefix = `${keptPrefix}person:`
  if (!name.startsWith(prefix)) return undefined
  const [app = '', mode = '', sub = ''] = name.slice(prefix.length).split('/').map(decodeURIComponent)
  return { app, mode, sub }
}

/** Deletes everything that is kept of anybody. */
export async function dropKept(storage: CacheStorage): Promise<void> {
  const names = await storage.keys()
  await Promise.all(names.filter(isKeptCache).map((name) => storage.delete(name)))
}
