import type { Logger } from '../base/logger.ts'
import type { Bus } from './bus.ts'
import { memoryBus } from './memory-bus.ts'

/** The bus that the settings ask for: Redis when there is a URL, this process's memory otherwise. */
export async function createBus(redisUrl: string | undefined, logger: Logger): Promise<Bus> {
  if (redisUrl === undefined) return memoryBus(logger)
  // Loading the client takes 0.2 s, which a process without Redis need not wait for.
  const { redisBus } = await import('./redis-bus.ts')
  return redisBus(redisUrl, logger)
}
