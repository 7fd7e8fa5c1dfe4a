import { steadyClock, type Clock } from '../base/clock.ts'
import type { Logger } from '../base/logger.ts'
import { connect, type Connection, type Db } from './connect.ts'

/** What time it is for PostgreSQL, which all processes share. */
export async function timeOf(db: Pick<Db, 'statement'>): Promise<number> {
  const [row] = await db.statement<{ at: Date }>('select clock_timestamp() as at', [])
  if (row === undefined) throw new Error('PostgreSQL did not tell the time')
  return row.at.getTime()
}

const checkEveryMs = 10_000

/** The clock of a process that serves: PostgreSQL's time, compared with it every ten seconds, and steady in between. */
export async function startSharedTime(connection: Connection, logger: Logger): Promise<{ readonly clock: Clock; stop(): Promise<void> }> {
  const db = connect(connection, { poolSize: 1 })
  const clock = await steadyClock({ shared: () => timeOf(db), wall: () => Date.now(), monotonic: () => performance.now() }, logger)
  const stopping = new AbortController()
  const watch = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      await clock.sleep(checkEveryMs, stopping.signal)
      // PostgreSQL is away: the monotonic clock goes on without it.
      if (!stopping.signal.aborted) await clock.check().catch(() => undefined)
    }
  }
  const watching = watch()
  return {
    clock,
    async stop() {
      stopping.abort()
      await watching
      await db.close()
    },
  }
}
