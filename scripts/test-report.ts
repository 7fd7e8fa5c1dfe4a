import { readFileSync, writeFileSync } from 'node:fs'
import type { SerializedError } from 'vitest'
import type { Reporter, TestModule } from 'vitest/node'

/** What became of the tests of one file. */
export interface FileReport {
  readonly project: string
  readonly path: string
  readonly passed: number
  readonly failures: readonly { readonly name: string; readonly why: string }[]
  /** What failed in the file outside of any test: it could not be loaded, a hook failed, or an error came that nobody waited for. */
  readonly faults: readonly string[]
}

export interface Report {
  readonly files: readonly FileReport[]
  /** Errors that nobody waited for, of no file that is known. */
  readonly strayErrors: readonly string[]
  readonly interrupted: boolean
}

/** What the run has written; undefined where it came to no end. */
export function readReport(path: string): Report | undefined {
  try {
    const value: unknown = JSON.parse(readFileSync(path, 'utf8'))
    return isReport(value) ? value : undefined
  } catch {
    return undefined
  }
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null
const isText = (value: unknown): value is string => typeof value === 'string'
const areAll = <Item>(values: unknown, is: (value: unknown) => value is Item): values is Item[] => Array.isArray(values) && values.every(is)

const isFailure = (value: unknown): value is FileReport['failures'][number] =>
  isRecord(value) && isText(value['name']) && isText(value['why'])

const isFile = (value: unknown): value is FileReport =>
  isRecord(value) &&
  isText(value['project']) &&
  isText(value['path']) &&
  typeof value['passed'] === 'number' &&
  areAll(value['failures'], isFailure) &&
  areAll(value['faults'], isText)

const isReport = (value: unknown): value is Report =>
  isRecord(value) && areAll(value['files'], isFile) && areAll(value['strayErrors'], isText) && typeof value['interrupted'] === 'boolean'

const firstLine = (message: string): string => message.split('\n', 1)[0] ?? ''

function reportOf(file: TestModule): FileReport & { readonly faults: string[] } {
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
