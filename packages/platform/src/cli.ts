import { createLogger } from './base/logger.ts'
import { Problem } from './base/problem.ts'
import { readSettings, SettingsError } from './config/settings.ts'
import { say, UsageError, type CommandGroup } from './operator/command.ts'

/** Each is loaded when it is needed: an export of a large ledger is to hold little else in memory. */
const groups: Readonly<Record<string, { readonly names: readonly string[]; load(): Promise<CommandGroup> }>> = {
  ledger: {
    names: ['verify-ledger', 'trial-balance', 'list-ledgers'],
    load: async () => (await import('./operator/ledger-commands.ts')).ledgerCommands,
  },
  money: {
    names: ['credit', 'reverse', 'freeze-ledger', 'release-ledger', 'export-ledger', 'accept-late'],
    load: async () => (await import('./operator/money-commands.ts')).moneyCommands,
  },
  calls: {
    names: ['parked-calls', 'settle-call'],
    load: async () => (await import('./operator/call-commands.ts')).callCommands,
  },
  sandbox: { names: ['sandbox'], load: async () => (await import('./operator/sandbox-commands.ts')).sandboxCommands },
  apps: {
    names: ['migrate', 'create-app', 'provider-urls', 'openapi'],
    load: async () => (await import('./operator/app-commands.ts')).appCommands,
  },
}

async function usage(): Promise<string> {
  const loaded = await Promise.all(Object.values(groups).map(({ load }) => load()))
  return `usage:${loaded.map((group) => group.usage).join('')}`
}

async function main([name = '', ...args]: readonly string[]): Promise<number> {
  const group = Object.values(groups).find(({ names }) => names.includes(name))
  if (group === undefined) return say(await usage(), name === 'help' || name === '--help' ? 0 : 2)
  const { commands, usage: lines } = await group.load()
  const command = commands[name]
  if (command === undefined) throw new Error(`the command ${name} is nowhere`)
  try {
    return await command(args, () => readSettings(process.env))
  } catch (error) {
    if (error instanceof UsageError) return say(`${name}: ${error.message}\nusage:${lines}`, 2)
    throw error
  }
}

process.exitCode = await main(process.argv.slice(2)).catch((error: unknown) => {
  if (error instanceof Problem || error instanceof SettingsError) return say(error.message, 1)
  createLogger('error').error('the command failed', { error })
  return say(error instanceof Error ? error.message : 'The command failed.', 1)
})
