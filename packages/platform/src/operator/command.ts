import { join } from 'node:path'
import type { Writable } from 'node:stream'
import { parseArgs } from 'node:util'
import type { Settings } from '../config/settings.ts'
import { connect, type Connection, type Db } from '../db/connect.ts'
import { migrate } from '../db/migrate.ts'

/** A command of the command line. Answers its exit code: 0 done, 1 refused or something is wrong. */
export type Command = (args: readonly string[], here: Here) => Promise<number>

/** Where a command is given. */
export interface Here {
  /** Reads the settings, for commands that need any. */
  settings(): Settings
  readonly out: Writable
  readonly err: Writable
}

/** The commands of one file, with the lines that help shows of them. */
export interface CommandGroup {
  readonly usage: string
  readonly commands: Readonly<Record<string, Command>>
}

/** The command was not understood: exit code 2. */
export class UsageError extends Error {}

export const misused = (message: string): never => {
  throw new UsageError(message)
}

type Options = Readonly<Record<string, 'text' | 'many' | 'flag'>>

interface Parsed {
  readonly words: readonly string[]
  text(name: string): string | undefined
  /** Refuses the command without it. */
  needed(name: string): string
  many(name: string): readonly string[]
  flag(name: string): boolean
}

/** Splits what was typed into words and options; an option that the command does not have is refused, as are more words than it takes. */
export function parsed(args: readonly string[], options: Options, mostWords: number): Parsed {
  const { positionals, values } = understood(args, options)
  if (positionals.length > mostWords) misused(`too many words: ${positionals.slice(mostWords).join(' ')}`)
  const text = (name: string) => {
    const value = values[name]
    return typeof value === 'string' ? value : undefined
  }
  return {
    words: positionals,
    text,
    needed: (name) => text(name) ?? misused(`--${name} is missing`),
    many: (name) => {
      const value = values[name]
      return Array.isArray(value) ? value.map(String) : []
    },
    flag: (name) => values[name] === true,
  }
}

function understood(args: readonly string[], options: Options) {
  const config = Object.fromEntries(
    Object.entries(options).map(([name, kind]) => [
      name,
      { type: kind === 'flag' ? ('boolean' as const) : ('string' as const), multiple: kind === 'many' },
    ]),
  )
  try {
    return parseArgs({ args: [...args], options: config, allowPositionals: true, strict: true })
  } catch (error) {
    return misused(error instanceof Error ? error.message : 'not understood')
  }
}

/** Answers the exit code, and tells the text: what went well goes to `out`. */
export function say({ out, err }: Here, text: string, code = 0): number {
  ;(code === 0 ? out : err).write(`${text}\n`)
  return code
}

/** Does the work over the database that the settings name, brought up to date, or over the embedded one. */
export async function withDb<T>(here: Here, work: (db: Db, settings: Settings) => Promise<T>): Promise<T> {
  const settings = here.settings()
  return withDatabase(settings, async (connection) => {
    await migrate(connection)
    const db = connect(connection, { poolSize: 4 })
    try {
      return await work(db, settings)
    } finally {
      await db.close()
    }
  })
}

async function withDatabase<T>(settings: Settings, work: (connection: Connection) => Promise<T>): Promise<T> {
  if (settings.databaseUrl !== undefined) return work({ url: settings.databaseUrl })
  const { startEmbeddedPostgres } = await import('../embedded/postgres.ts')
  const postgres = await startEmbeddedPostgres({ dataDir: join(settings.dataDir, 'postgres') })
  try {
    return await work(postgres.connection)
  } finally {
    await postgres.stop()
  }
}
