/**
 * The process between us and PostgreSQL. It starts the server, and ends it when the last process that uses it has gone,
 * however that went: the kernel closes the connections of a killed process too, so nothing is orphaned.
 */
import { linkSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { connect, createServer, type Socket } from 'node:net'
import { join } from 'node:path'
import { findPostgres } from './postgres-binaries.ts'
import { clusterPaths, initialize, startServer, stopServer, type ClusterSettings } from './postgres-cluster.ts'
import { isRecord } from './postgres-protocol.ts'

/** A server that nobody came for is ended after this time: the one who wanted it died meanwhile. */
const firstComerMs = 5_000

async function keep(settings: ClusterSettings, socketRoot: string): Promise<void> {
  const { claim } = clusterPaths(settings.dataDir)
  const socketDir = mkdtempSync(join(socketRoot, 'connect-pg-'))
  const users = new Set<Socket>()
  let answer: string | undefined
  let wake = (): void => undefined
  // Half-open: who leaves gets its answer, the closed connection, only when the server has ended.
  const door = createServer({ allowHalfOpen: true }, (user) => {
    users.add(user)
    user.on('error', () => undefined)
    user.on('end', () => leave(user)).on('close', () => leave(user))
    user.resume()
    if (answer !== undefined) user.write(answer)
  })
  const leave = (user: Socket): void => {
    if (!users.delete(user)) return
    if (users.size > 0) user.end()
    else wake()
  }
  await new Promise<void>((resolve) => door.listen(join(socketDir, 'keeper.sock'), resolve))
  const finish = (code: number): never => {
    rmSync(socketDir, { recursive: true, force: true })
    process.exit(code)
  }
  if (!(await take(claim, socketDir))) finish(0)
  const binaries = await findPostgres().catch(String)
  try {
    if (typeof binaries === 'string') throw new Error(binaries)
    await initialize(binaries, settings)
    await startServer(binaries, settings, socketDir)
    answer = `${JSON.stringify({ ready: true })}\n`
  } catch (error) {
    answer = `${JSON.stringify({ failed: error instanceof Error ? error.message : String(error) })}\n`
  }
  for (const user of users) user.write(answer)
  await new Promise<void>((resolve) => {
    wake = resolve
    setTimeout(() => users.size === 0 && resolve(), firstComerMs)
  })
  door.close()
  if (typeof binaries !== 'string') await stopServer(binaries, settings.dataDir)
  rmSync(claim, { force: true })
  finish(0)
}

/** One keeper a folder. A claim whose keeper does not answer belongs to one that was killed. */
async function take(claim: string, socketDir: string): Promise<boolean> {
  const own = join(socketDir, 'claim')
  writeFileSync(own, JSON.stringify({ socketDir }))
  for (;;) {
    try {
      linkSync(own, claim) // fails when the name exists: two keepers cannot both succeed
      return true
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
    }
    const seen = readClaim(claim)
    if (seen !== undefined && (await answers(seen))) return false
    const aside = join(socketDir, 'stale')
    try {
      renameSync(claim, aside)
    } catch {
      continue // somebody else put it aside
    }
    if (readClaim(aside) !== seen) {
      linkSync(aside, claim) // a live one had just taken its place
      return false
    }
  }
}

function readClaim(path: string): string | undefined {
  try {
    const value: unknown = JSON.parse(readFileSync(path, 'utf8'))
    return isRecord(value) && typeof value['socketDir'] === 'string' ? value['socketDir'] : undefined
  } catch {
    return undefined
  }
}

function answers(socketDir: string): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = connect(join(socketDir, 'keeper.sock'))
    probe.on('connect', () => {
      probe.destroy()
      resolve(true)
    })
    probe.on('error', () => resolve(false))
  })
}
