import { readFileSync, readdirSync } from 'node:fs'
import type { PostgresConnection } from '../src/embedded/postgres.ts'
import { ask } from './bench-database.ts'

/** Linux counts in hundredths of a second. */
const tickMicros = 10_000

/** The processor time that a server and all its processes have used, also of those that have ended. */
export async function serverCpuMicros(connection: PostgresConnection): Promise<number> {
  const [row] = await ask(connection, "select pg_read_file('postmaster.pid') as text")
  const postmaster = Number(String(row?.['text']).split('\n', 1)[0])
  let ticks = 0
  for (const pid of readdirSync('/proc')
    .filter((name) => /^[0-9]+$/.test(name))
    .map(Number)) {
    const fields = statOf(pid)
    const [user = 0, system = 0, userOfEnded = 0, systemOfEnded = 0] = fields.slice(11, 15).map(Number)
    if (pid === postmaster) ticks += user + system + userOfEnded + systemOfEnded
    else if (Number(fields[1]) === postmaster) ticks += user + system
  }
  return ticks * tickMicros
}

/** The fields of proc_pid_stat(5) from the state on. */
function statOf(pid: number): string[] {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  } catch {
    return []
  }
}
