import { standInFor } from './holder.ts'
import { dropKept, forgetMessage, personOfCache } from './names.ts'
import { baseOf, readAt } from './reads.ts'

/** Browsers have neither on pages without TLS, and no browser outside of one. */
const storageHere = (): CacheStorage | undefined => (typeof caches === 'undefined' ? undefined : caches)
const workersHere = (): ServiceWorkerContainer | undefined => (typeof navigator === 'undefined' ? undefined : navigator.serviceWorker)

const after = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms))

/** What is asked of a worker that hangs is not waited for. */
const workerLimitMs = 3_000

function tell(worker: ServiceWorker): Promise<void> {
  const { port1, port2 } = new MessageChannel()
  const told = new Promise<void>((resolve) => (port1.onmessage = () => resolve()))
  worker.postMessage({ type: forgetMessage }, [port2])
  return Promise.race([told, after(workerLimitMs)])
}

/** Forgets everything that was kept of anybody on this device. Call it when somebody signs out, before another one can sign in. */
export async function forgetConnect(): Promise<void> {
  const storage = storageHere()
  if (!storage) return
  const workers = workersHere()
  const worker = workers?.controller ?? (await workers?.getRegistration())?.active
  // The worker stops what is on its way; the page deletes by itself where no worker answers.
  if (worker) await tell(worker)
  await dropKept(storage)
}

/**
 * When an answer came that the worker has kept, and gave because the network failed or was too slow; undefined: the platform has just
 * answered. Show an old one as such.
 */
export const keptAt = (answer: object): string | undefined =>
  'keptAt' in answer && typeof answer.keptAt === 'string' ? answer.keptAt : undefined

const isLost = (error: unknown): boolean =>
  !navigator.onLine || error instanceof TypeError || (error instanceof DOMException && /^(Timeout|Abort)Error$/.test(error.name))

/** Whom the page means, and how it asks for their token. */
export interface OfflineToken {
  /** Your own id of the user who is signed in here: nobody else's last state is shown. */
  readonly userId: string
  readonly publishableKey: string
  /** Asks your backend, with a time limit (`AbortSignal.timeout`). It throws what `fetch` throws where there is no network. */
  readonly getToken: () => Promise<string>
}

async function standIn({ userId, publishableKey }: OfflineToken): Promise<string | undefined> {
  const mode = publishableKey.split('_')[1]
  const names = (await storageHere()?.keys()) ?? []
  const people = names.map(personOfCache).filter((one) => one?.sub === userId && one.mode === mode)
  // Of two apps with such a user it cannot be said which one is meant.
  return people.length === 1 && people[0] ? standInFor(people[0], Date.now()) : undefined
}

/**
 * `getToken` for pages that are opened without a network: your backend cannot be asked then, and without a token the worker does not know
 * whose last state to show. Where your backend refuses, nothing is shown.
 */
export const tokenWhileOffline = (settings: OfflineToken) => async (): Promise<string> => {
  try {
    return await settings.getToken()
  } catch (error) {
    // Without a worker it would go out.
    const token = isLost(error) && workersHere()?.controller ? await standIn(settings).catch(() => undefined) : undefined
    if (token === undefined) throw error
    return token
  }
}

/** What the page loads from, and how it asks for what it has read. */
export interface ConnectWorkerStart {
  /** Your worker's file, which calls `handleConnect`. */
  readonly script: string
  readonly options?: RegistrationOptions
  readonly baseUrl: string
  readonly publishableKey: string
  readonly getToken: () => Promise<string>
  /** As in `handleConnect`. */
  readonly widgets?: string
}

/** Long enough for a worker to be installed, and for what is on its way; a page that it never takes over (a forced reload) goes on without. */
const startLimitMs = 30_000

/**
 * Registers the worker. Where the page was opened without one, what it has loaded and read until then is asked for once more, so that a
 * first visit is kept too. True: the worker serves this page.
 */
export async function startConnectWorker(start: ConnectWorkerStart): Promise<boolean> {
  const workers = workersHere()
  if (!workers) return false
  const isNew = !workers.controller
  const taken = new Promise<void>((resolve) => workers.addEventListener('controllerchange', () => resolve(), { once: true }))
  await workers.register(start.script, start.options)
  if (!isNew) return true
  if (!workers.controller) await Promise.race([taken, after(startLimitMs)])
  if (!workers.controller) return false
  askAgain(start, performance.now())
  return true
}

/** Asks through the worker for what was asked for before it took over; what is still on its way shows up when it has come. */
function askAgain({ baseUrl, widgets, publishableKey, getToken }: ConnectWorkerStart, takenAt: number): void {
  const base = baseOf(new URL(baseUrl, location.href).href)
  const folder = widgets === undefined ? undefined : `${baseOf(new URL(widgets, location.href).href)}/`
  const asked = new Set<string>()
  let token: Promise<string> | undefined
  const ask = async (url: string) => {
    const read = readAt(base, url)
    const isScript = folder !== undefined && url.startsWith(folder) && url.endsWith('.js')
    if ((!read && !isScript) || asked.has(url)) return
    asked.add(url)
    const credential = read && (read.isApp ? publishableKey : await (token ??= getToken()))
    await fetch(url, credential ? { headers: { authorization: `Bearer ${credential}` } } : {})
  }
  const observer = new PerformanceObserver((list) => {
    // One that fails is kept at the next visit.
    for (const { name, startTime } of list.getEntries()) if (startTime < takenAt) ask(name).catch(() => undefined)
  })
  observer.observe({ type: 'resource', buffered: true })
  setTimeout(() => observer.disconnect(), startLimitMs)
}
