/**
 * The process between us and PostgreSQL. It starts the server, and ends it when the last process that uses it has gone,
 * however that went: the kernel closes the connections of a killed process too, so nothing is orphaned.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type Socket } from 'node:net'
import { join } from 'node:path'
import { findPostgres } from './postgres-binaries.ts'
import { keeperSocket, socketFolder, takeClaim } from './postgres-claim.ts'
import { clusterPaths, initialize, startServer, stopServer, type ClusterSettings } from './postgres-cluster.ts'

/** A server that nobody came for is ended after this time: the one who wanted it died meanwhile. */
const firstComerMs = 5_000

const [dataDir = '', socketRoot = '', throwAway = '', maxConnections = ''] = process.argv.slice(2)
await keep({ dataDir, throwAway: throwAway === 'throw-away', maxConnections: Number(maxConnections) }, socketRoot)

async function keep(settings: ClusterSettings, socketRoot: string): Promise<void> {
  const { claim } = clusterPaths(settings.dataDir)
  const socketDir = mkdtempSync(join(socketRoot, socketFolder))
  const door = await openDoor(keeperSocket(socketDir))
  if (await takeClaim(claim, socketDir)) {
    door.answer(await start(settings, socketDir))
    await door.deserted()
    door.answer('') // from here on nobody is told that there is a server; who comes now tries again when we have gone
    await stop(settings)
    rmSync(claim, { force: true })
    await door.bidFarewell()
  }
  rmSync(socketDir, { recursive: true, force: true })
  process.exit()
}

async function start(settings: ClusterSettings, socketDir: string): Promise<string> {
  try {
    const binaries = await findPostgres()
    await initialize(binaries, settings)
    await startServer(binaries, settings, socketDir)
    return `${JSON.stringify({ ready: true })}\n`
  } catch (error) {
    return `${JSON.stringify({ failed: error instanceof Error ? error.message : String(error) })}\n`
  }
}

async function stop(settings: ClusterSettings): Promise<void> {
  try {
    await stopServer(await findPostgres(), settings.dataDir)
  } catch (error) {
    console.error(error) // goes to the log of the server, and must not keep us from leaving
  }
}

async function openDoor(path: string) {
  const users = new Set<Socket>()
  let greeting = ''
  let onDeserted = (): void => undefined
  let last: Socket | undefined
  const leave = (user: Socket): void => {
    if (!users.delete(user)) return
    last = user
    if (users.size > 0) user.end('stays\n')
    else onDeserted()
  }
  // Half-open: the last to leave gets its answer, the closed connection, only when the server has ended.
  const server = createServer({ allowHalfOpen: true }, (user) => {
    users.add(user)
    user.on('error', () => leave(user)).on('end', () => leave(user))
    user.on('close', () => leave(user))
    user.resume()
    user.write(greeting)
  })
  await new Promise<void>((resolve, reject) => server.on('error', reject).listen(path, resolve))
  return {
    answer(text: string): void {
      greeting = text
      if (text !== '') for (const user of users) user.write(text)
    },
    /** A connection that closes without a last word means that we were killed. */
    bidFarewell: () =>
      new Promise<void>((resolve) => {
        if (last?.writable === true) last.write('ended\n', () => resolve())
        else resolve()
      }),
    deserted: () =>
      new Promise<void>((resolve) => {
        onDeserted = resolve
        setTimeout(() => users.size === 0 && resolve(), firstComerMs)
      }),
  }
}
