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
      if (condition === 'default' && entry.startsWith('./react/') && !readFileSync(join(target, file), 'utf8').startsWith("'use client'"))
        throw new Error(`${file} does not say that it is for the browser`)
    }
  }
}

const program = `
import { createClient, ConnectError, iterate } from '@impacthub/sdk'
import { createServer } from '@impacthub/sdk/server'
import { allTables } from '@impacthub/sdk/contract'
import { forgetConnect, handleConnect, keptAt, startConnectWorker, tokenWhileOffline } from '@impacthub/sdk/service-worker'
const client = createClient({ baseUrl: 'http://127.0.0.1:9', publishableKey: 'pk_test_x', getToken: async () => 'x' })
const server = createServer({ baseUrl: 'http://127.0.0.1:9', secretKey: 'sk_test_x' })
for (const one of [client.calls.create, client.wallet.get, server.users.put, server.wallets.credit, ConnectError, iterate, forgetConnect,
  handleConnect, keptAt, startConnectWorker, tokenWhileOffline])
  if (typeof one !== 'function') throw new Error('an export is missing')
if (allTables.calls.create.path !== '/v1/calls') throw new Error('the contract is missing')
`

const typed = `
import { createClient } from '@impacthub/sdk'
import { handleConnect, keptAt } from '@impacthub/sdk/service-worker'
const client = createClient({ baseUrl: '', publishableKey: '', getToken: async () => '' })
const status: string = (await client.calls.create({ calleeId: 'ravi' })).status
// @ts-expect-error a callee is needed
await client.calls.create({})
export const since: string | undefined = keptAt(await client.wallet.get())
handleConnect({ baseUrl: 'https://connect.example', people: 2 })
// @ts-expect-error a platform is needed
handleConnect({})
export { status }
`

/** The program for React that the widgets' own page shows. */
function reactProgram(): string {
  const [, section = ''] = readFileSync(join(root, 'packages/widgets/README.md'), 'utf8').split('\n## With React\n')
  const [, program] = /```tsx\n([^]*?)\n```/.exec(section) ?? []
  if (program === undefined) throw new Error('The README of the widgets shows no program for React')
  return program
}

const reactTypes = `
import { useRef, type ComponentRef } from 'react'
import { IhcCallButton, IhcKycUploader, IhcSession, IhcTopup, type ConnectEvents } from '@impacthub/widgets/react'
import Wallet from '@impacthub/widgets/react/wallet'
export function Page() {
  const topup = useRef<ComponentRef<typeof IhcTopup>>(null)
  return (
    <IhcSession language="hi" theme="dark" onIhcTopupPaid={({ detail }) => detail.topup.coins}>
      <IhcTopup ref={topup} packId="small" onIhcTopupFailed={({ detail }) => topup.current?.focus(detail.reason === 'lost' ? {} : undefined)} />
      <IhcKycUploader name="kyc" type="pan" required onIhcKycChanged={({ detail }) => detail.standing.status} />
      <Wallet className="wide" style={{ margin: 0 }} onClick={() => {}} />
    </IhcSession>
  )
}
const wrong = [
  // @ts-expect-error a handler hears what its event tells
  <IhcCallButton calleeId="ravi" onIhcCallRequest={(event: CustomEvent<ConnectEvents['ihc-error']>) => event.detail.code} />,
  // @ts-expect-error the wallet does not send it
  <Wallet onIhcCallRequest={() => {}} />,
  // @ts-expect-error an id is a text
  <IhcCallButton calleeId={5} />,
  // @ts-expect-error what Lit needs is not to be set
  <IhcCallButton calleeId="ravi" requestUpdate={() => {}} />,
]
export { wrong }
`

const rendered = `
import { createElement } from 'react'
import { renderToString } from 'react-dom/server'
import { prerender } from 'react-dom/static'
import { Talk } from './talk.js'
import { Page } from './page.js'
const { prelude } = await prerender(createElement(Talk, { calleeId: 'ravi' }))
const talk = await new Response(prelude).text()
for (const tag of ['ihc-session', 'ihc-presence', 'ihc-call-button', 'ihc-wallet', 'Talk now'])
  if (!talk.includes(tag)) throw new Error(tag + ' is missing in ' + talk)
if (!renderToString(createElement(Page)).includes('<ihc-kyc-uploader name="kyc">')) throw new Error('no form field')
`

const customer = mkdtempSync(join(tmpdir(), 'connect-published-'))
try {
  run(process.execPath, [join(root, 'scripts/build.ts')], root)
  for (const name of ['sdk', 'widgets']) install(name, customer)
  for (const dependency of [
    'ky',
    'zod',
    'lit',
    'lit-html',
    'lit-element',
    '@lit',
    '@lit-labs',
    'typescript',
    'react',
    'react-dom',
    '@types',
  ])
    symlinkSync(join(root, 'node_modules', dependency), join(customer, 'node_modules', dependency))
  writeFileSync(join(customer, 'package.json'), '{ "type": "module" }')
  writeFileSync(join(customer, 'use.mjs'), program)
  writeFileSync(join(customer, 'use.ts'), typed)
  run(process.execPath, ['use.mjs'], customer)
  // CommonJS hosts load the modules with require(esm), which Node has from 20.19 on.
  run(process.execPath, ['-e', "if (typeof require('@impacthub/sdk').createClient !== 'function') process.exit(1)"], customer)
  writeFileSync(join(customer, 'talk.tsx'), reactProgram())
  writeFileSync(join(customer, 'page.tsx'), reactTypes)
  writeFileSync(join(customer, 'render.mjs'), rendered)
  const strict = ['--strict', '--module', 'nodenext', '--target', 'es2023', '--lib', 'es2023,dom', '--types', '']
  run('tsc', [...strict, '--jsx', 'react-jsx', 'use.ts', 'talk.tsx', 'page.tsx'], customer)
  run(process.execPath, ['render.mjs'], customer)
  console.log('The packages hold what their exports name; they import and type-check without their sources.')
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error))
  process.exitCode = 1
} finally {
  rmSync(customer, { recursive: true, force: true })
}
