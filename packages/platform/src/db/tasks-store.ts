import { after } from '../base/clock.ts'
import type { TenantId } from '../base/tenant.ts'
import type { Db, Tx } from './connect.ts'
import { hostOf, lookEveryMs, type Place, type TaskHost } from './task-host.ts'
import type { NewTask, TakenTask, TaskStore } from './tasks.ts'

/** What a worker looks for. */
export interface Look {
  readonly now: Date
  /** What was due before has been looked for; null: everything, and the tasks of workers that are silent. */
  readonly since: Date | null
  /** How far ahead it wants to know of the next one. */
  readonly ahead: Date
  /** Until when it is believed alive with what it takes. */
  readonly until: Date
  readonly limit: number
  readonly kinds: readonly string[]
}

export interface Found {
  readonly tasks: readonly TakenTask[]
  /** When the next one falls due, of those that are ahead; undefined when that is none. */
  readonly next: Date | undefined
}

export interface Finished {
  /** To be run once more. */
  readonly again: readonly TakenTask[]
  /** Whether others may be due now. */
  readonly isMore: boolean
}

/** The runner's side of the table of tasks. */
export interface TaskQueue {
  take(look: Look): Promise<Found>
  /** What was added again while it ran, and is due, is kept until then. */
  finish(tasks: readonly TakenTask[], now: Date, until: Date): Promise<Finished>
  /**
   * Forgets a task in the transaction of its work; tells then whether that was all: one that was added again stays, and is finished as any.
   * For good: also one that was added again.
   */
  finishIn?(tx: Tx, task: TakenTask, told: (isGone: boolean) => void, forGood?: boolean): void
  giveBack(task: TakenTask, at: Date): Promise<void>
  renew(tasks: readonly TakenTask[], until: Date): Promise<void>
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

/** After the tasks: when the next of them falls due. */
interface End {
  readonly id: null
  readonly next_at: Date | null
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

/** A task that was written down as taken, or the place that was kept for it. */
interface Kept {
  readonly task: NewTask
  readonly place: Place | undefined
}

interface Written {
  readonly id: string
  readonly kind: string
  readonly subject: string
  readonly is_taken: boolean
}

/**
 * Tasks in the transaction of what they follow from. Added again while one waits: the earlier time counts, and payloads are merged.
 * Added again while one runs: it runs once more. What is due at once is written down as taken where this process has a place for it, and
 * begins with the commit: nobody has to look for it. Killed in between, its lease runs out, as that of every task that was taken.
 */
export const taskStore: TaskStore = {
  async add(tx, tenantId, tasks, now) {
    if (tasks.length === 0) return
    // In one order, so that two transactions never wait for each other's tasks.
    const kept = [...tasks]
      .sort(inOrder)
      .map((task): Kept => ({ task, place: isDue(task, now) ? hostOf(tx)?.reserve(task.kind) : undefined }))
    let written: readonly Written[] = []
    // The time at which a task is due is kept apart: where one waits already, it counts, and the place is not needed.
    tx.write<Written>(
      `insert into tasks (tenant_id, kind, subject, payload, run_at, leased_until, taking, attempt)
       select $1, kind, subject, payload::jsonb, case when until is null then run_at else 'infinity' end, until, taking, taking
       from unnest($2::text[], $3::text[], $4::text[], $5::timestamptz[], $6::timestamptz[], $7::integer[])
         as t(kind, subject, payload, run_at, until, taking)
       on conflict (tenant_id, kind, subject) do update
       set run_at = least(tasks.run_at, case when excluded.run_at = 'infinity' then $8::timestamptz else excluded.run_at end),
         payload = tasks.payload || excluded.payload
       returning id, kind, subject, run_at = 'infinity' as is_taken`,
      [
        tenantId,
        kept.map(({ task }) => task.kind),
        kept.map(({ task }) => task.subject),
        kept.map(({ task }) => JSON.stringify(task.payload ?? {})),
        kept.map(({ task }) => task.runAt ?? now),
        kept.map(({ place }) => place?.until ?? null),
        kept.map(({ place }) => (place === undefined ? 0 : 1)),
        now,
      ],
      (rows) => (written = rows),
    )
    tx.follow({
      committed: () => begin(hostOf(tx), tenantId, kept, written, now),
      undone: () => kept.forEach(({ place }) => place?.free()),
    })
  },
  forget: (tx, tenantId, kinds, subject) =>
    tx.write('delete from tasks where tenant_id = $1 and kind = any($2) and subject = $3 and leased_until is null', [
      tenantId,
      kinds,
      subject,
    ]),
}

const isDue = ({ runAt }: NewTask, now: Date): boolean => runAt === undefined || runAt <= now

/** The places that were kept are used; whoever does the rest is told of it. */
function begin(host: TaskHost | undefined, tenantId: TenantId, kept: readonly Kept[], written: readonly Written[], now: Date): void {
  const left = new Set<string>()
  for (const { task, place } of kept) {
    const { kind, subject, payload = {} } = task
    const row = place && written.find((one) => one.is_taken && one.kind === kind && one.subject === subject)
    if (row !== undefined) place?.begin({ id: row.id, tenantId, kind, subject, payload, attempt: 1, taking: 1 })
    else {
      place?.free()
      // What is due later than the next look is found by it.
      if (task.runAt === undefined || task.runAt < after(now, lookEveryMs)) left.add(kind)
    }
  }
  if (left.size > 0) host?.wake(left)
}

export function taskQueue(db: Db): TaskQueue {
  return {
    async take({ now, since, ahead, until, limit, kinds }) {
      const rows = await db.statement<Row | End>('select * from tasks_look($1, $2, $3, $4, $5, $6)', [
        now,
        since,
        ahead,
        until,
        limit,
        kinds,
      ])
      const end = rows.at(-1)
      return { tasks: rows.filter((row) => row.id !== null).map(taken), next: (end?.id === null ? end.next_at : null) ?? undefined }
    },
    async finish(tasks, now, until) {
      const inTurn = [...tasks].sort((a, b) => Number(a.id) - Number(b.id))
      const rows = await db.statement<Pick<Row, 'id' | 'payload'>>('select id, payload from tasks_end($1, $2, $3, $4)', [
        inTurn.map(({ id }) => id),
        inTurn.map(({ taking }) => taking),
        now,
        until,
      ])
      const again = tasks.flatMap((task) =>
        rows.filter(({ id }) => id === task.id).map(({ payload }) => ({ ...task, payload, attempt: 1 })),
      )
      return { again, isMore: false }
    },
    giveBack: async ({ id, taking }, at) => void (await db.statement('select tasks_return($1, $2, $3)', [id, taking, at])),
    renew: async (tasks, until) =>
      void (await db.statement('select tasks_renew($1, $2, $3)', [tasks.map(({ id }) => id), tasks.map(({ taking }) => taking), until])),
    finishIn: (tx, { tenantId, id, taking }, told, forGood = false) =>
      tx.write(
        `delete from tasks where tenant_id = $1 and id = $2 and taking = $3 and ($4 or run_at = 'infinity') returning id`,
        [tenantId, id, taking, forGood],
        (rows) => told(rows.length > 0),
      ),
  }
}
