import { everyTenant } from '../../../base/tenant.ts'
import type { Logger } from '../../../base/logger.ts'
import type { Db } from '../../../db/connect.ts'
import type { ThrowawayList } from '../../../providers/throwaway-list/port.ts'
import { replaceThrowaway } from './throwaway-store.ts'
import { canBeThrowaway, isKnownThrowaway } from './throwaway.ts'

/** Fewer than the least of the lists that are kept up anywhere, and more than the longest. */
const fewest = 1_000
const most = 600_000
/** What calls itself such a list knows at least so many of those that everybody knows. */
const knownShare = 0.05

const domain = /^(?=.{4,253}$)(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9])?\.)+[a-z0-9-]{2,63}$/

/** The domains that a list adds to the platform's own; undefined: it is no such list. */
export function sensible(lines: readonly string[]): string[] | undefined {
  const domains = [...new Set(lines.slice(0, most + 1).map((line) => line.toLowerCase()))]
  const right = domains.filter((line) => domain.test(line))
  const isList = right.length >= fewest && domains.length <= most && right.length >= domains.length * 0.95
  if (!isList || right.filter(isKnownThrowaway).length < right.length * knownShare) return undefined
  return right.filter((line) => canBeThrowaway(line) && !isKnownThrowaway(line))
}

/**
 * Takes the list in anew, for all processes at once. If the process dies before it is committed the earlier list stays; it is fetched again.
 * What is no such list changes nothing: what came with the platform is known without it.
 */
export async function refreshThrowaway(deps: { readonly db: Db; readonly logger: Logger }, list: ThrowawayList): Promise<void> {
  const lines = await list.read()
  const domains = sensible(lines)
  if (domains === undefined) deps.logger.warn('what was read is no list of throwaway domains', { count: lines.length })
  else await deps.db.transact(everyTenant, (tx) => replaceThrowaway(tx, domains))
}
