import { createLogger } from './base/logger.ts'
import { readSettings, SettingsError, type Settings } from './config/settings.ts'
import { startHosted } from './run-platform.ts'
import { startEmbedded } from './embedded/start-embedded.ts'

/** Reads the settings, starts what they ask for, and ends it on SIGTERM and Ctrl-C. */
async function main(settings: Settings): Promise<void> {
  const logger = createLogger(settings.logLevel)
  const running = await (settings.runMode === 'embedded' ? startEmbedded(settings, logger) : startHosted(settings, logger))
  let stopping: Promise<void> | undefined
  const stop = (code: number) => {
    stopping ??= running.stop().then(
      () => process.exit(code),
      (error: unknown) => {
        logger.error('the platform did not stop cleanly', { error })
        process.exit(1)
      },
    )
  }
  process.on('SIGTERM', () => stop(0))
  process.on('SIGINT', () => stop(0))
  // A fault that nobody caught leaves an unknown state behind: end, and let the next start go on from what is stored.
  process.on('uncaughtException', (error) => {
    logger.error('an error was not caught', { error })
    stop(1)
  })
}

await Promise.resolve()
  .then(() => main(readSettings(process.env)))
  .catch((error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : 'The platform could not be started.'}\n`)
    if (!(error instanceof SettingsError)) createLogger('error').error('the platform could not be started', { error })
    process.exit(1)
  })
