/** Everything that can be said about the code without running it. All is reported; one fault is enough to fail. */
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..')
const types = (project: string) => ['tsc', '-p', project, '--noEmit', '--composite', 'false']
const node = ['node', '--conditions=source']

const steps: [heading: string, command: string[]][] = [
  ['format', ['prettier', '--check', '--log-level', 'warn', '.']],
  ['types of the SDK', types('packages/sdk')],
  ['types of the widgets', types('packages/widgets/tsconfig.check.json')],
  ['types of the platform', types('packages/platform')],
  ['types of everything, with tests and tools', types('tsconfig.lint.json')],
  ['rules', ['eslint', '--max-warnings=0', '.']],
  ['who imports what', ['depcruise', '--config', '.dependency-cruiser.cjs', 'packages', 'scripts', 'examples']],
  ['unused files, exports and dependencies', ['knip', '--no-progress']],
  ['OpenAPI is what the contract says', [...node, 'packages/platform/src/cli.ts', 'openapi', '--check']],
  ['sizes', [...node, 'scripts/sizes.ts']],
  ['packages as they are published', [...node, 'scripts/published.ts']],
  ['stories', ['storybook', 'build', '--quiet', '-c', 'packages/widgets/.storybook', '-o', 'packages/widgets/storybook-static']],
]

const failed = steps.filter(([heading, [command = '', ...args]]) => {
  console.log(`\n── ${heading}`)
  const { status, error } = spawnSync(command, args, { cwd: root, stdio: 'inherit' })
  if (error !== undefined) console.error(`${command}: ${error.message}`)
  return status !== 0
})

console.log(failed.length === 0 ? '\nAll checks passed.' : `\nFailed: ${failed.map(([heading]) => heading).join('; ')}.`)
process.exit(failed.length === 0 ? 0 : 1)
