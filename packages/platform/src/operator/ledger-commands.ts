import { timeOf } from '../db/shared-time.ts'
import { findBooks, verifyBooks, type BooksVerdict } from '../features/ledger-proof/index.ts'
import { listTenants, readTotals, trialBalance, type Fault, type TenantBooks } from '../features/wallet/index.ts'
import type { Db } from '../db/connect.ts'
import { misused, parsed, say, UsageError, withDb, type CommandGroup, type Here } from './command.ts'
import { spareMemory } from './spare-memory.ts'

export const ledgerCommands: CommandGroup = {
  usage: `
  verify-ledger [APP_ID MODE] [--json] [--seal HASH]...
                       check the books of every app, or of one: sums, and every row against the seals. Names each altered,
                       missing or added row. HASH: a seal written down earlier, which must still be in a chain.
                       Exit code 1 when something is wrong, 3 when it could not be checked to the end
  trial-balance APP_ID MODE
                       print the app's accounts and check that they add up; exit code 1 when they do not
  list-ledgers         list the ledger of each app and mode, and whether its coins move`,
  commands: {
    'verify-ledger': verifyCommand,
    'trial-balance': (args, here) => withDb(here, (db) => showBalance(here, db, ...ledgerOf(parsed(args, {}, 2).words))),
    'list-ledgers': (_args, here) => withDb(here, (db) => listLedgers(here, db)),
  },
}

/** APP_ID and MODE (test or live). */
export function ledgerOf([appId, mode]: readonly string[]): readonly [appId: string, mode: string] {
  if (appId === undefined || mode === undefined) return misused('an app and a mode (test or live) are needed')
  return [appId, mode]
}

async function verifyCommand(args: readonly string[], here: Here): Promise<number> {
  const { words, flag, many } = parsed(args, { json: 'flag', seal: 'many' }, 2)
  const wanted = words.length === 0 ? undefined : ledgerOf(words)
  const hashes = many('seal').map((hash) => (/^[0-9a-f]{64}$/i.test(hash) ? hash.toLowerCase() : misused(`not a seal's hash: ${hash}`)))
  return withDb(here, async (db) => {
    const tenants =
      wanted === undefined ? await listTenants(db) : [(await findBooks(db, ...wanted)) ?? misused('there is no such app in this mode')]
    return verify(here, db, tenants, hashes, flag('json'))
  }).catch((error: unknown) => {
    if (error instanceof Error && !(error instanceof UsageError))
      return say(here, `The books could not be checked to the end: ${error.message}`, 3)
    throw error
  })
}

/** An id and a digest in several forms, as the seal has them and as the row has them. */
const charactersOfRow = 500

async function verify(here: Here, db: Db, tenants: readonly TenantBooks[], hashes: readonly string[], json: boolean): Promise<number> {
  const verdicts: BooksVerdict[] = []
  const spare = spareMemory()
  const options = { wanted: new Set(hashes), onSeal: (rows: number) => spare(rows * charactersOfRow) }
  for (const tenant of tenants) {
    const verdict = await verifyBooks(db, tenant, options)
    verdicts.push(verdict)
    if (!json) say(here, lineOf(verdict))
    tell(here, verdict.faults)
  }
  const lost = hashes.filter((hash) => !verdicts.some(({ known }) => known.has(hash)))
  for (const hash of lost) here.err.write(`${JSON.stringify({ rule: 'a seal that was written down is in its chain', subject: hash })}\n`)
  const found = verdicts.reduce((sum, { faultCount }) => sum + faultCount, lost.length)
  const code = found === 0 ? 0 : 1
  if (json) here.out.write(`${JSON.stringify({ ok: found === 0, faultCount: found, missingSeals: lost, ledgers: verdicts.map(jsonOf) })}\n`)
  else say(here, `${tenants.length} ledgers: ${found === 0 ? 'all right' : `${found} faults`}`, code)
  return code
}

const jsonOf = ({ known: _, ...verdict }: BooksVerdict) => verdict

function lineOf({ appId, mode, frozen, transactions, seals, faultCount }: BooksVerdict): string {
  const { newest, unsealed } = seals
  const sealed = newest === null ? 'no seal' : `${newest.number} seals, the newest ${newest.hash} of ${newest.sealedAt.toISOString()}`
  const state = faultCount === 0 ? 'all right' : `${faultCount} faults`
  return `${appId} ${mode}: ${transactions} transactions, ${unsealed} not sealed yet, ${sealed}${frozen ? ', FROZEN' : ''}: ${state}`
}

export function tell({ err }: Pick<Here, 'err'>, faults: readonly Fault[]): void {
  for (const fault of faults) err.write(`${JSON.stringify(fault)}\n`)
}

async function showBalance(here: Here, db: Db, appId: string, mode: string): Promise<number> {
  const tenant = (await findBooks(db, appId, mode)) ?? misused('there is no such app in this mode')
  const { data, sum } = await db.transact(tenant.id, (tx) => readTotals(tx, tenant.id))
  for (const { name, balance } of data) say(here, `${name.padEnd(20)}${String(balance).padStart(20)}`)
  say(here, `${'sum'.padEnd(20)}${String(sum).padStart(20)}`)
  const { faults, transactions } = await trialBalance(db, tenant)
  tell(here, faults)
  const at = new Date(await timeOf(db)).toISOString()
  return say(
    here,
    `${transactions} transactions at ${at}: ${faults.length === 0 ? 'the books add up' : `${faults.length} faults`}`,
    faults.length === 0 ? 0 : 1,
  )
}

async function listLedgers(here: Here, db: Db): Promise<number> {
  for (const { appId, mode, frozen } of await listTenants(db)) say(here, `${appId}  ${mode}  ${frozen ? 'frozen' : 'moving'}`)
  return 0
}
