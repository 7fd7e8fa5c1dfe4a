import type { FileReport, Report } from './test-report.ts'

/** How many tests kept their promise, and how many did not. */
export interface Outcome {
  readonly passed: number
  readonly failed: number
}

/**
 * What came of a run. A fault outside of any test (a file that cannot be loaded, an error nobody waited for, no test at all)
 * counts as one that failed: nothing else would show it in the sum.
 */
export function outcomeOf(report: Report | undefined, exitCode: number): Outcome {
  if (report === undefined) return { passed: 0, failed: 1 }
  const passed = sum(report.files, (file) => file.passed)
  const failed = sum(report.files, failedIn) + report.strayErrors.length
  return { passed, failed: failed === 0 && (exitCode !== 0 || passed === 0) ? 1 : failed }
}

/** The last line of every run. */
export function summary({ passed, failed }: Outcome): string {
  return `${passed} passed, ${failed} failed`
}

/** A file that failed without a test that failed counts as one. */
export const failedIn = ({ failures, faults }: FileReport): number => failures.length + (failures.length === 0 && faults.length > 0 ? 1 : 0)

const sum = (files: readonly FileReport[], count: (file: FileReport) => number) => files.reduce((total, file) => total + count(file), 0)
