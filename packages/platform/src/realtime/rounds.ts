import type { Logger } from '../base/logger.ts'

/** Runs `work` again and again with `ms` between, never twice at once. Gives what ends it. */
export function every(ms: number, logger: Logger, work: () => Promise<void> | void): () => void {
  let running = false
  const round = async () => {
    if (running) return
    running = true
    try {
      await work()
    } catch (error) {
      logger.warn('a round of realtime failed', { error })
    } finally {
      running = false
    }
  }
  const timer = setInterval(() => void round(), ms).unref()
  return () => clearInterval(timer)
}
