import { createLogger } from '../base/logger.ts'
import { Problem } from '../base/problem.ts'
import { SettingsError } from '../config/settings.ts'
import { say, UsageError, type CommandGroup, type Here } from './command.ts'

/** Each is loaded when it is needed: an export of a large ledger is to hold little else in memory. */
const groups: Readonly<Record<string, { readonly names: readonly string[]; load(): Promise<CommandGroup> }>> = {
  ledger: {
    names: ['verify-ledger', 'trial-balance', 'list-ledgers'],
    load: async () => (await import('./ledger-commands.ts')).ledgerCommands,
  },
  money: {
    names: ['credit', 'reverse', 'freeze-ledger', 'release-ledger', 'export-ledger', 'accept-late'],
    load: async () => (await import('./money-commands.ts')).moneyCommands,
  },
  calls: {
    names: ['parked-calls', 'settle-call'],
    load: async () => (await import('./call-commands.ts')).callCommands,
  },
  vault: { names: ['rewrap-keys'], load: async () => (await import('./vault-commands.ts')).vaultCommands },
  sandbox: { names: ['sandbox'], load: async () => (await import('./sandbox-commands.ts')).sandboxCommands },
  apps: {
    names: ['migrate', 'create-app', 'provider-urls', 'openapi'],
    load: async () => (await import('./app-commands.ts')).appCommands,
  },
}

async function usage(): Promise<string> {
  const loaded = await Promise.all(Object.values(groups).map(({ load }) => load()))
  return `usage:${loaded.map((group) => group.usage).join('')}`
}

/** Carries out what was typed and answers the exit code; whatever goes wrong is told, and nothing is thrown. */
export async function runCommand([name = '', ...args]: readonly string[], here: Here): Promise<number> {
  const group = Object.values(groups).find(({ names }) => names.includes(name))
  if (group === undefined) return say(here, await usage(), name === 'help' || name === '--help' ? 0 : 2)
  const { commands, usage: lines } = await group.load()
  try {
    const command = commands[name]
    if (command === undefined) throw new Error(`the command ${name} is nowhere`)
    return await command(args, here)
  } catch (error) {
    if (error instanceof UsageError) return say(here, `${name}: ${error.message}\nusage:${lines}`, 2)
    if (error instanceof Problem || error instanceof SettingsError) return say(here, error.message, 1)
    createLogger('error').error('the command failed', { error })
    return say(here, error instanceof Error ? error.message : 'The command failed.', 1)
  }
}
