import { closeSync, existsSync, mkdirSync, openSync, readFileSync, readlinkSync, realpathSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { PostgresBinaries } from './postgres-binaries.ts'

/** Where a cluster keeps what it has, and whether that has to outlive a power cut. */
export interface ClusterSettings {
  dataDir: string
  /** For tests only: trades the safety of the data for speed. */
  throwAway: boolean
  maxConnections: number
}

/** The name of the platform's database and of the superuser. */
export const databaseName = 'connect'
export const superuser = 'postgres'

/** After a SIGKILL the old server's lock and shared memory may look alive for some seconds. */
const startPatienceMs = 15_000

/** The files of a cluster below its data folder. */
export function clusterPaths(dataDir: string) {
  return { data: join(dataDir, 'postgres'), log: join(dataDir, 'postgres.log'), claim: join(dataDir, 'postgres.keeper.json') }
}

/** Makes the cluster when it is not there yet. It appears complete or not at all: an interrupted first start leaves no half of one. */
export async function initialize(binaries: PostgresBinaries, { dataDir, throwAway }: ClusterSettings): Promise<void> {
  const { data } = clusterPaths(dataDir)
  if (existsSync(join(data, 'PG_VERSION'))) return
  const draft = `${data}.draft`
  rmSync(draft, { recursive: true, force: true })
  mkdirSync(draft, { mode: 0o700 })
  await binaries.own(draft)
  const locale = ['--encoding=UTF8', '--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--lc-collate=C', '--lc-ctype=C']
  const sync = throwAway ? ['--no-sync'] : []
  await binaries.run('initdb', ['-D', draft, '-U', superuser, '-A', 'trust', '--no-instructions', '--lc-messages=C', ...locale, ...sync])
  // Single-user mode: the database is part of the draft, so later starts need not look whether it exists.
  await binaries.run('postgres', ['--single', '-D', draft, 'postgres'], `create database ${databaseName}\n`)
  renameSync(draft, data)
}

/** Starts the server on a socket in the given folder. One that nobody keeps any more is ended first. */
export async function startServer(binaries: PostgresBinaries, settings: ClusterSettings, socketDir: string): Promise<void> {
  const { data, log } = clusterPaths(settings.dataDir)
  await binaries.own(data)
  await binaries.own(socketDir)
  closeSync(openSync(log, 'a'))
  await binaries.own(log)
  const options = { listen_addresses: `''`, timezone: 'UTC', max_connections: settings.maxConnections, ...(settings.throwAway && unsafe) }
  const flags = Object.entries(options).map(([name, value]) => `-c ${name}=${value}`)
  const args = ['-D', data, '-w', '-t', '60', '-s', '-l', log, '-o', `-k "${socketDir}" ${flags.join(' ')}`, 'start']
  const deadline = Date.now() + startPatienceMs
  for (;;) {
    await endForgotten(binaries, data)
    try {
      await binaries.run('pg_ctl', args)
      return
    } catch (error) {
      if (Date.now() > deadline) throw new Error(`PostgreSQL did not start; its log ends:\n${tail(log)}`, { cause: error })
      await sleep(200)
    }
  }
}

/** Ends the server in order: what it has acknowledged is on the disk. */
export async function stopServer(binaries: PostgresBinaries, dataDir: string): Promise<void> {
  const { data } = clusterPaths(dataDir)
  if (postmaster(data) === undefined) return
  await binaries.run('pg_ctl', ['-D', data, '-m', 'fast', '-w', '-t', '60', '-s', 'stop']).catch(() => 'it went by itself meanwhile')
}

const unsafe = {
  fsync: 'off',
  synchronous_commit: 'off',
  full_page_writes: 'off',
  wal_level: 'minimal',
  max_wal_senders: 0,
  autovacuum: 'off',
  jit: 'off',
}

async function endForgotten(binaries: PostgresBinaries, data: string): Promise<void> {
  const lock = join(data, 'postmaster.pid')
  if (!existsSync(lock)) return
  // After a restart of the machine or container the number may belong to another program, and PostgreSQL would wait for it for ever.
  if (postmaster(data) === undefined) rmSync(lock, { force: true })
  else await binaries.run('pg_ctl', ['-D', data, '-m', 'fast', '-w', '-t', '10', '-s', 'stop']).catch(() => 'the start below tells')
}

/** The process that serves this very folder now, if any. */
function postmaster(data: string): number | undefined {
  const lock = join(data, 'postmaster.pid')
  const pid = existsSync(lock) ? Number.parseInt(readFileSync(lock, 'utf8'), 10) : Number.NaN
  if (!Number.isSafeInteger(pid) || pid <= 1) return undefined
  try {
    process.kill(pid, 0)
    if (process.platform === 'linux' && readlinkSync(`/proc/${pid}/cwd`) !== realpathSync(data)) return undefined
    return pid
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined
    return code === 'EPERM' || code === 'EACCES' ? pid : undefined
  }
}

function tail(log: string): string {
  return readFileSync(log, 'utf8').split('\n').slice(-12).join('\n')
}
