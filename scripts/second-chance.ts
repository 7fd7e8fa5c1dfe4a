import { failedIn } from './test-outcome.ts'
import type { FileReport, Report } from './test-report.ts'

/** More than these are no accident: something is broken, and running it again would only take time. */
const mostFiles = 5

/** Runs one file of one project by itself; undefined where it came to no end. */
export type RunAgain = (file: FileReport) => Promise<Report | undefined>

export interface AfterSecondRun {
  readonly report: Report
  /** What the first run found in files that then passed. */
  readonly unsteady: readonly FileReport[]
}

/**
 * Runs the files that failed once more, one after the other, on a machine that now does nothing else. What then passes is counted as
 * passed and told of as unsteady; what fails twice has failed. Errors that belong to no file are nobody's to run again: they stay.
 */
export async function giveSecondChance(first: Report, runAgain: RunAgain): Promise<AfterSecondRun> {
  const failed = first.files.filter((file) => failedIn(file) > 0)
  if (first.interrupted || failed.length > mostFiles) return { report: first, unsteady: [] }
  const files = [...first.files]
  const unsteady: FileReport[] = []
  for (const file of failed) {
    const again = passedAll(file, await runAgain(file))
    if (again === undefined) continue
    files[files.indexOf(file)] = again
    unsteady.push(file)
  }
  return { report: { ...first, files }, unsteady }
}

/** The second run, where it takes back all that the first one said: each test ran, those that had failed among them, and none failed. */
function passedAll(first: FileReport, again: Report | undefined): FileReport | undefined {
  const [file, ...others] = again?.files ?? []
  if (again === undefined || file === undefined || others.length > 0) return undefined
  if (again.strayErrors.length > 0 || again.interrupted || failedIn(file) > 0) return undefined
  // A file that could not be loaded has told of no tests.
  const expected = Math.max(1, first.passed + first.failures.length)
  return file.passed >= expected ? file : undefined
}

/** What nobody may overlook; nothing where nothing is unsteady. */
export function unsteadyList(files: readonly FileReport[], root: string): string {
  if (files.length === 0) return ''
  const lines = files.flatMap(({ project, path, failures, faults }) => [
    `  ${project}  ${path.replace(`${root}/`, '')}`,
    ...failures.map(({ name, why }) => `      ${name}\n        ${why}`),
    ...faults.map((why) => `      outside of any test\n        ${why}`),
  ])
  const rule = '━'.repeat(100)
  return [rule, 'unsteady: passed only when run again', ...lines, 'Find the reason: the next run may be less lucky.', rule].join('\n')
}
