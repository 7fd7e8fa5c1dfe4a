import { Problem } from '../../../base/problem.ts'
import { after } from '../../../base/clock.ts'
import type { Task } from '../../../db/tasks.ts'
import type { ReferralDeps } from '../referral-deps.ts'
import { findReferral } from '../referral-store.ts'
import { holdReferral } from './look-at-referral.ts'
import { broughtBy } from './release-store.ts'
import { deepest, undoReferral, undoTasks } from './undo-referral.ts'

const batch = 100
const minute = 60_000

/** What the task was told; a payload that nobody of us wrote goes no further. */
function told({ payload, subject }: Task): { readonly origin: string; readonly depth: number } {
  const { origin, depth } = payload
  return { origin: typeof origin === 'string' ? origin : subject, depth: typeof depth === 'number' ? depth : deepest }
}

/**
 * Task `referral.cascade`: hands on those that the new user of an undone referral brought, a batch a transaction, each as a task of its own.
 * Killed between two batches, the next one hands them all on once more, and what is undone already stays as it is.
 */
export async function cascade(deps: ReferralDeps, task: Task): Promise<undefined> {
  const { db, tasks, clock } = deps
  const { origin, depth } = told(task)
  const { tenantId, subject } = task
  let last: string | undefined = ''
  while (last !== undefined) {
    const from: string = last
    last = await db.transact(tenantId, async (tx) => {
      const undone = await findReferral(tx, tenantId, subject)
      if (undone === undefined) return undefined
      const ids = await broughtBy(tx, tenantId, undone.refereeId, { after: from, limit: batch })
      await tasks.add(
        tx,
        tenantId,
        ids.map((id) => undoTasks.undo(id, { origin, depth: depth + 1 })),
        clock.now(),
      )
      return ids.length < batch ? undefined : ids.at(-1)
    })
  }
}

/** Task `referral.undo`: undoes one of a chain, and hands on those that hang on it. Done twice, the second time finds nothing to do. */
export async function undoOne(deps: ReferralDeps, task: Task): Promise<{ again: Date } | undefined> {
  const { origin, depth } = told(task)
  const { tenantId, subject } = task
  try {
    await deps.db.transact(tenantId, async (tx) => {
      const one = await holdReferral(tx, tenantId, subject)
      if (one === undefined) return
      const turn = { tx, tenantId, now: deps.clock.now() }
      await undoReferral(deps, turn, one, { actor: 'platform', note: `Because ${origin} was taken back`, cascade: 'chain', depth })
    })
    return undefined
  } catch (error) {
    if (!(error instanceof Problem) || error.code !== 'ledger_frozen') throw error
    return { again: after(deps.clock.now(), minute) }
  }
}
