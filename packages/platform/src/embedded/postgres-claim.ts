import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { basename, join } from 'node:path'

/** How the names of our socket folders begin. */
export const socketFolder = 'connect-pg-'

/** The keeper's own socket, beside the one of PostgreSQL. */
export function keeperSocket(socketDir: string): string {
  return join(socketDir, 'keeper.sock')
}

/** The socket folder of whoever claims to serve this data folder. */
export function readClaim(path: string): string | undefined {
  const claim = readJson(() => readFileSync(path, 'utf8'))
  return typeof claim?.['socketDir'] === 'string' ? claim['socketDir'] : undefined
}

/** What a keeper says to those who come: the server is there, or why it is not. */
export function readAnswer(line: string): { ready: true } | { failed: string } | undefined {
  const answer = readJson(() => line)
  if (answer?.['ready'] === true) return { ready: true }
  return typeof answer?.['failed'] === 'string' ? { failed: answer['failed'] } : undefined
}

/** Takes a data folder for one keeper: true when it is ours. A claim whose keeper does not answer is left over from one that was killed. */
export async function takeClaim(claim: string, socketDir: string): Promise<boolean> {
  const own = `${claim}.${process.pid}`
  const aside = `${own}.stale`
  writeFileSync(own, JSON.stringify({ socketDir }))
  try {
    while (!linked(own, claim)) {
      const seen = readClaim(claim)
      if (seen !== undefined && (await answers(keeperSocket(seen)))) return false
      if (!moved(claim, aside)) continue
      if (readClaim(aside) === seen) {
        if (seen !== undefined && basename(seen).startsWith(socketFolder)) rmSync(seen, { recursive: true, force: true })
        continue
      }
      linked(aside, claim) // a live one had just taken its place: put it back
      return false
    }
    return true
  } finally {
    rmSync(own, { force: true })
    rmSync(aside, { force: true })
  }
}

function readJson(read: () => string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(read())
    return typeof value === 'object' && value !== null ? { ...value } : undefined
  } catch {
    return undefined
  }
}

/** A link fails when the name exists, so of two keepers one succeeds. */
function linked(from: string, to: string): boolean {
  return !hasCode('EEXIST', () => linkSync(from, to))
}

function moved(from: string, to: string): boolean {
  return !hasCode('ENOENT', () => renameSync(from, to))
}

function hasCode(code: string, act: () => void): boolean {
  try {
    act()
    return false
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === code) return true
    throw error
  }
}

function answers(socket: string): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = connect(socket)
    probe.on('connect', () => {
      probe.destroy()
      resolve(true)
    })
    probe.on('error', () => resolve(false))
  })
}
