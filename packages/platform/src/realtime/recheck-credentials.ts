import { ownerOf, type RealtimeParts } from './parts.ts'
import type { Session } from './session.ts'

/**
 * Which of these sessions were opened with credentials that no longer count. While the database is away none is named: nothing new is told
 * then either, and the next round asks again.
 */
export async function revokedAmong({ stillValid, logger }: RealtimeParts, sessions: Iterable<Session>): Promise<Session[]> {
  // One question for all sessions that came by the same token.
  const groups = new Map<string, Session[]>()
  for (const session of sessions) {
    const { actor } = session
    const key = `${ownerOf(actor)}:${actor.kind === 'user' ? actor.tokenExpiresAt.getTime() : ''}`
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [session])
    else group.push(session)
  }
  const all = [...groups.values()]
  try {
    const valid = await stillValid(all.flatMap((group) => group[0]?.actor ?? []))
    return all.filter((_, i) => valid[i] !== true).flat()
  } catch (error) {
    logger.warn('credentials of open connections could not be checked', { error })
    return []
  }
}
