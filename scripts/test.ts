/**
 * Runs the tests: `./dev test` all of them, `./dev test PATH…` some. It finds or installs what they need besides npm packages.
 * The last line is always `N passed, N failed`.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { chromium, provide, redis } from './find-program.ts'
import { readOutcome, summary, type Outcome } from './test-outcome.ts'

const root = join(import.meta.dirname, '..')

async function runVitest(args: string[], report: string): Promise<number> {
  const env = { ...process.env, CHROMIUM_PATH: provide(chromium), REDIS_SERVER_PATH: provide(redis) }
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`]
  const vitest = spawn('vitest', ['run', ...reporters, ...args], { cwd: root, env, stdio: 'inherit' })
  // Ctrl-C reaches Vitest by itself; what is sent to us alone is passed on, so that it can end what it has started.
  process.on('SIGINT', () => undefined)
  process.on('SIGTERM', () => vitest.kill('SIGTERM'))
  const [code] = (await once(vitest, 'exit')) as [number | null]
  return code ?? 1
}

async function main(): Promise<Outcome> {
  const folder = mkdtempSync(join(tmpdir(), 'connect-report-'))
  const report = join(folder, 'report.json')
  try {
    const code = await runVitest(process.argv.slice(2), report)
    return readOutcome(report, code)
  } catch (error) {
    console.error(`test: ${error instanceof Error ? error.message : String(error)}`)
    return { passed: 0, failed: 1 }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

const outcome = await main()
console.log(summary(outcome))
process.exit(outcome.failed === 0 && outcome.passed > 0 ? 0 : 1)
