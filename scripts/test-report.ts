import { readFileSync, writeFileSync } from 'node:fs'
import type { SerializedError } from 'vitest'
import type { Reporter, TestModule } from 'vitest/node'
import * as z from 'zod'

/** What became of the tests of one file. */
const fileReport = z.object({
  project: z.string(),
  path: z.string(),
  passed: z.number(),
  failures: z.array(z.object({ name: z.string(), why: z.string() })),
  /** What failed in the file outside of any test: it could not be loaded, a hook failed, or an error came that nobody waited for. */
  faults: z.array(z.string()),
})

const report = z.object({
  files: z.array(fileReport),
  /** Errors that nobody waited for, of no file that is known. */
  strayErrors: z.array(z.string()),
  interrupted: z.boolean(),
})

export type FileReport = z.output<typeof fileReport>
export type Report = z.output<typeof report>

/** What the run has written; undefined where it came to no end. */
export function readReport(path: string): Report | undefined {
  try {
    return report.parse(JSON.parse(readFileSync(path, 'utf8')))
  } catch {
    return undefined
  }
}

const firstLine = (message: string): string => message.split('\n', 1)[0] ?? ''

function reportOf(file: TestModule): FileReport {
  const passed = [...file.children.allTests('passed')].length
  const failures = [...file.children.allTests('failed')].map((test) => ({
    name: test.fullName,
    why: firstLine(test.result().errors?.[0]?.message ?? ''),
  }))
  const suites = [file, ...file.children.allSuites()]
  const faults = suites.flatMap((suite) => suite.errors().map(({ message }) => firstLine(message)))
  // Failed, and neither a test nor a hook says why: it must not be lost.
  const isUnexplained = file.state() === 'failed' && failures.length + faults.length === 0
  return {
    project: file.project.name,
    path: file.moduleId,
    passed,
    failures,
    faults: isUnexplained ? ['the file failed'] : faults,
  }
}

/** Writes down for `scripts/test.ts` what happened, file by file. */
export class OutcomeReporter implements Reporter {
  readonly #path: string

  constructor(path: string) {
    this.#path = path
  }

  onTestRunEnd(modules: readonly TestModule[], errors: readonly SerializedError[], reason: string): void {
    const files = modules.map(reportOf)
    const strayErrors: string[] = []
    for (const error of errors) {
      const file = files.find(({ path }) => path === error['VITEST_TEST_PATH'])
      if (file === undefined) strayErrors.push(firstLine(error.message))
      else file.faults.push(`nobody waited for: ${firstLine(error.message)}`)
    }
    const written: Report = { files, strayErrors, interrupted: reason === 'interrupted' }
    writeFileSync(this.#path, JSON.stringify(written))
  }
}
