import { spawn, type ChildProcess } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export interface RedisServer {
  readonly url: string
  /** Ends it as a crash would: nothing is saved. */
  kill(): Promise<void>
  /** Starts it again on the same port, empty. */
  restart(): Promise<void>
  /** It stays connected and answers nothing. */
  freeze(): void
  thaw(): void
  stop(): Promise<void>
}

const freePort = () =>
  new Promise<number>((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => (address !== null && typeof address === 'object' ? resolve(address.port) : reject(new Error('no port'))))
    })
  })

const answers = (port: number) =>
  new Promise<boolean>((resolve) => {
    const socket = connect(port, '127.0.0.1', () => socket.write('PING\r\n'))
    socket.once('data', (data) => {
      socket.destroy()
      resolve(data.toString().startsWith('+PONG'))
    })
    socket.once('error', () => resolve(false))
  })

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

/** A Redis of its own, empty, on a free port: `REDIS_SERVER_PATH`, or `redis-server` on the PATH. */
export async function startRedis(): Promise<RedisServer> {
  const binary = process.env['REDIS_SERVER_PATH'] ?? 'redis-server'
  const folder = await mkdtemp(join(tmpdir(), 'connect-redis-'))
  let port = await freePort()
  let child: ChildProcess | undefined

  const start = async () => {
    const started = spawn(binary, ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--dir', folder], {
      stdio: 'ignore',
    })
    child = started
    let failure: Error | undefined
    started.once('error', (error) => (failure = error))
    started.once('exit', (code) => (failure ??= new Error(`it ended with ${code}`)))
    while (!(await answers(port))) {
      if (failure !== undefined) {
        throw new Error(`These tests need a real Redis 6.2 or later: put redis-server on the PATH or set REDIS_SERVER_PATH (${binary})`, {
          cause: failure,
        })
      }
      await sleep(20)
    }
  }
  const kill = async () => {
    const running = child
    child = undefined
    if (running === undefined || running.exitCode !== null) return
    const gone = new Promise((resolve) => running.once('exit', resolve))
    running.kill('SIGKILL')
    await gone
  }
  // It cannot be handed a port that is held: in between, somebody else may take it.
  await start().catch(async () => {
    port = await freePort()
    await start()
  })
  return {
    url: `redis://127.0.0.1:${port}`,
    kill,
    restart: start,
    freeze: () => void child?.kill('SIGSTOP'),
    thaw: () => void child?.kill('SIGCONT'),
    async stop() {
      await kill()
      await rm(folder, { recursive: true, force: true })
    },
  }
}
