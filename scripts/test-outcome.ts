import { readFileSync } from 'node:fs'

/** How many tests kept their promise, and how many did not. */
export interface Outcome {
  passed: number
  failed: number
}

/**
 * What Vitest wrote. A fault outside of any test (a file that cannot be loaded, an error nobody waited for, no test at all)
 * counts as one that failed: nothing else would show it in the sum.
 */
export function readOutcome(report: string, exitCode: number): Outcome {
  const { passed, failed, brokenFiles } = counts(report)
  const faults = failed + brokenFiles
  return { passed, failed: faults === 0 && (exitCode !== 0 || passed === 0) ? 1 : faults }
}

/** The last line of every run. */
export function summary({ passed, failed }: Outcome): string {
  return `${passed} passed, ${failed} failed`
}

function counts(report: string): Outcome & { brokenFiles: number } {
  const value = readJson(report)
  const passed = count(value['numPassedTests'])
  const failed = count(value['numFailedTests'])
  const files: unknown[] = Array.isArray(value['testResults']) ? value['testResults'] : []
  return { passed, failed, brokenFiles: files.filter(isBroken).length }
}

/** A file that failed without a test that failed. */
function isBroken(file: unknown): boolean {
  if (!isRecord(file) || file['status'] !== 'failed') return false
  const tests: unknown[] = Array.isArray(file['assertionResults']) ? file['assertionResults'] : []
  return !tests.some((test) => isRecord(test) && test['status'] === 'failed')
}

function readJson(path: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(readFileSync(path, 'utf8'))
    return isRecord(value) ? value : {}
  } catch {
    return {}
  }
}

const count = (value: unknown): number => (typeof value === 'number' ? value : 0)
const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null
