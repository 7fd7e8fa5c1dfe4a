/**
 * Runs the tests: `./dev test` all of them, `./dev test PATH…` some. It finds or installs what they need besides npm packages.
 * Files that failed are run a second time, by themselves; what passes then is listed as unsteady. `CONNECT_TEST_STRICT=1` leaves that out.
 * The last line is always `N passed, N failed`.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { chromium, provide, redis } from './find-program.ts'
import { giveSecondChance, unsteadyList } from './second-chance.ts'
import { outcomeOf, summary, type Outcome } from './test-outcome.ts'
import { readReport, type Report } from './test-report.ts'

const root = join(import.meta.dirname, '..')
const strict = process.env['CONNECT_TEST_STRICT'] === '1'
/** Second runs end by then: who waits for the tests does not wait for ever. */
const lastMs = 20 * 60_000

let stopped = false
let stop: () => void = () => undefined
// Ctrl-C reaches Vitest by itself; what is sent to us alone is passed on, so that it can end what it has started.
process.on('SIGINT', () => (stopped = true))
process.on('SIGTERM', () => {
  stopped = true
  stop()
})

interface Run {
  readonly report: Report | undefined
  readonly exitCode: number
}

async function runVitest(args: readonly string[], limitMs?: number): Promise<Run> {
  const folder = mkdtempSync(join(tmpdir(), 'connect-report-'))
  const path = join(folder, 'report.json')
  const env = { ...process.env, CHROMIUM_PATH: provide(chromium), REDIS_SERVER_PATH: provide(redis), CONNECT_TEST_REPORT: path }
  try {
    const vitest = spawn('vitest', ['run', ...args], { cwd: root, env, stdio: 'inherit' })
    stop = () => vitest.kill('SIGTERM')
    const tooLong = limitMs === undefined ? undefined : setTimeout(stop, limitMs)
    const [code] = (await once(vitest, 'exit')) as [number | null]
    clearTimeout(tooLong)
    return { report: readReport(path), exitCode: code ?? 1 }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Who names single tests or other wishes is looking for something, and should see what the first run says. */
const asksForFiles = (args: readonly string[]): boolean =>
  args.every((arg) => !arg.includes('soak') && (!arg.startsWith('-') || /^--project(=|$)/.test(arg)))

async function main(args: readonly string[]): Promise<Outcome> {
  const began = performance.now()
  const { report: first, exitCode } = await runVitest(args)
  if (first === undefined || strict || !asksForFiles(args)) return outcomeOf(first, exitCode)
  const { report, unsteady } = await giveSecondChance(first, async ({ project, path }) => {
    const leftMs = lastMs - (performance.now() - began)
    if (stopped || leftMs < 1_000) return undefined
    console.log(`\ntest: ${path} failed; it is run again by itself.`)
    const again = await runVitest(['--project', project, path], leftMs)
    return again.exitCode === 0 ? again.report : undefined
  })
  const list = unsteadyList(unsteady, root)
  if (list !== '') console.log(`\n${list}`)
  // The exit code spoke of what has been taken back.
  return outcomeOf(report, unsteady.length > 0 ? 0 : exitCode)
}

const outcome = await main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(`test: ${error instanceof Error ? error.message : String(error)}`)
  return { passed: 0, failed: 1 }
})
console.log(summary(outcome))
process.exit(outcome.failed === 0 && outcome.passed > 0 ? 0 : 1)
