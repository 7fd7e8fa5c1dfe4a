import { spawn, type ChildProcess } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readDemo, type Demo } from '../../src/embedded/demo.ts'

/** The platform as a process of its own, started like `./dev start`, for tests that kill it. */
export interface ChildPlatform {
  readonly dataDir: string
  readonly demo: Demo
  /** kill -9: no handler runs. Resolves when it is gone. */
  kill(): Promise<void>
  /** Resolves when it has ended, by whatever. */
  readonly ended: Promise<void>
  /** SIGTERM; resolves with its exit code. */
  stop(): Promise<number | null>
}

export interface ChildSettings {
  readonly dataDir?: string
  readonly databaseUrl?: string
  readonly port?: number
  readonly env?: Readonly<Record<string, string>>
}

const main = join(import.meta.dirname, '../../src/main.ts')

export async function startChild(settings: ChildSettings = {}): Promise<ChildPlatform> {
  const dataDir = settings.dataDir ?? mkdtempSync(join(tmpdir(), 'connect-child-'))
  const child = spawn(process.execPath, ['--conditions=source', main], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: {
      ...process.env,
      PORT: String(settings.port ?? 0), // it tells in demo.json which one it got
      CONNECT_DATA_DIR: dataDir,
      CONNECT_LOG_LEVEL: 'silent',
      ...(settings.databaseUrl === undefined ? {} : { DATABASE_URL: settings.databaseUrl }),
      ...settings.env,
    },
  })
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  await untilReady(child)
  const demo = await readDemo(dataDir)
  if (demo === undefined) throw new Error('the platform wrote no demo.json')
  const end = (signal: 'SIGKILL' | 'SIGTERM') =>
    new Promise<number | null>((resolve) => {
      if (child.exitCode !== null || child.signalCode !== null) return resolve(child.exitCode)
      child.once('exit', (code) => resolve(code))
      child.kill(signal)
    })
  return { dataDir, demo, ended, kill: async () => void (await end('SIGKILL')), stop: () => end('SIGTERM') }
}

function untilReady(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    let printed = ''
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      printed += text
      if (printed.includes('is running')) resolve()
    })
    child.once('exit', (code) => reject(new Error(`the platform ended with ${code} before it was ready`)))
  })
}

export const forget = (dataDir: string): void => rmSync(dataDir, { recursive: true, force: true })
