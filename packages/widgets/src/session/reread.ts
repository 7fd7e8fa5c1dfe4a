import type { ConnectStore } from './connect-store.ts'
import { isLive } from './call-progress.ts'

/**
 * Asks the API for what a missed frame may have told: the call that is shown and, with `whole`, everything else that a snapshot holds.
 * What cannot be read stays as it is; the next snapshot brings it.
 */
export async function rereadState(store: ConnectStore, watched: readonly string[], whole = false): Promise<void> {
  const { client } = store
  const known = store.state.call
  await Promise.allSettled([
    known && !known.settled && client.calls.get({ callId: known.id }).then(store.take, (error: unknown) => forget(store, known.id, error)),
    whole && readAll(store),
    whole && watched.length > 0 && readPresence(store, watched),
  ])
}

async function readAll(store: ConnectStore) {
  const { calls, me } = store.client
  const [{ userId }, { data }] = await Promise.all([me.get(), calls.list({ active: 'true' })])
  const live = data.find(isLive)
  store.set({ me: userId, ready: true })
  if (live) store.take(live)
}

async function readPresence(store: ConnectStore, watched: readonly string[]) {
  const userIds = [...new Set(watched)]
  // As many as one question may be about.
  const parts = Array.from({ length: Math.ceil(userIds.length / 100) }, (_, n) => userIds.slice(n * 100, n * 100 + 100))
  const read = async (part: readonly string[]) => {
    const { data } = await store.client.presence.get({ userIds: part.join(',') })
    store.set({ presence: new Map([...data.map((one) => [one.userId, one] as const), ...store.state.presence]) })
  }
  await Promise.allSettled(parts.map(read))
}

/** A call that the platform does not know cannot be going on. */
function forget(store: ConnectStore, callId: string, error: unknown) {
  if (error instanceof Error && 'code' in error && error.code === 'not_found' && store.state.call?.id === callId) {
    store.set({ call: undefined })
  }
}
