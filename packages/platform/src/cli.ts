import { readSettings } from './config/settings.ts'
import { runCommand } from './operator/run-command.ts'

const here = { settings: () => readSettings(process.env), out: process.stdout, err: process.stderr }
process.exitCode = await runCommand(process.argv.slice(2), here)
