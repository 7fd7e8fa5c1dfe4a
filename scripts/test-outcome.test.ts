import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { readOutcome, summary } from './test-outcome.ts'

let folder: string
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'connect-outcome-'))))
afterEach(() => rmSync(folder, { recursive: true, force: true }))

function report(content: object): string {
  const path = join(folder, 'report.json')
  writeFileSync(path, JSON.stringify(content))
  return path
}

const file = (status: string, tests: string[]) => ({ status, assertionResults: tests.map((each) => ({ status: each })) })

it('counts what passed and what failed', () => {
  const path = report({ numPassedTests: 3, numFailedTests: 2, testResults: [file('failed', ['failed', 'failed', 'passed'])] })
  expect(summary(readOutcome(path, 1))).toBe('3 passed, 2 failed')
})

it('counts a file that could not be loaded as a failure', () => {
  const path = report({ numPassedTests: 3, numFailedTests: 0, testResults: [file('passed', ['passed']), file('failed', [])] })
  expect(readOutcome(path, 1)).toEqual({ passed: 3, failed: 1 })
})

it('never tells of success when the runner failed, wrote nothing, or found no test', () => {
  expect(readOutcome(report({ numPassedTests: 3, numFailedTests: 0 }), 1).failed).toBe(1)
  expect(readOutcome(report({ numPassedTests: 0, numFailedTests: 0 }), 0).failed).toBe(1)
  expect(readOutcome(join(folder, 'absent.json'), 0)).toEqual({ passed: 0, failed: 1 })
})

it('tells of success when all passed', () => {
  expect(readOutcome(report({ numPassedTests: 3, numFailedTests: 0, testResults: [file('passed', ['passed'])] }), 0)).toEqual({
    passed: 3,
    failed: 0,
  })
})
