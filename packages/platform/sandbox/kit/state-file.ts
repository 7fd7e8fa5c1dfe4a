import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import { type Json, isRecord, readJson } from './json.ts'

/** A small store of records in one file that survives a crash at any moment. */
export interface StateFile {
  /** The records found at start. */
  readonly found: ReadonlyMap<string, Json>
  /** Notes that the record changed; `current` is read when it is written, undefined removes it. */
  changed(key: string, current: () => unknown): void
  flush(): void
  close(): void
}

const DEBOUNCE_MS = 25
// The file is rewritten when it holds this many lines more than twice its records.
const SLACK_LINES = 2_000

function writeWhole(path: string, lines: readonly string[]): void {
  const fresh = `${path}.${process.pid}.tmp`
  const file = openSync(fresh, 'w', 0o600)
  writeSync(file, lines.join(''))
  fsyncSync(file)
  closeSync(file)
  renameSync(fresh, path)
}

/** Each line is `[key, record]`, a later one replacing an earlier; a last line cut short by a crash is ignored. */
function readLines(path: string): Map<string, Json> {
  const found = new Map<string, Json>()
  if (!existsSync(path)) return found
  for (const line of readFileSync(path, 'utf8').split('\n')) {
    const entry = readJson(line)
    if (!Array.isArray(entry) || typeof entry[0] !== 'string') continue
    if (isRecord(entry[1])) found.set(entry[0], entry[1])
    else found.delete(entry[0])
  }
  return found
}

/**
 * Opens the file. Changes are gathered for 25 ms and appended as lines, so that a write costs what changed and not what is
 * stored; now and then the whole is written beside and renamed over it. What could not be written is told to `onError` and
 * written with the next change.
 */
export function openStateFile(path: string, onError: (error: unknown) => void): StateFile {
  mkdirSync(dirname(path), { recursive: true })
  const found = readLines(path)
  const records = new Map([...found].map(([key, json]) => [key, `${JSON.stringify([key, json])}\n`]))
  writeWhole(path, [...records.values()])
  let file = openSync(path, 'a', 0o600)
  let lines = records.size
  const dirty = new Map<string, () => unknown>()
  let timer: NodeJS.Timeout | undefined
  let closed = false

  const flush = (): void => {
    clearTimeout(timer)
    timer = undefined
    let text = ''
    for (const [key, current] of dirty) {
      const value = current()
      const line = `${JSON.stringify([key, value ?? null])}\n`
      if (value === undefined) records.delete(key)
      else records.set(key, line)
      text += line
      lines += 1
    }
    if (text !== '') writeSync(file, text)
    dirty.clear()
    if (lines <= records.size * 2 + SLACK_LINES) return
    writeWhole(path, [...records.values()])
    closeSync(file)
    file = openSync(path, 'a', 0o600)
    lines = records.size
  }
  const flushLater = (): void => {
    try {
      flush()
    } catch (error) {
      onError(error)
    }
  }
  return {
    found,
    changed(key, current) {
      if (closed) return
      dirty.set(key, current)
      timer ??= setTimeout(flushLater, DEBOUNCE_MS)
    },
    flush,
    close() {
      if (closed) return
      flush()
      closed = true
      closeSync(file)
    },
  }
}
