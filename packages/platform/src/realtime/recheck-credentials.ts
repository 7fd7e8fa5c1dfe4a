import { ownerOf, type RealtimeParts } from './parts.ts'
import type { Session } from './session.ts'

/** How many are asked about at once. */
const atOnce = 16

/**
 * Which of these sessions were opened with credentials that no longer count. While the database is away none is named: nothing new is told
 * then either, and the next round asks again.
 */
export async function revokedAmong({ stillValid, logger }: RealtimeParts, sessions: Iterable<Session>): Promise<Session[]> {
  // One question for all sessions that came by the same token.
  const groups = new Map<string, [Session, ...Session[]]>()
  for (const session of sessions) {
    const { actor } = session
    const key = `${ownerOf(actor)}:${actor.kind === 'user' ? actor.tokenIssuedAt.getTime() : ''}`
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [session])
    else group.push(session)
  }
  const revoked: Session[] = []
  const left = groups.values()
  const work = async () => {
    for (const group of left) if (!(await stillValid(group[0].actor))) revoked.push(...group)
  }
  try {
    await Promise.all(Array.from({ length: atOnce }, work))
  } catch (error) {
    logger.warn('credentials of open connections could not be checked', { error })
  }
  return revoked
}
