import type { Holder } from './holder.ts'
import type { KeptReads } from './kept-reads.ts'
import type { Read } from './reads.ts'
import type { Told } from './told.ts'
import type { FetchLikeEvent } from './worker-types.ts'

export interface ReadParts {
  readonly kept: KeptReads
  readonly told: Told
  readonly fetch: (request: Request) => Promise<Response>
  readonly slowMs: number
}

/** Somebody asks, in one of the pages. */
export type AskEvent = Pick<FetchLikeEvent, 'request' | 'clientId' | 'waitUntil'>

const after = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms))

const mayBeKept = ({ status, type, redirected, headers }: Response): boolean =>
  status === 200 && type !== 'opaque' && !redirected && /^application\/json\b/.test(headers.get('content-type') ?? '')

/** What an answer of the platform says about those kept before it: refused, nothing of the person may stay; gone, this answer may not. */
async function heed(kept: KeptReads, { cache }: Holder, { url }: Read, { status }: Response): Promise<void> {
  if (status === 401 || status === 403) await kept.forget(cache)
  if (status === 404) await kept.forget(cache, url)
}

/**
 * Answers a read: the network's answer whenever there is one, whatever it says; the kept one where the network fails, or is slower than a
 * page should wait for it. It asks the network once and never waits longer than the network alone would: who asked may ask again. A page
 * that has had the platform's own answer shows that one, and is told of the network's faults as without a worker.
 */
export async function answerRead(parts: ReadParts, event: AskEvent, holder: Holder, read: Read): Promise<Response> {
  const { kept, told, slowMs } = parts
  const find = () => kept.find(holder.cache, read.url).catch(() => undefined)
  if (holder.isStandIn) return (await find()) ?? Response.error()
  const asked = `${holder.cache} ${read.url}`
  const answer = askNetwork(parts, event, holder, read).then((response) => {
    if (response.ok) told.note(event.clientId, asked)
    return response
  })
  if (told.knows(event.clientId, asked)) return answer
  const unlessLost = answer.catch(async (error: unknown) => {
    const last = await find()
    if (last) return last
    throw error
  })
  // What an app costs and sells is shown as it is now, or said to be old: it is not taken from before while the platform answers.
  if (read.isApp) return unlessLost
  const unlessSlow = after(slowMs).then(async () => (await find()) ?? unlessLost)
  return Promise.race([unlessLost, unlessSlow])
}

/** The network's answer; a copy is kept beside it, for as long as that takes. */
function askNetwork({ kept, fetch }: ReadParts, event: AskEvent, holder: Holder, read: Read): Promise<Response> {
  const mark = kept.mark(holder.cache)
  const network = fetch(event.request).then(async (response) => {
    const copy = mayBeKept(response) ? response.clone() : undefined
    await heed(kept, holder, read, response).catch(() => undefined)
    return { response, copy }
  })
  // Full, or forbidden: the page has its answer all the same.
  event.waitUntil(
    Promise.all([network, holder.isPerson ? kept.meet(holder.cache) : undefined])
      .then(([{ copy }]) => copy && kept.keep(holder.cache, read.url, copy, mark))
      .catch(() => undefined),
  )
  return network.then(({ response }) => response)
}
