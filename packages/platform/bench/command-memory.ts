import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { PostgresConnection } from '../src/embedded/postgres.ts'

const cli = join(import.meta.dirname, '../src/cli.ts')
/** As ./dev starts a command. */
const flags = ['--max-semi-space-size=1', '--conditions=source']
const compileCache = join(import.meta.dirname, '../../../node_modules/.cache/node')

/** The most memory that an operator's command takes beside this database, in MB. */
export function commandMemory({ host, user, database }: PostgresConnection, words: readonly string[]): Promise<number> {
  const url = `postgres://${user}@localhost/${database}?host=${encodeURIComponent(host)}`
  return peakOf([...flags, cli, ...words], { DATABASE_URL: url, NODE_COMPILE_CACHE: compileCache })
}

/** A Node that does nothing. */
export const idleMemory = (): Promise<number> => peakOf(['-e', 'setTimeout(() => {}, 500)'], {})

async function peakOf(args: readonly string[], env: Readonly<Record<string, string>>): Promise<number> {
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'], env: { ...process.env, ...env } })
  let peak = 0
  const watch = setInterval(() => {
    try {
      const kilobytes = /^VmHWM:\s+([0-9]+) kB/m.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1]
      peak = Math.max(peak, Number(kilobytes ?? 0) / 1_024)
    } catch {
      // It has just ended.
    }
  }, 50)
  child.stdout.resume()
  const code = await new Promise<number | null>((resolve, reject) => child.once('error', reject).once('exit', resolve))
  clearInterval(watch)
  if (code !== 0) throw new Error(`${args.join(' ')} ended with ${code}`)
  return peak
}
