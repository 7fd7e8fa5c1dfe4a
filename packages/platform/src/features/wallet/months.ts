import { firstIdAt } from '../../base/ids.ts'
import type { Tx } from '../../db/connect.ts'
import { timeOfId } from './transaction-id.ts'

/**
 * How transactions and entries are read without the months they are not in. PostgreSQL leaves out a month before it begins only where the
 * statement compares the id with a value it is given: not with another table's column, and not with a list.
 */

/** Plans of this transaction are made once a connection, for any month, and look rows up by their keys. */
export function readByMonths(tx: Tx): void {
  tx.write(
    "select set_config('plan_cache_mode', 'force_generic_plan', true), set_config(name, 'off', true) from unnest(array['enable_seqscan', 'enable_hashjoin', 'enable_mergejoin']) name",
    [],
  )
}

/** Dates that JavaScript knows and ids do not are moved to those they know. */
export const within = (ms: number): Date => new Date(Math.min(Math.max(ms, 0), Date.UTC(9999, 11)))

const dayMs = 86_400_000
const reaches = [62 * dayMs, 730 * dayMs]

export interface Look {
  /** Ids before this one; '~' comes after all of them. */
  readonly start: string
  /** And not before that one; '' comes before all. */
  readonly oldest: string
  /** How many are looked for. */
  readonly look: number
  readonly now: Date
}

/** Ids, newest first. Most of what is asked for lies near: only who finds too little there has the months before opened. */
export async function newestIds(
  { start, oldest, look, now }: Look,
  find: (before: string, after: string, count: number) => Promise<readonly { readonly id: string }[]>,
): Promise<string[]> {
  const near = (timeOfId(start) ?? now).getTime()
  const ids: string[] = []
  let before = start
  for (const reach of [...reaches, Infinity]) {
    const far = reach === Infinity ? '' : firstIdAt('txn', within(near - reach))
    const after = far > oldest ? far : oldest
    if (after >= before) continue
    ids.push(...(await find(before, after, look - ids.length)).map(({ id }) => id))
    if (ids.length === look || after === oldest) break
    before = after
  }
  return ids
}
