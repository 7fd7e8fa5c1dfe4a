import type { Db, Tx } from './connect.ts'
import type { TakenTask } from './tasks.ts'

/** How often a worker looks for what it was not told of: other processes tell nothing. */
export const lookEveryMs = 1_000

/** A place for a task that is being written down. One of the two is called, once. */
export interface Place {
  /** Until when the task is this process's, unless it is kept on. */
  readonly until: Date
  /** The task is in the table, taken by this process. */
  begin(task: TakenTask): void
  free(): void
}

/** Who does the tasks of this process. */
export interface TaskHost {
  /** A hint that something of these kinds may be due now. */
  wake(kinds: ReadonlySet<string>): void
  /** A place for a task of this kind which is due now; undefined where there is none, or others have waited longer. */
  reserve(kind: string): Place | undefined
}

const hosts = new WeakMap<Tx, TaskHost>()

/** Who is told of the work that this transaction leaves. */
export const hostOf = (tx: Tx): TaskHost | undefined => hosts.get(tx)

/** Says that this transaction has written down work of a kind, in a table of the work's own. */
export function leftWork(tx: Tx, kinds: readonly string[]): void {
  tx.follow({ committed: () => hostOf(tx)?.wake(new Set(kinds)), undone: () => undefined })
}

/** The same database, whose transactions hand the work that they leave to this process at their commit. */
export const hostedBy = (db: Db, host: TaskHost): Db => ({
  ...db,
  transact: (tenant, work) =>
    db.transact(tenant, (tx) => {
      hosts.set(tx, host)
      return work(tx)
    }),
})
