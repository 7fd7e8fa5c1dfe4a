import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { systemClock } from './base/clock.ts'
import { createLogger } from './base/logger.ts'
import { Problem } from './base/problem.ts'
import { readSettings, type Settings } from './config/settings.ts'
import { connect, type Connection, type Db } from './db/connect.ts'
import { migrate } from './db/migrate.ts'
import { timeOf } from './db/shared-time.ts'
import { taskStore } from './db/tasks-store.ts'
import { embeddedMasterKey } from './embedded/master-key.ts'
import { startEmbeddedPostgres } from './embedded/postgres.ts'
import { startExotelSandboxFor, startSandbox } from './embedded/start-sandbox.ts'
import { parkedTable, settleParked } from './features/calls/index.ts'
import { createApp } from './features/tenants/index.ts'
import { releaseLedgerOf, verifyLedger, type Fault } from './features/wallet/index.ts'
import { incomingPathOf } from './http/callback-routes.ts'
import { openApiDocument } from './http/openapi.ts'

const usage = `usage:
  migrate              bring the database up to date
  create-app NAME      make an app and print its keys, this once
  verify-ledger        check the books of every app; exit code 1 when something is wrong
  release-ledger APP_ID MODE
                       let a frozen app's coins move again (MODE: test or live), if its books are right
  parked-calls         list the calls whose coins stay held because they could not be settled
  settle-call CALL_ID SECONDS REASON
                       settle a parked call for so many connected seconds
  provider-urls        show where providers are to ask about calls that come in: for their dashboards
  sandbox [twilio|exotel]
                       run a provider's sandbox by itself (Twilio's unless told), on this machine only, for a hosted
                       platform's test mode
  openapi [--check]    write docs/openapi.json, or check that it is up to date
`

async function main([command, ...rest]: readonly string[]): Promise<number> {
  if (command === 'openapi') return openApi(rest.includes('--check'))
  if (command === 'provider-urls') return providerUrls(readSettings(process.env))
  if (command === 'sandbox') return runSandbox(readSettings(process.env), rest[0] ?? 'twilio')
  const work = command === undefined ? undefined : commands[command]
  if (work === undefined) return say(usage, 2)
  const settings = readSettings(process.env)
  return withDatabase(settings, async (connection) => {
    await migrate(connection)
    const db = connect(connection, { poolSize: 4 })
    try {
      return await work(db, settings, rest)
    } finally {
      await db.close()
    }
  })
}

const commands: Readonly<Record<string, (db: Db, settings: Settings, rest: readonly string[]) => number | Promise<number>>> = {
  migrate: () => say('The database is up to date.', 0),
  'create-app': (db, settings, rest) => makeApp(db, settings, rest.join(' ')),
  'verify-ledger': (db) => checkBooks(db),
  'release-ledger': (db, _settings, [appId, mode]) => releaseBooks(db, appId, mode),
  'parked-calls': async (db) => say(await parkedTable(db), 0),
  'settle-call': (db, _settings, [callId, seconds, ...words]) => settleOne(db, callId, seconds, words.join(' ')),
}

/** Until Ctrl-C or SIGTERM; calls and numbers are kept in the data folder. */
async function runSandbox(settings: Settings, provider: string): Promise<number> {
  const start = Object.hasOwn(sandboxes, provider) ? sandboxes[provider] : undefined
  if (start === undefined) return say(usage, 2)
  await mkdir(settings.dataDir, { recursive: true, mode: 0o700 })
  const { advice, close } = await start(settings)
  say(advice, 0)
  await new Promise((resolve) => {
    process.once('SIGINT', resolve)
    process.once('SIGTERM', resolve)
  })
  await close()
  return 0
}

interface RunningSandbox {
  readonly advice: string
  close(): Promise<void>
}

const sandboxes: Readonly<Record<string, (settings: Settings) => Promise<RunningSandbox>>> = {
  async twilio(settings) {
    const { url, accountSid, close } = await startSandbox(settings, settings.dataDir, settings.port)
    return {
      advice: `The Twilio sandbox is at ${url}: set TWILIO_BASE_URL to it, TWILIO_ACCOUNT_SID to ${accountSid}, and its token.`,
      close,
    }
  },
  async exotel(settings) {
    const { url, accountSid, close } = await startExotelSandboxFor(settings.exotelTest, settings.dataDir, settings.port)
    return {
      advice: `The Exotel sandbox is at ${url}: set EXOTEL_BASE_URL to it, EXOTEL_ACCOUNT_SID to ${accountSid}, and its key and token.`,
      close,
    }
  },
}

function say(text: string, code: number): number {
  ;(code === 0 ? process.stdout : process.stderr).write(`${text}\n`)
  return code
}

async function withDatabase<T>(settings: Settings, work: (connection: Connection) => Promise<T>): Promise<T> {
  if (settings.databaseUrl !== undefined) return work({ url: settings.databaseUrl })
  const postgres = await startEmbeddedPostgres({ dataDir: join(settings.dataDir, 'postgres') })
  try {
    return await work(postgres.connection)
  } finally {
    await postgres.stop()
  }
}

/** They follow from the public URL and the master key; what has a secret in it is as good as a password. */
async function providerUrls(settings: Settings): Promise<number> {
  await mkdir(settings.dataDir, { recursive: true, mode: 0o700 })
  const masterKey = settings.masterKey ?? (await embeddedMasterKey(settings.dataDir))
  const publicUrl = settings.publicUrl ?? `http://${settings.host}:${settings.port}`
  const lines = (['twilio', 'exotel'] as const).flatMap((provider) =>
    (['test', 'live'] as const).map((mode) => `${provider} ${mode}: ${publicUrl}${incomingPathOf(masterKey, provider, mode)}`),
  )
  return say(lines.join('\n'), 0)
}

async function makeApp(db: Db, settings: Settings, name: string): Promise<number> {
  if (name.trim() === '') return say(usage, 2)
  const masterKey = settings.masterKey ?? (await embeddedMasterKey(settings.dataDir))
  const app = await createApp({ db, clock: systemClock, masterKey }, name.trim())
  const keys = Object.entries(app.modes).flatMap(([mode, { publishableKey, secretKey }]) => [
    `  ${mode}: ${publishableKey}`,
    `  ${mode}: ${secretKey}`,
  ])
  return say([`App ${app.appId} (${name.trim()}). Its keys are shown this once:`, ...keys].join('\n'), 0)
}

async function checkBooks(db: Db): Promise<number> {
  const report = await verifyLedger(db)
  tell(report.faults)
  const found = report.faults.length
  return say(`${report.ledgers} ledgers: ${found === 0 ? 'all right' : `${found} faults`}`, found === 0 ? 0 : 1)
}

async function releaseBooks(db: Db, appId: string | undefined, mode: string | undefined): Promise<number> {
  if (appId === undefined || mode === undefined) return say(usage, 2)
  const { outcome, faults } = await releaseLedgerOf({ db, clock: systemClock }, appId, mode)
  tell(faults)
  if (outcome === 'unknown') return say(`There is no app ${appId} in mode ${mode}.`, 1)
  if (outcome === 'faulty') return say('The books are not right: the ledger stays as it is.', 1)
  return say(outcome === 'released' ? 'The ledger is released: coins move again.' : 'The ledger was not frozen.', 0)
}

function tell(faults: readonly Fault[]): void {
  for (const fault of faults) process.stderr.write(`${JSON.stringify(fault)}\n`)
}

async function settleOne(db: Db, callId: string | undefined, seconds: string | undefined, reason: string): Promise<number> {
  if (callId === undefined || seconds === undefined || !/^\d{1,6}$/.test(seconds) || reason === '') return say(usage, 2)
  const now = new Date(await timeOf(db))
  const deps = { db, clock: { now: () => now }, tasks: taskStore }
  const call = await settleParked(deps, { callId, connectedSeconds: Number(seconds), reason })
  return say(`${call.id} is settled: ${call.chargedCoins} of ${call.heldCoins} held coins charged, ${call.earnedCoins} earned.`, 0)
}

async function openApi(check: boolean): Promise<number> {
  const path = join(import.meta.dirname, '../../../docs/openapi.json')
  const text = openApiDocument()
  if (!check) {
    await writeFile(path, text)
    return say('docs/openapi.json is written.', 0)
  }
  const known = await readFile(path, 'utf8').catch(() => '')
  return known === text
    ? say('docs/openapi.json is up to date.', 0)
    : say('docs/openapi.json is not up to date: run ./dev node --conditions=source packages/platform/src/cli.ts openapi', 1)
}

process.exitCode = await main(process.argv.slice(2)).catch((error: unknown) => {
  if (error instanceof Problem) return say(error.message, 1)
  createLogger('error').error('the command failed', { error })
  return say(error instanceof Error ? error.message : 'The command failed.', 1)
})
