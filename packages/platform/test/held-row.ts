import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import type { FreshDatabase } from './server/fresh-database.ts'

/** A row in a test's hand: whoever wants to change it waits. */
export interface HeldRow {
  /** Resolves when somebody waits for it, with the id of their server process. */
  waiter(): Promise<number>
  /** Ends that server process as a crash would. */
  kill(pid: number): Promise<void>
  release(): Promise<void>
}

/** `select` names the row, such as `select 1 from users where …`. */
export async function holdRow(database: FreshDatabase, select: string, values: readonly unknown[] = []): Promise<HeldRow> {
  const [holder, looker] = [new pg.Client(database.connection), new pg.Client(database.connection)]
  await Promise.all([holder.connect(), looker.connect()])
  await holder.query('begin')
  const { rowCount } = await holder.query(`${select} for update`, [...values])
  if (rowCount === 0) throw new Error('there is no such row to hold')
  return {
    async waiter() {
      for (;;) {
        const { rows } = await looker.query<{ pid: number }>(
          "select pid from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock' limit 1",
        )
        if (rows[0] !== undefined) return rows[0].pid
        await sleep(5)
      }
    },
    async kill(pid) {
      await looker.query('select pg_terminate_backend($1)', [pid])
    },
    async release() {
      await holder.query('rollback')
      await Promise.all([holder.end(), looker.end()])
    },
  }
}
