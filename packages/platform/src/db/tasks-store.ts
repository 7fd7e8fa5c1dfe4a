import type { TenantId } from '../base/tenant.ts'
import type { Db, Tx } from './connect.ts'
import type { NewTask, Task, TaskStore } from './tasks.ts'

/** A task that this worker has taken; `taking` proves it. */
export interface TakenTask extends Task {
  readonly taking: number
}

/** The runner's side of the table of tasks. */
export interface TaskQueue {
  /** Due tasks of these kinds. */
  take(now: Date, until: Date, limit: number, kinds: readonly string[]): Promise<TakenTask[]>
  /** Answers how many of them were added again while they ran, and are to run once more. */
  finish(tasks: readonly TakenTask[]): Promise<number>
  giveBack(task: TakenTask, at: Date): Promise<void>
  renew(tasks: readonly TakenTask[], until: Date): Promise<void>
  /** When something of these kinds falls due next, or undefined when nothing waits. */
  next(kinds: readonly string[]): Promise<Date | undefined>
}

interface Row {
  readonly id: string
  readonly tenant_id: number
  readonly kind: string
  readonly subject: string
  readonly payload: Record<string, unknown>
  readonly attempt: number
  readonly taking: number
}

// What the table says of a tenant was written by us; 0 is the platform itself, which `tenantId()` refuses on purpose.
const rowTenant = (value: number) => value as TenantId

const taken = (row: Row): TakenTask => ({
  id: row.id,
  tenantId: rowTenant(row.tenant_id),
  kind: row.kind,
  subject: row.subject,
  payload: row.payload,
  attempt: row.attempt,
  taking: row.taking,
})

const inOrder = (a: NewTask, b: NewTask) => (a.kind + a.subject < b.kind + b.subject ? -1 : 1)

/** The kinds of work that each transaction has left to do: its commit is worth waking those who do it. */
const left = new WeakMap<Tx, Set<string>>()

/** Says that this transaction has written down work of a kind, here or in a table of the work's own. */
export function leftWork(tx: Tx, kinds: readonly string[]): void {
  const known = left.get(tx) ?? new Set()
  for (const kind of kinds) known.add(kind)
  left.set(tx, known)
}

/**
 * Tasks in the transaction of what they follow from. Added again while one waits: the earlier time counts, and payloads are merged.
 * Added again while one runs: it runs once more.
 */
export const taskStore: TaskStore = {
  async add(tx, tenantId, tasks, now) {
    if (tasks.length === 0) return
    // In one order, so that two transactions never wait for each other's tasks.
    const sorted = [...tasks].sort(inOrder)
    tx.write(
      `insert into tasks (tenant_id, kind, subject, payload, run_at)
       select $1, kind, subject, payload::jsonb, run_at from unnest($2::text[], $3::text[], $4::text[], $5::timestamptz[]) as t(kind, subject, payload, run_at)
       on conflict (tenant_id, kind, subject) do update
       set run_at = least(tasks.run_at, excluded.run_at), payload = tasks.payload || excluded.payload`,
      [
        tenantId,
        sorted.map(({ kind }) => kind),
        sorted.map(({ subject }) => subject),
        sorted.map(({ payload }) => JSON.stringify(payload ?? {})),
        sorted.map(({ runAt }) => runAt ?? now),
      ],
    )
    leftWork(
      tx,
      sorted.map(({ kind }) => kind),
    )
  },
}

export function taskQueue(db: Db): TaskQueue {
  return {
    take: async (now, until, limit, kinds) =>
      (await db.statement<Row>('select * from tasks_take($1, $2, $3, $4)', [now, until, limit, kinds])).map(taken),
    async finish(tasks) {
      const values = [tasks.map(({ id }) => id), tasks.map(({ taking }) => taking)]
      const [row] = await db.statement<{ again: number }>('select tasks_finish_all($1, $2) as again', values)
      return row?.again ?? 0
    },
    giveBack: async ({ id, taking }, at) => void (await db.statement('select tasks_return($1, $2, $3)', [id, taking, at])),
    renew: async (tasks, until) =>
      void (await db.statement('select tasks_renew($1, $2, $3)', [tasks.map(({ id }) => id), tasks.map(({ taking }) => taking), until])),
    async next(kinds) {
      const [row] = await db.statement<{ at: Date | null }>('select tasks_next($1) as at', [kinds])
      return row?.at ?? undefined
    },
  }
}

/** The same database, which calls `wake` after each commit that left work: a hint that makes it start at once in this process. */
export function wakeAfterCommit(db: Db, wake: (kinds: ReadonlySet<string>) => void): Db {
  return {
    ...db,
    async transact(tenant, work) {
      let last: Tx | undefined
      const result = await db.transact(tenant, (tx) => work((last = tx)))
      const kinds = last === undefined ? undefined : left.get(last)
      if (kinds !== undefined) wake(kinds)
      return result
    },
  }
}
