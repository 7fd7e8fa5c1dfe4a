import type { Call } from '@impacthub/sdk'
import { noteDecision, refreshOpened } from './aftermath.ts'
import { isLive, newerOf } from './call-progress.ts'
import type { ConnectStore, Feed } from './connect-store.ts'
import { joinPages } from './join-pages.ts'

/** The calls of the signed-in user as they are shown, and how the last question about them went. */
export interface HistoryView {
  /** Whose calls these are. */
  readonly me?: string | undefined
  /** Newest first; undefined until the first answer. */
  readonly calls?: readonly Call[] | undefined
  /** Where the next page begins; null when there is none. */
  readonly nextCursor: string | null
  /** Missed calls that have not been seen; at most 100 are counted. */
  readonly unseen: number
  /** Those missed after this are marked as new for as long as they are on the screen. */
  readonly newSince?: string | null | undefined
  readonly busy?: 'refresh' | 'more' | undefined
  readonly failed?: 'refresh' | 'more' | undefined
}

const pageSize = 10
const empty: HistoryView = { nextCursor: null, unseen: 0 }
const rounds = new WeakMap<ConnectStore, number>()

const viewOf = (store: ConnectStore) => store.state.history ?? empty
const change = (store: ConnectStore, news: Partial<HistoryView>) => store.set({ history: { ...viewOf(store), ...news } })

/** Of two records of one call the one that is further along, whichever answer came last. */
function upToDate(store: ConnectStore, calls: readonly Call[]): Call[] {
  const known = new Map(viewOf(store).calls?.map((call) => [call.id, call]))
  return calls.map((call) => newerOf(known.get(call.id) ?? call, call))
}

const readMe = async (store: ConnectStore) => store.state.me ?? (await store.client.me.get()).userId

/**
 * Asks for the latest calls and for the missed ones anew. The last question wins. What a service worker has kept is shown where nothing else
 * is known, as what could not be refreshed.
 */
export async function refreshHistory(store: ConnectStore): Promise<void> {
  const round = (rounds.get(store) ?? 0) + 1
  rounds.set(store, round)
  change(store, { busy: 'refresh', failed: undefined })
  try {
    const { calls } = store.client
    const [page, missed] = await Promise.all([calls.list({ limit: pageSize }), calls.missed()])
    const { unseen, seenAt } = missed
    const me = await readMe(store)
    if (rounds.get(store) !== round) return
    const known = viewOf(store)
    const old = 'keptAt' in page || 'keptAt' in missed
    if (old && known.calls) throw new Error('nothing newer')
    const fresh = upToDate(store, page.data)
    const joined = joinPages(fresh, known.calls ?? [])
    change(store, {
      me,
      calls: joined ?? fresh,
      nextCursor: (joined ? known : page).nextCursor,
      unseen,
      // What was new when it was shown stays marked, until more is missed.
      newSince: unseen > 0 || known.newSince === undefined ? seenAt : known.newSince,
      busy: undefined,
      failed: old ? 'refresh' : undefined,
    })
  } catch {
    if (rounds.get(store) === round) change(store, { busy: undefined, failed: 'refresh' })
  }
}

/** Asks for the next page of calls. */
export async function moreCalls(store: ConnectStore): Promise<void> {
  const { nextCursor: cursor, busy } = viewOf(store)
  if (!cursor || busy) return
  change(store, { busy: 'more', failed: undefined })
  try {
    const { data, nextCursor } = await store.client.calls.list({ limit: pageSize, cursor })
    const view = viewOf(store)
    const waiting = view.busy === 'more' ? { busy: undefined } : {}
    if (view.nextCursor !== cursor) return change(store, waiting)
    const seen = new Set(view.calls?.map(({ id }) => id))
    change(store, { calls: [...(view.calls ?? []), ...data.filter(({ id }) => !seen.has(id))], nextCursor, ...waiting })
  } catch {
    if (viewOf(store).busy === 'more') change(store, { busy: undefined, failed: 'more' })
  }
}

/** The missed calls are on the screen. A badge that could not be cleared stays, and is cleared when the list is shown again. */
export async function seeMissed(store: ConnectStore): Promise<void> {
  try {
    const { unseen } = await store.client.calls.seeMissed()
    change(store, { unseen })
  } catch {
    // Nothing is lost: the platform still counts them.
  }
}

/** Keeps the list: read at once, each record as it is told live, and all asked for again when a call begins or is over. */
export const historyFeed: Feed = (store) => {
  const { realtime } = store.client
  const meet = (news: Call) => {
    const { calls } = viewOf(store)
    const known = calls?.find(({ id }) => id === news.id)
    if (calls && known) change(store, { calls: calls.map((call) => (call === known ? newerOf(known, news) : call)) })
    if (!known || (isLive(known) && !isLive(news))) void refreshHistory(store)
    if (known?.disputed && !news.disputed) noteDecision(store, news.id)
    void refreshOpened(store, news.id)
  }
  const stops = [realtime.on('call.updated', meet), realtime.on('session.snapshot', () => void refreshHistory(store))]
  void refreshHistory(store)
  return () => stops.forEach((stop) => stop())
}

export const historyActs = {
  'ihc-history-refresh-request': refreshHistory,
  'ihc-history-more-request': moreCalls,
  'ihc-history-seen-request': seeMissed,
}
