import { spawn, type ChildProcess } from 'node:child_process'
import { closeSync, mkdirSync, openSync, realpathSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { keeperSocket, readAnswer, readClaim } from './postgres-claim.ts'
import { clusterPaths, databaseName, superuser } from './postgres-cluster.ts'

/** What to start: a PostgreSQL that lives in `dataDir`. */
export interface EmbeddedPostgresSettings {
  dataDir: string
  log?: (message: string) => void
  /** Default 100. */
  maxConnections?: number
  /** For tests only: no fsync, so a power cut may spoil the data. */
  throwAway?: boolean
}

/** How to reach the database: options for `pg` and Sequelize. The host is the folder of a Unix socket. */
export interface PostgresConnection {
  host: string
  port: number
  user: string
  database: string
}

/** A server in use. It ends when the last of its users has stopped or died. */
export interface EmbeddedPostgres {
  connection: PostgresConnection
  /** Close the connection pools first. Resolves when the server has ended, or at once when others still use it. */
  stop(): Promise<void>
}

/** Long enough for a first start on a slow disk. */
const patienceMs = 120_000

/** Of the 107 bytes that a socket's path may have, its folder's name and file name need less than 40. */
const longestRoot = 60

/**
 * Starts real PostgreSQL for this process, or joins the one that already serves the folder: a command line tool beside a
 * running platform sees the same database. A process that is killed leaves no server behind, see postgres-keeper.ts.
 */
export async function startEmbeddedPostgres(settings: EmbeddedPostgresSettings): Promise<EmbeddedPostgres> {
  mkdirSync(settings.dataDir, { recursive: true, mode: 0o700 })
  const dataDir = realpathSync(settings.dataDir)
  const { socketDir, link, keeper } = await reach({ ...settings, dataDir })
  let farewell = ''
  link.on('data', (text) => (farewell += String(text)))
  const closed = new Promise<void>((resolve) => link.on('close', () => resolve()))
  const stop = async (): Promise<void> => {
    link.ref().end()
    await closed
    if (farewell === '') {
      settings.log?.('the keeper of PostgreSQL was killed: another one ends what it has left behind')
      await (await startEmbeddedPostgres(settings)).stop()
    } else if (!farewell.includes('stays')) await exited(keeper)
  }
  let stopped: Promise<void> | undefined
  return { connection: { host: socketDir, port: 5432, user: superuser, database: databaseName }, stop: () => (stopped ??= stop()) }
}

interface Reached {
  socketDir: string
  link: Socket
  keeper: ChildProcess | undefined
}

async function reach(settings: EmbeddedPostgresSettings): Promise<Reached> {
  const { claim, log } = clusterPaths(settings.dataDir)
  const deadline = Date.now() + patienceMs
  let keeper: ChildProcess | undefined
  while (Date.now() < deadline) {
    const socketDir = readClaim(claim)
    const link = socketDir === undefined ? undefined : await knock(keeperSocket(socketDir), keeper)
    if (link !== undefined && socketDir !== undefined) return { socketDir, link, keeper }
    if (keeper === undefined || keeper.exitCode !== null || keeper.signalCode !== null) {
      if (keeper !== undefined && keeper.exitCode !== 0) throw new Error(`PostgreSQL could not be started, see ${log}`)
      settings.log?.(`starting PostgreSQL in ${settings.dataDir}`)
      keeper = spawnKeeper(settings, log)
    }
    await sleep(10)
  }
  throw new Error(`PostgreSQL was not ready in time, see ${log}`)
}

function spawnKeeper({ dataDir, throwAway = false, maxConnections = 100 }: EmbeddedPostgresSettings, log: string): ChildProcess {
  const root = tmpdir().length > longestRoot ? '/tmp' : tmpdir()
  const output = openSync(log, 'a')
  // Its own session and a plain environment: Ctrl-C in our terminal does not reach it, nor do PGPORT and the like.
  const keeper = spawn(
    process.execPath,
    [join(import.meta.dirname, 'postgres-keeper.ts'), dataDir, root, throwAway ? 'throw-away' : 'durable', String(maxConnections)],
    {
      cwd: '/',
      detached: true,
      env: { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: 'C' },
      stdio: ['ignore', output, output],
    },
  )
  closeSync(output)
  keeper.on('error', () => undefined) // shows as an exit code
  keeper.unref()
  return keeper
}

/** A connection to the keeper once it says that the server is ready; undefined when it is not there or just leaving. */
async function knock(path: string, keeper: ChildProcess | undefined): Promise<Socket | undefined> {
  const link = connect(path)
  const line = await new Promise<string | undefined>((resolve) => {
    let received = ''
    link.setEncoding('utf8').on('data', (chunk: string) => {
      received += chunk
      if (received.endsWith('\n')) resolve(received)
    })
    link.on('error', () => resolve(undefined)).on('close', () => resolve(undefined))
  })
  link.removeAllListeners('data')
  const answer = readAnswer(line ?? '')
  if (answer !== undefined && 'ready' in answer) return link.unref()
  link.destroy()
  if (answer === undefined) return undefined
  await exited(keeper)
  throw new Error(answer.failed)
}

async function exited(keeper: ChildProcess | undefined): Promise<void> {
  if (keeper === undefined || keeper.exitCode !== null || keeper.signalCode !== null) return
  keeper.ref()
  await new Promise((resolve) => keeper.once('exit', resolve))
}
