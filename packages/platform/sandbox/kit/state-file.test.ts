import { appendFileSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openStateFile } from './state-file.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'state-file-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

const path = (): string => join(folder, 'deep', 'state.jsonl')
const open = () =>
  openStateFile(path(), (error) => {
    throw error
  })

describe('the state file', () => {
  it('gives back what was last written and not what was removed', () => {
    const file = open()
    file.changed('a', () => ({ value: 1 }))
    file.changed('b', () => ({ value: 2 }))
    file.flush()
    file.changed('a', () => ({ value: 3 }))
    file.changed('b', () => undefined)
    file.close()
    expect([...open().found]).toEqual([['a', { value: 3 }]])
  })

  it('survives a line cut short by a crash, and goes on behind it', () => {
    const first = open()
    first.changed('a', () => ({ value: 1 }))
    first.close()
    appendFileSync(path(), '["b",{"val')
    const second = open()
    expect([...second.found.keys()]).toEqual(['a'])
    second.changed('c', () => ({ value: 3 }))
    second.close()
    expect([...open().found.keys()]).toEqual(['a', 'c'])
  })

  it('does not grow without end and is for the owner only', () => {
    const file = open()
    for (let round = 0; round < 5_000; round += 1) {
      file.changed('a', () => ({ round }))
      file.flush()
    }
    file.close()
    expect(readFileSync(path(), 'utf8').split('\n').length).toBeLessThan(2_100)
    expect(open().found.get('a')).toEqual({ round: 4_999 })
    expect(statSync(path()).mode & 0o777).toBe(0o600)
  })

  it('ignores what comes after it was closed', () => {
    const file = open()
    file.close()
    file.changed('a', () => ({}))
    file.close()
    expect(open().found.size).toBe(0)
  })
})
