import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { systemClock } from '../base/clock.ts'
import type { Mode } from '../base/tenant.ts'
import { embeddedMasterKey } from '../embedded/master-key.ts'
import { createApp } from '../features/tenants/index.ts'
import { incomingPathOf } from '../http/callback-routes.ts'
import { openApiDocument } from '../http/openapi.ts'
import { paymentCallbackPath } from '../http/payment-callbacks.ts'
import { misused, say, withDb, type CommandGroup, type Here } from './command.ts'

export const appCommands: CommandGroup = {
  usage: `
  migrate              bring the database up to date
  create-app NAME      make an app and print its keys, this once
  provider-urls        show where providers are to ask about calls that come in, and to tell of payments: for their
                       dashboards
  openapi [--check]    write docs/openapi.json, or check that it is up to date`,
  commands: {
    migrate: (_args, here) => withDb(here, async () => say(here, 'The database is up to date.')),
    'create-app': (args, here) => makeApp(args.join(' ').trim(), here),
    'provider-urls': (_args, here) => providerUrls(here),
    openapi: (args, here) => openApi(args.includes('--check'), here),
  },
}

async function makeApp(name: string, here: Here): Promise<number> {
  if (name === '') misused('the app needs a name')
  return withDb(here, async (db, settings) => {
    const masterKey = settings.masterKey ?? (await embeddedMasterKey(settings.dataDir))
    const app = await createApp({ db, clock: systemClock, masterKey }, name)
    const keys = Object.entries(app.modes).flatMap(([mode, { publishableKey, secretKey }]) => [
      `  ${mode}: ${publishableKey}`,
      `  ${mode}: ${secretKey}`,
    ])
    return say(here, [`App ${app.appId} (${name}). Its keys are shown this once:`, ...keys].join('\n'))
  })
}

/** They follow from the public URL and the master key; what has a secret in it is as good as a password. */
async function providerUrls(here: Here): Promise<number> {
  const settings = here.settings()
  await mkdir(settings.dataDir, { recursive: true, mode: 0o700 })
  const masterKey = settings.masterKey ?? (await embeddedMasterKey(settings.dataDir))
  const publicUrl = settings.publicUrl ?? `http://${settings.host}:${settings.port}`
  const lines = (pathOf: (mode: Mode) => string, provider: string) =>
    (['test', 'live'] as const).map((mode) => `${provider} ${mode}: ${publicUrl}${pathOf(mode)}`)
  const calls = (['twilio', 'exotel'] as const).flatMap((provider) => lines((mode) => incomingPathOf(masterKey, provider, mode), provider))
  const payments = lines((mode) => paymentCallbackPath('razorpay', mode), 'razorpay')
  return say(here, [...calls, ...payments].join('\n'))
}

async function openApi(check: boolean, here: Here): Promise<number> {
  const path = join(import.meta.dirname, '../../../../docs/openapi.json')
  const text = openApiDocument()
  if (!check) {
    await writeFile(path, text)
    return say(here, 'docs/openapi.json is written.')
  }
  const known = await readFile(path, 'utf8').catch(() => '')
  return known === text
    ? say(here, 'docs/openapi.json is up to date.')
    : say(here, 'docs/openapi.json is not up to date: run ./dev node --conditions=source packages/platform/src/cli.ts openapi', 1)
}
