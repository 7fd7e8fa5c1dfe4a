import { execFile } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { promisify } from 'node:util'
import type { PostgresConnection } from '../src/embedded/postgres.ts'

const run = promisify(execFile)

const debianFolder = '/usr/lib/postgresql'

/** PostgreSQL's own load generator; it comes with the server, not with the embedded binaries. */
export function findPgbench(path: string): string {
  const debian = existsSync(debianFolder) ? readdirSync(debianFolder).map((version) => join(debianFolder, version, 'bin')) : []
  const folder = [...path.split(delimiter), ...debian.sort().reverse()].find((one) => existsSync(join(one, 'pgbench')))
  if (folder === undefined)
    throw new Error(
      'pgbench is missing: it is the yardstick. On Debian: apt-get install postgresql-contrib; else put its folder into PATH.',
    )
  return join(folder, 'pgbench')
}

export interface PgbenchRun {
  readonly connection: PostgresConnection
  readonly clients: number
  readonly seconds: number
  /** Absent: the built-in tpcb-like transaction. */
  readonly script?: string
  /** Settings of each session, e.g. `role=connect_app`. */
  readonly settings?: readonly string[]
  /** What the script finds as `:name`. */
  readonly variables?: Readonly<Record<string, string | number>>
}

export interface PgbenchResult {
  /** Transactions a second. */
  readonly rate: number
  readonly p99Ms: number
}

export class Pgbench {
  readonly #program: string
  constructor(path: string) {
    this.#program = findPgbench(path)
  }

  #environment({ host, port, user, database }: PostgresConnection, settings: readonly string[] = []): NodeJS.ProcessEnv {
    return {
      PGHOST: host,
      PGPORT: String(port),
      PGUSER: user,
      PGDATABASE: database,
      PGOPTIONS: settings.map((one) => `-c ${one}`).join(' '),
    }
  }

  /** Makes the tables of tpcb-like. `scale` should be at least the number of clients, else they wait for each other's branch. */
  async initialize(connection: PostgresConnection, scale: number): Promise<void> {
    await run(this.#program, ['-i', '-q', '-s', String(scale)], { env: this.#environment(connection) })
  }

  /** Transactions a second. */
  async rate(wish: PgbenchRun): Promise<number> {
    return (await this.#run(wish, [])).rate
  }

  /** With the time that each transaction took. */
  async measure(wish: PgbenchRun): Promise<PgbenchResult> {
    const folder = mkdtempSync(join(tmpdir(), 'connect-pgbench-'))
    try {
      const { rate } = await this.#run(wish, ['-l', '--log-prefix', join(folder, 'took')])
      // Each line: client, number, microseconds, …
      const lines = readdirSync(folder).flatMap((file) => readFileSync(join(folder, file), 'utf8').trim().split('\n'))
      const took = lines.map((line) => Number(line.split(' ')[2]) / 1_000).sort((a, b) => a - b)
      return { rate, p99Ms: took[Math.floor(took.length * 0.99)] ?? Number.NaN }
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  }

  async #run({ connection, clients, seconds, script, settings, variables = {} }: PgbenchRun, more: string[]): Promise<{ rate: number }> {
    const load = script === undefined ? [] : ['-n', '-M', 'prepared', '-f', script]
    const given = Object.entries(variables).flatMap(([name, value]) => ['-D', `${name}=${value}`])
    const args = [...load, ...given, ...more, '-c', String(clients), '-j', '2', '-T', String(seconds)]
    const { stdout, stderr } = await run(this.#program, args, { env: this.#environment(connection, settings) })
    const rate = /^tps = ([0-9.]+)/m.exec(stdout)?.[1]
    const failed = /number of failed transactions: ([0-9]+)/.exec(stdout)?.[1]
    if (rate === undefined || /aborted/.test(stderr) || (failed !== undefined && failed !== '0'))
      throw new Error(`pgbench: ${stderr}${stdout}`)
    return { rate: Number(rate) }
  }
}
