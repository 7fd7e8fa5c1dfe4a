import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { everyTenant } from '../../src/base/tenant.ts'
import { readSettings } from '../../src/config/settings.ts'
import { runCommand } from '../../src/operator/run-command.ts'
import { startPlatform, type TestApp, type TestPlatform } from '../start-platform.ts'

const cli = join(import.meta.dirname, '../../src/cli.ts')
const signature = ['--by', 'Nila', '--reason', 'Ticket 7']

let platform: TestPlatform
let app: TestApp

beforeAll(async () => {
  platform = await startPlatform({ startMs: Date.now() })
  app = await platform.app()
  await app.user('asha', { coins: 50 })
})
afterAll(() => platform.stop())

interface Outcome {
  readonly code: number
  readonly out: string
  readonly err: string
}

/** What an operator types, as the command line takes it. */
async function run(...args: readonly string[]): Promise<Outcome> {
  const [out, err] = [new PassThrough(), new PassThrough()]
  const settings = () => readSettings({ DATABASE_URL: platform.database.url })
  const said = Promise.all([text(out), text(err)])
  const code = await runCommand(args, { settings, out, err })
  out.end()
  err.end()
  const [outText, errText] = await said
  return { code, out: outText, err: errText }
}

const here = () => [app.app.appId, 'test'] as const
const balance = async () => (await app.server.wallets.get({ userId: 'asha' })).buckets
const auditRows = () =>
  platform.platform.db.read<{ action: string; actor: string; reason: string; name: string }>(
    everyTenant,
    "select action, actor, reason, details ->> 'operator' as name from audit where action like 'ledger.%' order by id",
    [],
  )

it('credits a user once for each reference', async () => {
  const credit = (...more: readonly string[]) => run('credit', ...here(), 'asha', '5', '--bucket', 'bonus', '--ref', 'T-1', ...more)
  expect(await credit('--by', 'Nila')).toMatchObject({ code: 2, err: expect.stringContaining('--reason is missing') })
  const first = await credit(...signature)
  expect(first).toMatchObject({ code: 0, out: expect.stringMatching(/^5 coins are credited to asha: txn_/) })
  expect(await credit(...signature)).toMatchObject({ code: 1, err: expect.stringMatching(/credited already, as txn_/) })
  const other = await run('credit', ...here(), 'asha', '6', '--bucket', 'bonus', '--ref', 'T-1', ...signature)
  expect(other).toMatchObject({ code: 1, out: '', err: expect.stringContaining('T-1 was used for another order: nothing is done.') })
  expect(await balance()).toMatchObject({ bonus: 5 })
})

it.each([
  ['an unknown user', ['asha-none', '5', '--bucket', 'bonus', '--ref', 'T-2'], 1],
  ['no coins', ['asha', '0', '--bucket', 'bonus', '--ref', 'T-2'], 1],
  ['half a coin', ['asha', '1.5', '--bucket', 'bonus', '--ref', 'T-2'], 2],
  ['too many coins', ['asha', '9007199254740993', '--bucket', 'bonus', '--ref', 'T-2'], 1],
  ['a bucket that nobody credits', ['asha', '5', '--bucket', 'held', '--ref', 'T-2'], 2],
  ['no reference', ['asha', '5', '--bucket', 'bonus'], 2],
  ['an option that is none', ['asha', '5', '--bucket', 'bonus', '--ref', 'T-2', '--force'], 2],
])('credits nothing for %s', async (_, words, code) => {
  const before = await balance()
  expect(await run('credit', ...here(), ...words, ...signature)).toMatchObject({ code, out: '' })
  expect(await balance()).toEqual(before)
})

it('takes a transaction back once for each reference, and says what is owed', async () => {
  await app.user('bela')
  const { transaction } = await app.server.wallets.credit({ userId: 'bela', coins: 10, reason: 'Work' })
  await app.server.wallets.debit({ userId: 'bela', coins: 4, reason: 'Gift' })
  const reverse = (ref: string, ...more: readonly string[]) =>
    run('reverse', ...here(), transaction.id, '--ref', ref, ...more, ...signature)
  const unknown = await run('reverse', ...here(), 'txn_unknown', '--ref', 'R-1', ...signature)
  expect(unknown).toMatchObject({ code: 1, err: 'There is no transaction txn_unknown in this app.\n' })
  const twice = await Promise.all([reverse('R-1', '--coins', '2'), reverse('R-1', '--coins', '2')])
  expect(twice.map(({ code }) => code).sort()).toEqual([0, 1])
  expect(twice.find(({ code }) => code === 0)).toMatchObject({ out: expect.stringContaining('the user owes 0') })
  expect(await reverse('R-1', '--coins', '2')).toMatchObject({ code: 1, err: expect.stringMatching(/taken back already, by txn_/) })
  expect(await reverse('R-1', '--coins', '3')).toMatchObject({ code: 1, err: expect.stringContaining('R-1 was used for another order') })
  expect(await reverse('R-2')).toMatchObject({ code: 0, out: expect.stringContaining('the user owes 4') })
  // The reason is the operator's: the user is told what happened, and no more.
  const { data } = await app.server.wallets.listTransactions({ userId: 'bela' })
  expect(data.filter(({ type }) => type === 'reversal').map(({ description }) => description)).toEqual(['Correction', 'Correction'])
  expect(await reverse('R-3')).toMatchObject({ code: 1 })
})

it('freezes, verifies, exports and releases, and the audit has each of them', async () => {
  expect(await run('freeze-ledger', ...here(), ...signature)).toMatchObject({ code: 0 })
  expect(await run('freeze-ledger', ...here(), ...signature)).toMatchObject({ code: 1, err: 'The ledger is frozen already.\n' })
  expect((await run('list-ledgers')).out).toContain(`${app.app.appId}  test  frozen`)
  const verified = await run('verify-ledger', '--json')
  expect(verified.code).toBe(0)
  expect(JSON.parse(verified.out)).toMatchObject({
    ok: true,
    ledgers: expect.arrayContaining([expect.objectContaining({ appId: app.app.appId, frozen: true })]),
  })
  expect(await run('verify-ledger', ...here(), '--seal', 'a'.repeat(64))).toMatchObject({ code: 1, err: expect.stringContaining('aaaa') })
  expect(await run('verify-ledger', ...here(), '--seal', 'x')).toMatchObject({ code: 2 })
  expect((await run('trial-balance', ...here())).out).toMatch(/sum +0\n.*the books add up\n$/)
  const exported = await run('export-ledger', ...here(), '--format', 'csv', ...signature)
  expect([exported.code, exported.out.split('\n')[0]]).toEqual([0, expect.stringMatching(/^record,transaction_id,/)])
  expect(exported.out).toMatch(/\nend,.*\n$/)
  expect(await run('export-ledger', ...here(), '--format', 'xml', ...signature)).toMatchObject({ code: 2 })
  for (const day of ['yesterday', '2026-02-30', '2026-02-30T12:00:00+05:30', '2026-01-01T24:30:00Z'])
    expect(await run('export-ledger', ...here(), '--from', day, ...signature)).toMatchObject({ code: 2 })
  expect(await run('release-ledger', ...here(), ...signature)).toMatchObject({ code: 0 })
  expect(await run('release-ledger', ...here(), ...signature)).toMatchObject({ code: 1, err: 'The ledger is not frozen.\n' })
  expect(await run('release-ledger', 'app_none', 'test', ...signature)).toMatchObject({
    code: 1,
    err: 'There is no app app_none in mode test.\n',
  })
  const rows = await auditRows()
  expect(rows.slice(-3)).toEqual(
    ['ledger.frozen', 'ledger.exported', 'ledger.released'].map((action) => ({
      action,
      actor: 'operator',
      reason: 'Ticket 7',
      name: 'Nila',
    })),
  )
})

it('writes an export into a file of its own, and over nobody’s', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'export-'))
  const file = join(folder, 'ledger.jsonl')
  const command = ['export-ledger', ...here(), '--out', file, ...signature]
  expect(await run(...command)).toMatchObject({ code: 0, out: '' })
  const written = await readFile(file, 'utf8')
  expect(written).toMatch(/\n\{"end":true,.*\}\n$/)
  expect((await stat(file)).mode & 0o777).toBe(0o600)
  expect(await run(...command)).toMatchObject({ code: 1, err: expect.stringContaining('EEXIST') })
  expect(await readFile(file, 'utf8')).toBe(written)
  await rm(folder, { recursive: true })
})

it('shows all commands, and the lines of one that was misused', async () => {
  expect(await run('help')).toMatchObject({ code: 0, out: expect.stringContaining('export-ledger APP_ID MODE') })
  expect(await run('nonsense')).toMatchObject({ code: 2, err: expect.stringContaining('usage:') })
  expect(await run('freeze-ledger', ...signature)).toMatchObject({ code: 2, err: expect.stringContaining('an app and a mode') })
  expect(await run('freeze-ledger', ...here(), 'more', ...signature)).toMatchObject({
    code: 2,
    err: expect.stringContaining('too many words'),
  })
})

it('runs as a process of its own, which says by its exit code that it could not check the books', async () => {
  const env = { ...process.env, DATABASE_URL: 'postgres://nobody@127.0.0.1:1/none' }
  const code = await new Promise((resolve) => {
    execFile(process.execPath, ['--conditions=source', cli, 'verify-ledger'], { env }, (error) => resolve(error?.code))
  })
  expect(code).toBe(3)
})
