import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { afterEach, expect, it, vi } from 'vitest'
import { startEmbeddedPostgres, type EmbeddedPostgres, type PostgresConnection } from './postgres.ts'

const cleanups: (() => Promise<void> | void)[] = []

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

function dataFolder(): string {
  const dataDir = mkdtempSync(join(tmpdir(), 'connect embedded-')) // with a space, as in many home folders
  cleanups.push(() => rmSync(dataDir, { recursive: true, force: true }))
  return dataDir
}

async function start(dataDir: string, throwAway = true): Promise<EmbeddedPostgres> {
  const server = await startEmbeddedPostgres({ dataDir, throwAway })
  cleanups.push(() => server.stop())
  return server
}

async function ask(connection: PostgresConnection, sql: string): Promise<unknown[]> {
  const client = new pg.Client(connection)
  await client.connect()
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows
  } finally {
    await client.end()
  }
}

/** The server's own lock file is there exactly as long as the server. */
const serves = (dataDir: string) => existsSync(join(dataDir, 'postgres', 'postmaster.pid'))
const serverPid = (dataDir: string) => Number.parseInt(readFileSync(join(dataDir, 'postgres', 'postmaster.pid'), 'utf8'), 10)

/** Another process that starts the server and holds it until it is killed. */
async function owner(dataDir: string): Promise<ChildProcess> {
  const code = `const { startEmbeddedPostgres } = await import(${JSON.stringify(join(import.meta.dirname, 'postgres.ts'))})
    await startEmbeddedPostgres({ dataDir: ${JSON.stringify(dataDir)}, throwAway: true })
    process.stdout.write('started')
    setInterval(() => undefined, 1000)`
  const child = spawn(process.execPath, ['--input-type=module', '-e', code], { stdio: ['ignore', 'pipe', 'inherit'] })
  cleanups.push(() => void child.kill('SIGKILL'))
  await once(child.stdout, 'data')
  return child
}

it('keeps what was written over a stop and a start, with every safeguard of the data on', async () => {
  const dataDir = dataFolder()
  const first = await start(dataDir, false)
  await ask(first.connection, `create table kept as select 'here' as what`)
  await first.stop()
  expect(serves(dataDir)).toBe(false)
  const second = await start(dataDir, false)
  expect(await ask(second.connection, 'select what from kept')).toEqual([{ what: 'here' }])
  const safeguards = `select name, setting from pg_settings where name in ('fsync', 'full_page_writes', 'synchronous_commit') order by name`
  expect(await ask(second.connection, safeguards)).toEqual([
    { name: 'fsync', setting: 'on' },
    { name: 'full_page_writes', setting: 'on' },
    { name: 'synchronous_commit', setting: 'on' },
  ])
  expect(await ask(second.connection, `select lower('ÄÉ') as low, current_setting('TimeZone') as zone`)).toEqual([
    { low: 'äé', zone: 'UTC' },
  ])
})

it('ends the server when its owner is killed, and the next start finds all that was committed', async () => {
  const dataDir = dataFolder()
  const child = await owner(dataDir)
  const joined = await start(dataDir)
  await ask(joined.connection, 'create table kept (x int)')
  await joined.stop()
  expect(serves(dataDir)).toBe(true)
  child.kill('SIGKILL')
  await vi.waitUntil(() => !serves(dataDir), { timeout: 30_000 })
  const next = await start(dataDir)
  expect(await ask(next.connection, 'select * from kept')).toEqual([])
})

it('starts again at once after its owner was killed, while the old server is still leaving', async () => {
  const dataDir = dataFolder()
  const child = await owner(dataDir)
  child.kill('SIGKILL')
  const next = await start(dataDir)
  expect(await ask(next.connection, 'select 1 as one')).toEqual([{ one: 1 }])
})

it('serves several users of one folder until the last has gone', async () => {
  const dataDir = dataFolder()
  const [one, two] = await Promise.all([start(dataDir), start(dataDir)])
  expect(two.connection).toEqual(one.connection)
  await one.stop()
  expect(await ask(two.connection, 'select 1 as one')).toEqual([{ one: 1 }])
  await two.stop()
  expect(serves(dataDir)).toBe(false)
})

it('runs side by side with another one in another folder', async () => {
  const [one, two] = await Promise.all([start(dataFolder()), start(dataFolder())])
  await ask(one.connection, 'create table mine (x int)')
  expect(await ask(two.connection, `select to_regclass('mine') as mine`)).toEqual([{ mine: null }])
})

it('recovers when server and keeper were killed together', async () => {
  const dataDir = dataFolder()
  const first = await start(dataDir, false)
  await ask(first.connection, 'create table kept (x int)')
  process.kill(await keeperPid(dataDir), 'SIGKILL')
  process.kill(serverPid(dataDir), 'SIGKILL')
  const next = await start(dataDir, false)
  expect(await ask(next.connection, 'select * from kept')).toEqual([])
})

it('leaves no server behind when its keeper was killed', async () => {
  const dataDir = dataFolder()
  const server = await start(dataDir)
  const pid = await keeperPid(dataDir)
  process.kill(pid, 'SIGKILL')
  await vi.waitUntil(() => !alive(pid), { timeout: 30_000 })
  await server.stop()
  expect(serves(dataDir)).toBe(false)
})

it('is not held up by a lock file whose process number now belongs to another program', async () => {
  const dataDir = dataFolder()
  const first = await start(dataDir)
  await first.stop()
  const socketDir = first.connection.host
  writeFileSync(join(dataDir, 'postgres', 'postmaster.pid'), `${process.pid}\n${join(dataDir, 'postgres')}\n1\n5432\n${socketDir}\n\n`)
  const next = await start(dataDir)
  expect(await ask(next.connection, 'select 1 as one')).toEqual([{ one: 1 }])
})

it('says what is wrong when the folder holds something else', async () => {
  const dataDir = dataFolder()
  writeFileSync(join(dataDir, 'postgres'), 'not a folder')
  await expect(startEmbeddedPostgres({ dataDir })).rejects.toThrow(/postgres/)
})

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return !readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z ')
  } catch {
    return false
  }
}

/** The keeper is the one process whose command line names this folder and the keeper's file. */
async function keeperPid(dataDir: string): Promise<number> {
  const list = spawn('pgrep', ['-f', `postgres-keeper.ts ${dataDir}`], { stdio: ['ignore', 'pipe', 'inherit'] })
  const [output] = (await once(list.stdout.setEncoding('utf8'), 'data')) as [string]
  return Number.parseInt(output, 10)
}
