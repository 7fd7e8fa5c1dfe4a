import { spawnSync } from 'node:child_process'
import { accessSync, constants, existsSync, globSync } from 'node:fs'
import { homedir } from 'node:os'
import { delimiter, join } from 'node:path'

/** A program that the tests need and npm does not bring. */
export interface WantedProgram {
  /** What people call it. */
  title: string
  /** Names to look for in PATH and paths (or patterns) to look at, the best first. */
  names: string[]
  paths: string[]
  /** Overrides all of this. */
  variable: string
  /** The Debian package that brings it. */
  package: string
  /** Another way to install it, without being root. */
  fallback?: string[]
  /** What to do where none of this helps. */
  advice: string
}

const playwrightCache = join(homedir(), process.platform === 'darwin' ? 'Library/Caches' : '.cache', 'ms-playwright')

/** The browser of the widget, story and end-to-end tests. */
export const chromium: WantedProgram = {
  title: 'Chromium',
  names: ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'],
  paths: [
    '/usr/bin/chromium',
    '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
    `${playwrightCache}/chromium-*/chrome-*/chrome`,
    `${playwrightCache}/chromium-*/chrome-*/*.app/Contents/MacOS/*`,
  ],
  variable: 'CHROMIUM_PATH',
  package: 'chromium',
  fallback: ['playwright', 'install', 'chromium'],
  advice: 'Install Chromium or Google Chrome, or set CHROMIUM_PATH to one.',
}

/** The platform may share its bus through Redis; its tests start one of their own. */
export const redis: WantedProgram = {
  title: 'Redis',
  names: ['redis-server', 'valkey-server'],
  paths: ['/usr/bin/redis-server', '/usr/local/bin/redis-server', '/opt/homebrew/bin/redis-server'],
  variable: 'REDIS_SERVER_PATH',
  package: 'redis-server',
  advice: 'Install redis-server (Debian: redis-server, macOS: brew install redis), or set REDIS_SERVER_PATH to one.',
}

/** The path of the program: found, or installed where that is possible; otherwise an error that says what to do. */
export function provide(wanted: WantedProgram): string {
  const given = process.env[wanted.variable]
  if (given !== undefined && given !== '') {
    if (isExecutable(given)) return given
    throw new Error(`${wanted.variable} is ${given}, which is no program that can be started.`)
  }
  const found = find(wanted) ?? install(wanted)
  if (found === undefined) throw new Error(`${wanted.title} was not found and could not be installed. ${wanted.advice}`)
  return found
}

function find({ names, paths }: WantedProgram): string | undefined {
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '')
  const inPath = names.flatMap((name) => folders.map((folder) => join(folder, name)))
  const atPaths = paths.flatMap((path) => (path.includes('*') ? globSync(path).sort().reverse() : path))
  return [...inPath, ...atPaths].find(isExecutable)
}

function install(wanted: WantedProgram): string | undefined {
  if (process.getuid?.() === 0 && existsSync('/usr/bin/apt-get')) {
    console.error(`test: installing ${wanted.title} (apt-get install ${wanted.package}) …`)
    const options = ['-qq', '-o', 'DPkg::Lock::Timeout=120']
    apt([...options, 'update'])
    apt([...options, 'install', '-y', '--no-install-recommends', wanted.package])
    const found = find(wanted)
    if (found !== undefined) return found
  }
  const [command, ...args] = wanted.fallback ?? []
  if (command === undefined) return undefined
  console.error(`test: installing ${wanted.title} (${[command, ...args].join(' ')}) …`)
  spawnSync(command, args, { stdio: ['ignore', 2, 2] })
  return find(wanted)
}

function apt(args: string[]): void {
  spawnSync('apt-get', args, { stdio: ['ignore', 2, 2], env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } })
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
