import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { outcomeOf, summary } from './test-outcome.ts'
import { readReport, type FileReport, type Report } from './test-report.ts'

let folder: string
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'connect-outcome-'))))
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const file = (passed: number, failures: string[] = [], faults: string[] = []): FileReport => ({
  project: 'unit',
  path: '/here/a.test.ts',
  passed,
  failures: failures.map((name) => ({ name, why: 'expected 1 to be 2' })),
  faults,
})
const report = (files: FileReport[], strayErrors: string[] = []): Report => ({ files, strayErrors, interrupted: false })

it('counts what passed and what failed', () => {
  expect(summary(outcomeOf(report([file(1, ['is one', 'is two']), file(2)]), 1))).toBe('3 passed, 2 failed')
})

it('counts a file that could not be loaded, and an error that nobody waited for, as a failure each', () => {
  expect(outcomeOf(report([file(3), file(0, [], ['no such module'])], ['unhandled']), 1)).toEqual({ passed: 3, failed: 2 })
})

it('counts a file whose hook failed beside its tests by its tests', () => {
  expect(outcomeOf(report([file(1, ['is one'], ['afterAll'])]), 1)).toEqual({ passed: 1, failed: 1 })
})

it('never tells of success when the runner failed, wrote nothing, or found no test', () => {
  expect(outcomeOf(report([file(3)]), 1).failed).toBe(1)
  expect(outcomeOf(report([]), 0).failed).toBe(1)
  expect(outcomeOf(undefined, 0)).toEqual({ passed: 0, failed: 1 })
})

it('tells of success when all passed', () => {
  expect(outcomeOf(report([file(3)]), 0)).toEqual({ passed: 3, failed: 0 })
})

it('reads only what is a whole report', () => {
  const path = join(folder, 'report.json')
  expect(readReport(path)).toBeUndefined()
  writeFileSync(path, '{"files":[')
  expect(readReport(path)).toBeUndefined()
  writeFileSync(path, JSON.stringify({ ...report([]), files: [{ ...file(3), failures: ['is one'] }] }))
  expect(readReport(path)).toBeUndefined()
  writeFileSync(path, JSON.stringify(report([file(3)])))
  expect(readReport(path)).toEqual(report([file(3)]))
})
