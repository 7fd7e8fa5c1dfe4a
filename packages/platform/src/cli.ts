import { setFlagsFromString } from 'node:v8'
import { readSettings } from './config/settings.ts'
import { runCommand } from './operator/run-command.ts'

// A command runs beside the platform, and is to keep its memory small: room for new objects does not grow.
setFlagsFromString('--semi-space-growth-factor=1')

const here = { settings: () => readSettings(process.env), out: process.stdout, err: process.stderr }
process.exitCode = await runCommand(process.argv.slice(2), here)
