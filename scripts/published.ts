/** Builds the npm packages and looks at them as a customer gets them: nothing but what is packed, no sources, no special conditions. */
import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

const root = join(import.meta.dirname, '..')

function run(command: string, args: string[], cwd: string): string {
  const { status, stdout, stderr, error } = spawnSync(command, args, { cwd, encoding: 'utf8' })
  if (error !== undefined || status !== 0)
    throw new Error(`${command} ${args.join(' ')} failed:\n${stdout}${stderr}${error?.message ?? ''}`)
  return stdout
}

/** The files that npm would publish, laid out in a customer's node_modules. */
function install(name: string, customer: string): void {
  const folder = join(root, 'packages', name)
  const [packed] = JSON.parse(run('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], folder)) as { files: { path: string }[] }[]
  const target = join(customer, 'node_modules/@impacthub', name)
  for (const { path } of packed?.files ?? []) {
    if (/(^|\/)(src|test)\/|\.(test|stories)\./.test(path)) throw new Error(`@impacthub/${name} would publish ${path}`)
    mkdirSync(dirname(join(target, path)), { recursive: true })
    cpSync(join(folder, path), join(target, path))
  }
  const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { exports: Record<string, Record<string, string>> }
  for (const [entry, places] of Object.entries(manifest.exports)) {
    for (const [condition, file] of Object.entries(places)) {
      if (condition !== 'source' && !file.includes('*') && !existsSync(join(target, file)))
        throw new Error(`@impacthub/${name} ${entry} names ${file}, which is not packed`)
    }
  }
}

const program = `
import { createClient, ConnectError, iterate } from '@impacthub/sdk'
import { createServer } from '@impacthub/sdk/server'
import { allTables } from '@impacthub/sdk/contract'
const client = createClient({ baseUrl: 'http://127.0.0.1:9', publishableKey: 'pk_test_x', getToken: async () => 'x' })
const server = createServer({ baseUrl: 'http://127.0.0.1:9', secretKey: 'sk_test_x' })
for (const one of [client.calls.create, client.wallet.get, server.users.put, server.wallets.credit, ConnectError, iterate])
  if (typeof one !== 'function') throw new Error('an export is missing')
if (allTables.calls.create.path !== '/v1/calls') throw new Error('the contract is missing')
`

const typed = `
import { createClient } from '@impacthub/sdk'
const client = createClient({ baseUrl: '', publishableKey: '', getToken: async () => '' })
const status: string = (await client.calls.create({ calleeId: 'ravi' })).status
// @ts-expect-error a callee is needed
await client.calls.create({})
export { status }
`

const customer = mkdtempSync(join(tmpdir(), 'connect-published-'))
try {
  run(process.execPath, [join(root, 'scripts/build.ts')], root)
  for (const name of ['sdk', 'widgets']) install(name, customer)
  for (const dependency of ['ky', 'zod', 'lit', 'lit-html', 'lit-element', '@lit', '@lit-labs', 'typescript'])
    symlinkSync(join(root, 'node_modules', dependency), join(customer, 'node_modules', dependency))
  writeFileSync(join(customer, 'package.json'), '{ "type": "module" }')
  writeFileSync(join(customer, 'use.mjs'), program)
  writeFileSync(join(customer, 'use.ts'), typed)
  run(process.execPath, ['use.mjs'], customer)
  // CommonJS hosts load the modules with require(esm), which Node has from 20.19 on.
  run(process.execPath, ['-e', "if (typeof require('@impacthub/sdk').createClient !== 'function') process.exit(1)"], customer)
  run(
    'tsc',
    ['--noEmit', '--strict', '--module', 'nodenext', '--target', 'es2023', '--lib', 'es2023,dom', '--types', '', 'use.ts'],
    customer,
  )
  console.log('The packages hold what their exports name; they import and type-check without their sources.')
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error))
  process.exitCode = 1
} finally {
  rmSync(customer, { recursive: true, force: true })
}
